import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concatBytes, constantTimeEqual, toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { encode } from '../../protocol/codec/cbor.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { openCommitted, sealCommitted, sealedLength, type SealingContext } from '../../protocol/crypto/sealing/committed.ts';
import { primitives as sealingNoble } from '../../protocol/crypto/sealing/primitives-noble.ts';
import { primitives as signingNoble } from '../../protocol/crypto/signing/primitives-noble.ts';
import { frozenEntropy, realEntropy } from './entropy.ts';
import { ciphertextUnderTwoKeys } from './two-keys.ts';

const KEY = new Uint8Array(32).fill(7);
const CONTEXT: SealingContext = { label: LABEL.changesetKey, ward: new Uint8Array(32).fill(1), subject: new Uint8Array(16).fill(2) };
const FIELDS = utf8('fields');

test('SUITE-3: what was sealed opens, whatever its length', () => {
  fc.assert(fc.property(
    fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(...Object.values(LABEL)),
    (key, plaintext, fields, label) => {
      const body = sealCommitted(key, { ...CONTEXT, label }, fields, plaintext, realEntropy);
      assert.equal(body.length, sealedLength(plaintext.length));
      assert.deepEqual(openCommitted(key, { ...CONTEXT, label }, fields, body), plaintext);
    },
  ));
});

test('SUITE-3: the body is the one that the specification describes', () => {
  const { hmacSha256, hkdfSha256, sha256 } = signingNoble;
  const plaintext = utf8('blood pressure 120/80');
  const saltKey = hkdfSha256(KEY, new Uint8Array(0), encode([LABEL.changesetSalt]), 32);
  const salt = hmacSha256(saltKey, frozenEntropy.randomBytes(32), sha256(plaintext), sha256(FIELDS));
  const derived = hkdfSha256(KEY, salt, encode([CONTEXT.label, CONTEXT.ward, CONTEXT.subject]), 64);
  const commitment = derived.subarray(32);
  const padded = new Uint8Array(64);
  padded.set(plaintext);
  padded[plaintext.length] = 0x80;
  const sealed = sealingNoble.chacha20Poly1305Seal(derived.subarray(0, 32), new Uint8Array(12), concatBytes(FIELDS, salt, commitment), padded);
  assert.equal(toHex(sealCommitted(KEY, CONTEXT, FIELDS, plaintext, frozenEntropy)), toHex(concatBytes(salt, commitment, sealed)));
});

test('ATTACK 5: every bit of a body counts', () => {
  const body = sealCommitted(KEY, CONTEXT, FIELDS, utf8('note'), realEntropy);
  for (let bit = 0; bit < body.length * 8; bit++) {
    const altered = body.slice();
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(openCommitted(KEY, CONTEXT, FIELDS, altered), null, `bit ${bit}`);
  }
});

test('ATTACK 4: a body opens in no other document, ward or domain, and beside no other fields', () => {
  const body = sealCommitted(KEY, CONTEXT, FIELDS, utf8('note'), realEntropy);
  const elsewhere = (other: Partial<SealingContext>) => openCommitted(KEY, { ...CONTEXT, ...other }, FIELDS, body);
  assert.equal(elsewhere({ subject: new Uint8Array(16).fill(3) }), null);
  assert.equal(elsewhere({ ward: new Uint8Array(32).fill(3) }), null);
  assert.equal(elsewhere({ ward: CONTEXT.subject, subject: CONTEXT.ward }), null);
  for (const label of Object.values(LABEL)) {
    if (label !== CONTEXT.label) assert.equal(elsewhere({ label }), null, label);
  }
  assert.equal(openCommitted(KEY, CONTEXT, utf8('fieldz'), body), null);
  assert.equal(openCommitted(KEY, CONTEXT, new Uint8Array(0), body), null);
});

test('SUITE-3: truncated and extended bodies do not open', () => {
  const body = sealCommitted(KEY, CONTEXT, FIELDS, utf8('note'), realEntropy);
  for (let length = 0; length < body.length; length++) assert.equal(openCommitted(KEY, CONTEXT, FIELDS, body.subarray(0, length)), null, `${length} bytes`);
  assert.equal(openCommitted(KEY, CONTEXT, FIELDS, concatBytes(body, Uint8Array.of(0))), null);
});

