/** The last value that is taken and the first that is not, of everything with a bound. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/codec/bytes.ts';
import { openFrom, kemKeyPairFromSeed, sealTo } from '../../protocol/crypto/sealing/hpke.ts';
import { deriveFromPassword, type PasswordParameters } from '../../protocol/crypto/sealing/password.ts';
import { primitives as sealingNoble } from '../../protocol/crypto/sealing/primitives-noble.ts';
import { primitives as sealingNode } from '../../protocol/crypto/sealing/primitives-node.ts';
import { xWingDecapsulate, xWingEncapsulate, xWingKeyPairFromSeed } from '../../protocol/crypto/sealing/x-wing.ts';
import { randomScalar, wideScalar } from '../../protocol/crypto/sharing/group.ts';
import { combineShares, dealShares, lagrange, MAX_HOLDERS, shareKey, verifyShare } from '../../protocol/crypto/sharing/sharing.ts';
import { primitives as signingNoble } from '../../protocol/crypto/signing/primitives-noble.ts';
import { primitives as signingNode } from '../../protocol/crypto/signing/primitives-node.ts';
import { realEntropy } from './entropy.ts';

const NOTHING = new Uint8Array(0);

test('SHARE-1: 32 holders are the most, in dealing, checking and combining', () => {
  const secret = randomScalar(realEntropy);
  const { commitments, shares } = dealShares(secret, 2, MAX_HOLDERS, realEntropy);
  const last = shares.at(-1);
  assert.ok(last !== undefined && last.index === 32 && verifyShare(commitments, last));
  assert.deepEqual(combineShares(commitments, shares), { ok: true, value: secret }, 'more than enough');
  assert.equal(toHex(dealShares(secret, MAX_HOLDERS, MAX_HOLDERS, realEntropy).commitments[31] ?? NOTHING).length, 64);
  for (const [threshold, holders] of [[2, 33], [0, 2], [3, 2], [1.5, 2], [1, 2.5]] as const) assert.throws(() => dealShares(secret, threshold, holders, realEntropy), RangeError);
  const [first = NOTHING] = commitments;
  assert.ok(shareKey(Array.from({ length: 32 }, () => first), 32) !== undefined);
  assert.equal(shareKey(Array.from({ length: 33 }, () => first), 1), undefined);
  for (const index of [0, 33, 1.5]) assert.equal(shareKey(commitments, index), undefined);
  assert.equal(shareKey([], 1), undefined);
});

test('SHARE-2: what is no commitment or no scalar fits nothing, and throws nothing', () => {
  const { commitments, shares: [share] } = dealShares(randomScalar(realEntropy), 2, 3, realEntropy);
  assert.ok(share);
  const noElement = new Uint8Array(32).fill(0xff);
  assert.equal(shareKey([noElement], 1), undefined);
  assert.equal(verifyShare([noElement], share), false);
  for (const value of [noElement, new Uint8Array(32), NOTHING]) assert.equal(verifyShare(commitments, { ...share, value }), false);
});

test('SHARE-3: weights are for distinct indices from 1 to 32', () => {
  assert.equal(lagrange([32, 1]).length, 2);
  for (const indices of [[], [1, 0], [33, 1], [2, 2], [1, 1.5]]) assert.throws(() => lagrange(indices), RangeError);
});

test('SHARE-3: a wide scalar counts every byte, the first as the least', () => {
  assert.equal(wideScalar(Uint8Array.of(5, ...new Uint8Array(63))), 5n);
  assert.equal(wideScalar(Uint8Array.of(5, 1, ...new Uint8Array(62))), 261n);
});

for (const [name, { hkdfSha256 }] of [['noble', signingNoble], ['node', signingNode]] as const) {
  test(`SUITE-1: HKDF gives 0 to 8,160 bytes and refuses any other length, on ${name}`, () => {
    for (const length of [0, 1, 8_160]) assert.equal(hkdfSha256(NOTHING, NOTHING, NOTHING, length).length, length);
    for (const length of [-1, 1.5, 8_161]) assert.throws(() => hkdfSha256(NOTHING, NOTHING, NOTHING, length));
  });
}

for (const [name, primitives] of [['noble', sealingNoble], ['node', sealingNode]] as const) {
  test(`SUITE-1: a sealed nothing is a tag, which opens to nothing; wrong lengths of key and nonce are refused, on ${name}`, () => {
    const [key, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(12)];
    const sealed = primitives.chacha20Poly1305Seal(key, nonce, NOTHING, NOTHING);
    assert.equal(sealed.length, 16);
    assert.deepEqual(primitives.chacha20Poly1305Open(key, nonce, NOTHING, sealed), NOTHING);
    assert.equal(primitives.chacha20Poly1305Open(key, nonce, NOTHING, sealed.subarray(1)), null);
    assert.throws(() => primitives.chacha20Poly1305Seal(key.subarray(1), nonce, NOTHING, NOTHING));
    assert.throws(() => primitives.chacha20Poly1305Seal(key, nonce.subarray(1), NOTHING, NOTHING));
    assert.throws(() => primitives.x25519SharedSecret(key.subarray(1), key));
  });
}

test('SUITE-1: HPKE seals nothing and opens it; an encapsulation of another length, or to another length, is none', async () => {
  const seed = new Uint8Array(32).fill(7);
  const pair = kemKeyPairFromSeed(seed);
  const sealed = await sealTo(pair.publicKey, NOTHING, NOTHING, NOTHING, realEntropy);
  assert.ok(sealed.ok);
  assert.equal(sealed.value.length, 1120 + 16);
  assert.deepEqual(await openFrom(pair, NOTHING, NOTHING, sealed.value), NOTHING);
  const xWing = xWingKeyPairFromSeed(seed);
  const made = xWingEncapsulate(xWing.publicKey, new Uint8Array(64).fill(3));
  assert.ok(made !== null);
  assert.deepEqual(xWingDecapsulate(xWing, made.ciphertext), made.sharedSecret);
  for (const length of [0, 1119]) assert.equal(xWingDecapsulate(xWing, made.ciphertext.subarray(0, length)), null);
  assert.equal(xWingDecapsulate(xWing, Uint8Array.of(...made.ciphertext, 0)), null);
});

test('SUITE-5: Argon2id takes the bounds themselves, and its secret value counts', async () => {
  const cheap: PasswordParameters = { memory: 32 * 1024, passes: 2, lanes: 1 };
  const salt = new Uint8Array(16);
  const key = async (parameters: PasswordParameters, secret?: Uint8Array): Promise<string> => {
    const derived = await deriveFromPassword('a password', salt, parameters, secret);
    assert.ok(derived.ok);
    return toHex(derived.value);
  };
  const keys = [
    await key(cheap), await key({ ...cheap, passes: 8 }), await key({ ...cheap, lanes: 4 }), await key({ ...cheap, memory: 256 * 1024 }),
    await key(cheap, Uint8Array.of(1)), await key(cheap, Uint8Array.of(2)),
  ];
  assert.equal(new Set(keys).size, keys.length, 'every parameter counts');
});
