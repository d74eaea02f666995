import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, fromHex, toHex } from '../../protocol/codec/bytes.ts';
import { isAcceptablePoint } from '../../protocol/crypto/signing/acceptable-point.ts';
import { loadVectors, PROVIDERS } from './load.ts';

for (const { name, signing } of PROVIDERS) {
  test(`SUITE-1: every Ed25519 vector of Wycheproof, on ${name}`, (t) => {
    const file = loadVectors(t, 'wycheproof/ed25519_test.json');
    if (file === undefined) return;
    let seen = 0;
    for (const { publicKey, tests } of file.testGroups) {
      for (const { tcId, comment, msg, sig, result } of tests) {
        const verified = signing.ed25519Verify(fromHex(publicKey.pk, 'pk'), fromHex(msg, 'msg'), fromHex(sig, 'sig'));
        assert.equal(verified, result === 'valid', `vector ${tcId} (${comment})`);
        seen++;
      }
    }
    assert.equal(seen, file.numberOfTests);
  });

  test(`SUITE-1: every HKDF-SHA-256 vector of Wycheproof, on ${name}`, (t) => {
    const file = loadVectors(t, 'wycheproof/hkdf_sha256_test.json');
    if (file === undefined) return;
    for (const { tcId, ikm, salt, info, size, okm, result } of file.testGroups.flatMap((group) => group.tests)) {
      const derive = () => signing.hkdfSha256(fromHex(ikm, 'ikm'), fromHex(salt, 'salt'), fromHex(info, 'info'), size);
      if (result === 'valid') assert.equal(toHex(derive()), okm, `vector ${tcId}`);
      else assert.throws(derive, `vector ${tcId}`);
    }
  });

  test(`SUITE-1: SHA-256 and HMAC-SHA-256 take their message in parts, on ${name}`, () => {
    assert.equal(toHex(signing.sha256(Uint8Array.of(0x61), Uint8Array.of(0x62, 0x63))), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    // RFC 4231, test case 2.
    const message = new TextEncoder().encode('what do ya want for nothing?');
    const mac = signing.hmacSha256(new TextEncoder().encode('Jefe'), message.subarray(0, 5), message.subarray(5));
    assert.equal(toHex(mac), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });
}

test('SUITE-1: both providers derive the same from a context longer than 1024 bytes', () => {
  const [first, second] = PROVIDERS.map(({ signing }) => toHex(signing.hkdfSha256(new Uint8Array(32), new Uint8Array(32), new Uint8Array(5000).fill(7), 96)));
  assert.equal(first, second);
});

test('SUITE-1: both providers make the same keys and signatures', () => {
  for (let i = 0; i < 8; i++) {
    const seed = new Uint8Array(32).fill(i);
    const [first, second] = PROVIDERS.map(({ signing }) => [signing.ed25519PublicKey(seed), signing.ed25519Sign(seed, seed)].map(toHex));
    assert.deepEqual(first, second);
  }
});

const { Point } = ed25519;
const ORDER_8 = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');

test('ATTACK 24: no point of small order, and no second spelling of a point, is an Ed25519 key', () => {
  let point = Point.ZERO;
  for (let i = 0; i < 8; i++) {
    const encoded = point.toBytes();
    const flipped = encoded.slice();
    flipped[31] = (flipped[31] ?? 0) ^ 0x80;
    assert.equal(isAcceptablePoint(encoded), false, `multiple ${i} of a point of order 8`);
    assert.equal(isAcceptablePoint(flipped), false, `multiple ${i}, other sign`);
    point = point.add(ORDER_8);
  }
  for (let excess = 0; excess < 19; excess++) {
    const nonCanonical = new Uint8Array(32).fill(0xff);
    nonCanonical[0] = 0xed + excess;
    nonCanonical[31] = 0x7f;
    assert.equal(isAcceptablePoint(nonCanonical), false, `p + ${excess}`);
  }
  assert.equal(isAcceptablePoint(Point.BASE.toBytes()), true);
});

test('ATTACK 24: browsers and Node agree about signatures under a key with a component of small order', () => {
  const secret = 123456789n;
  const nonce = 987654321n;
  const mixedKey = Point.BASE.multiply(secret).add(ORDER_8).toBytes();
  const commitment = Point.BASE.multiply(nonce).toBytes();
  assert.equal(isAcceptablePoint(mixedKey), true, 'such a key cannot be told by its encoding');
  let accepted = 0;
  for (let i = 0; i < 64; i++) {
    const message = Uint8Array.of(i);
    const challenge = fromLittleEndian(sha512(concatBytes(commitment, mixedKey, message))) % Point.Fn.ORDER;
    const signature = concatBytes(commitment, Point.Fn.toBytes(Point.Fn.create(nonce + challenge * secret)));
    assert.equal(ed25519.verify(signature, message, mixedKey, { zip215: false }), true, "noble's own rule accepts them all");
    const [noble, node] = PROVIDERS.map(({ signing }) => signing.ed25519Verify(mixedKey, message, signature));
    assert.equal(noble, node, `message ${i}`);
    if (noble) accepted++;
  }
  assert.ok(accepted > 0 && accepted < 64, `${accepted} of 64: both outcomes were compared`);
});

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`);
}