test('ATTACK 12: a ciphertext made to open under two keys opens under the one it commits to', () => {
  const documentKeys = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const salt = new Uint8Array(32).fill(3);
  const info = encode([CONTEXT.label, CONTEXT.ward, CONTEXT.subject]);
  const [a, b] = documentKeys.map((key) => {
    const derived = signingNoble.hkdfSha256(key, salt, info, 64);
    return { messageKey: derived.subarray(0, 32), commitment: derived.subarray(32) };
  });
  assert.ok(a && b);
  for (const committedTo of [a, b]) {
    const associatedData = concatBytes(FIELDS, salt, committedTo.commitment);
    const forged = ciphertextUnderTwoKeys(a.messageKey, b.messageKey, associatedData, paddingUnder(committedTo.messageKey));
    for (const { messageKey } of [a, b]) {
      assert.notEqual(sealingNoble.chacha20Poly1305Open(messageKey, new Uint8Array(12), associatedData, forged), null, 'the AEAD alone takes it under both');
    }
    const body = concatBytes(salt, committedTo.commitment, forged);
    const opens = documentKeys.map((key) => openCommitted(key, CONTEXT, FIELDS, body) !== null);
    assert.deepEqual(opens, [committedTo === a, committedTo === b]);
  }
});

/** The last 32 of 64 bytes of ciphertext, such that the plaintext ends in padding. */
function paddingUnder(messageKey: Uint8Array): Uint8Array {
  const padded = new Uint8Array(64);
  padded[32] = 0x80;
  return sealingNoble.chacha20Poly1305Seal(messageKey, new Uint8Array(12), new Uint8Array(0), padded).subarray(32, 64);
}

test('ATTACK 13: all failures look the same', () => {
  const body = sealCommitted(KEY, CONTEXT, FIELDS, utf8('note'), realEntropy);
  const wrongTag = body.slice();
  wrongTag[body.length - 1] = (wrongTag[body.length - 1] ?? 0) ^ 1;
  const wrongCommitment = body.slice();
  wrongCommitment[40] = (wrongCommitment[40] ?? 0) ^ 1;
  const results = [
    openCommitted(new Uint8Array(32), CONTEXT, FIELDS, body),
    openCommitted(KEY, CONTEXT, FIELDS, wrongTag),
    openCommitted(KEY, CONTEXT, FIELDS, wrongCommitment),
    openCommitted(KEY, CONTEXT, FIELDS, new Uint8Array(0)),
    openCommitted(KEY, CONTEXT, FIELDS, new Uint8Array(1000)),
  ];
  assert.deepEqual(results, [null, null, null, null, null]);
});

test('ATTACK 16: with a frozen generator different messages share neither salt nor key stream', () => {
  const salts = new Set<string>();
  const streams = new Set<string>();
  let sealed = 0;
  for (const label of [LABEL.changesetKey, LABEL.documentGrant]) {
    for (const fields of [utf8('seq 1'), utf8('seq 2')]) {
      for (const plaintext of [utf8('aaaa'), utf8('aaab'), utf8('aaaa\0')]) {
        const body = sealCommitted(KEY, { ...CONTEXT, label }, fields, plaintext, frozenEntropy);
        salts.add(`${label} ${toHex(body.subarray(0, 32))}`);
        streams.add(toHex(body.subarray(64).map((byte, i) => byte ^ (plaintext[i] ?? (i === plaintext.length ? 0x80 : 0)))).slice(0, 128));
        sealed++;
      }
    }
  }
  assert.equal(salts.size, sealed);
  assert.equal(streams.size, sealed);
});

test('ATTACK 28: the comparison of secrets looks at every byte, wherever they first differ', () => {
  const secret = new Uint8Array(32).fill(5);
  const readsWhenDifferentAt = (place: number): number => {
    const guess = secret.slice();
    if (place < guess.length) guess[place] = 6;
    let reads = 0;
    const watched = new Proxy(guess, {
      get(target, property) {
        if (typeof property === 'string' && /^\d+$/.test(property)) reads++;
        return Reflect.get(target, property, target);
      },
    });
    assert.equal(constantTimeEqual(secret, watched), place >= guess.length);
    return reads;
  };
  const reads = Array.from({ length: 33 }, (_, place) => readsWhenDifferentAt(place));
  assert.deepEqual(new Set(reads), new Set([32]));
});

test('SUITE-3: a key or a generator of another length is a bug, not a weaker seal', () => {
  assert.throws(() => sealCommitted(new Uint8Array(31), CONTEXT, FIELDS, FIELDS, realEntropy), /32 bytes/);
  assert.throws(() => openCommitted(new Uint8Array(0), CONTEXT, FIELDS, new Uint8Array(200)), /32 bytes/);
  assert.throws(() => sealCommitted(KEY, CONTEXT, FIELDS, FIELDS, { randomBytes: () => new Uint8Array(0) }), /32 bytes/);
});
