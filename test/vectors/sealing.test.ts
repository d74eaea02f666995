import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { concatBytes, fromHex, toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { xWingDecapsulate, xWingEncapsulate } from '../../protocol/crypto/sealing/x-wing.ts';
import { loadVectors, PROVIDERS } from './load.ts';


for (const { name, sealing } of PROVIDERS) {
  test(`SUITE-1: every ChaCha20-Poly1305 vector of Wycheproof, on ${name}`, (t) => {
    const file = loadVectors(t, 'wycheproof/chacha20_poly1305_test.json');
    if (file === undefined) return;
    for (const { tcId, comment, result, ...hex } of file.testGroups.flatMap((group) => group.tests)) {
      const [key, nonce, aad, message, ciphertext, tag] = [hex.key, hex.iv, hex.aad, hex.msg, hex.ct, hex.tag].map((text) => fromHex(text, `vector ${tcId}`));
      assert.ok(key && nonce && aad && message && ciphertext && tag);
      const open = () => sealing.chacha20Poly1305Open(key, nonce, aad, concatBytes(ciphertext, tag));
      if (nonce.length !== 12) {
        assert.throws(open, `vector ${tcId} (${comment})`);
        assert.throws(() => sealing.chacha20Poly1305Seal(key, nonce, aad, message), `vector ${tcId} (${comment})`);
      } else if (result === 'valid') {
        assert.deepEqual(open(), message, `vector ${tcId} (${comment})`);
        assert.equal(toHex(sealing.chacha20Poly1305Seal(key, nonce, aad, message)), hex.ct + hex.tag, `vector ${tcId} (${comment})`);
      } else {
        assert.equal(open(), null, `vector ${tcId} (${comment})`);
      }
    }
  });

  test(`SUITE-1: ChaCha20-Poly1305 opens nothing shorter than a tag, on ${name}`, () => {
    for (let length = 0; length < 16; length++) {
      assert.equal(sealing.chacha20Poly1305Open(new Uint8Array(32), new Uint8Array(12), new Uint8Array(0), new Uint8Array(length)), null);
    }
  });

  test(`ATTACK 24: every X25519 vector of Wycheproof, an all-zero shared secret being refused, on ${name}`, (t) => {
    const file = loadVectors(t, 'wycheproof/x25519_test.json');
    if (file === undefined) return;
    let refused = 0;
    for (const { tcId, comment, shared, ...hex } of file.testGroups.flatMap((group) => group.tests)) {
      const agreed = sealing.x25519SharedSecret(fromHex(hex.private, 'secret'), fromHex(hex.public, 'public'));
      const lowOrder = /^0*$/.test(shared);
      if (lowOrder) refused++;
      assert.equal(agreed === null ? null : toHex(agreed), lowOrder ? null : shared, `vector ${tcId} (${comment})`);
    }
    assert.ok(refused > 20, `${refused} vectors with an all-zero secret`);
  });

  test(`SUITE-1: an X25519 public key is the shared secret with the base point, on ${name}`, () => {
    const basePoint = new Uint8Array(32);
    basePoint[0] = 9;
    for (let i = 1; i < 9; i++) {
      const secret = new Uint8Array(32).fill(29 * i);
      assert.deepEqual(sealing.x25519PublicKey(secret), sealing.x25519SharedSecret(secret, basePoint));
    }
  });
}

test('SUITE-1: both providers seal and agree alike', () => {
  for (let i = 1; i < 40; i++) {
    const secret = new Uint8Array(32).fill(i);
    const bytes = new Uint8Array(i * i).fill(i);
    const [first, second] = PROVIDERS.map(({ sealing }) => [
      sealing.chacha20Poly1305Seal(secret, new Uint8Array(12).fill(i), bytes, bytes),
      sealing.x25519PublicKey(secret),
    ].map(toHex));
    assert.deepEqual(first, second);
  }
});

/** The X25519 half of a made-up X-Wing key, so that the ML-KEM vectors run through the code that ships. */
const X25519_SECRET = new Uint8Array(32).fill(0x42);
const [{ sealing: reference }] = PROVIDERS;
const X25519_PUBLIC = reference.x25519PublicKey(X25519_SECRET);

test('SUITE-1: every ML-KEM-768 vector of Wycheproof, through X-Wing', (t) => {
  const file = loadVectors(t, 'wycheproof/mlkem_768_test.json');
  if (file === undefined) return;
  const share = reference.x25519PublicKey(new Uint8Array(32).fill(0x17));
  const agreed = reference.x25519SharedSecret(X25519_SECRET, share) ?? new Uint8Array(0);
  for (const { tcId, comment = '', seed, ek, c, K, result } of file.testGroups.flatMap((group) => group.tests)) {
    const keygen = () => ml_kem768.keygen(fromHex(seed, 'seed'));
    if (comment.startsWith('Private key too')) {
      assert.throws(keygen, `vector ${tcId} (${comment})`);
      continue;
    }
    const { publicKey, secretKey } = keygen();
    assert.equal(toHex(publicKey), ek, `vector ${tcId} (${comment})`);
    const keyPair = { publicKey: concatBytes(publicKey, X25519_PUBLIC), mlKemSecret: secretKey, x25519Secret: X25519_SECRET };
    const shared = xWingDecapsulate(keyPair, concatBytes(fromHex(c, 'c'), share));
    const expected = sha3_256(concatBytes(fromHex(K, 'K'), agreed, share, X25519_PUBLIC, utf8('\\.//^\\')));
    assert.deepEqual(shared, result === 'valid' ? expected : null, `vector ${tcId} (${comment})`);
  }
});

test('SUITE-1: an ML-KEM key with coefficients out of range (FIPS 203 §7.2) is not sealed to', () => {
  const { publicKey } = ml_kem768.keygen(new Uint8Array(64));
  assert.notEqual(xWingEncapsulate(concatBytes(publicKey, X25519_PUBLIC), new Uint8Array(64)), null);
  const outOfRange = publicKey.slice();
  outOfRange[0] = 0xff;
  outOfRange[1] = (outOfRange[1] ?? 0) | 0x0f;
  assert.equal(xWingEncapsulate(concatBytes(outOfRange, X25519_PUBLIC), new Uint8Array(64)), null);
});
