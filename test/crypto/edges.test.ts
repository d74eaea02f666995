/** The last value that is taken and the first that is not, of everything with a bound. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { encode } from '../../protocol/codec/cbor.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { blindInput, evaluateWhole, finalize, isProven } from '../../protocol/crypto/oprf/blinded-input.ts';
import { evaluateBlinded } from '../../protocol/crypto/oprf/evaluate.ts';
import { openFrom, kemKeyPairFromSeed, sealTo } from '../../protocol/crypto/sealing/hpke.ts';
import { deriveFromPassword, type PasswordParameters } from '../../protocol/crypto/sealing/password.ts';
import { primitives as sealingNoble } from '../../protocol/crypto/sealing/primitives-noble.ts';
import { primitives as sealingNode } from '../../protocol/crypto/sealing/primitives-node.ts';
import { xWingDecapsulate, xWingEncapsulate, xWingKeyPairFromSeed } from '../../protocol/crypto/sealing/x-wing.ts';
import { randomScalar, wideScalar } from '../../protocol/crypto/sharing/group.ts';
import { combineShares, dealShares, lagrange, MAX_HOLDERS, shareKey, verifyShare } from '../../protocol/crypto/sharing/sharing.ts';
import { isAcceptablePoint } from '../../protocol/crypto/signing/acceptable-point.ts';
import { labelBytes, labelledHash } from '../../protocol/crypto/signing/hash.ts';
import { primitives as signingNoble } from '../../protocol/crypto/signing/primitives-noble.ts';
import { primitives as signingNode } from '../../protocol/crypto/signing/primitives-node.ts';
import { signFor, signingKeyFromSeed, signWith } from '../../protocol/crypto/signing/signature.ts';
import { realEntropy } from './entropy.ts';

const NOTHING = new Uint8Array(0);
/** Little-endian. */
const bytesToNumber = (bytes: Uint8Array): bigint => bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);

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

test('SHARE-1: a generator that gives zero is asked again', () => {
  const given = [new Uint8Array(64), Uint8Array.of(7, ...new Uint8Array(63))];
  assert.equal(toHex(randomScalar({ randomBytes: () => given.shift() ?? assert.fail('asked too often') })), `07${'00'.repeat(31)}`);
});

test('OPRF-1: an undivided key gives what its shares give together; garbage is an answer without proof', () => {
  const key = randomScalar(realEntropy);
  const input = Uint8Array.of(1, 2, 3);
  const { commitments, shares } = dealShares(key, 2, 3, realEntropy);
  const blinded = blindInput(input, realEntropy);
  const answers = shares.slice(1).map(({ index, value }) => ({ index, ...evaluateBlinded(value, blinded.blinded, realEntropy) }));
  assert.deepEqual(finalize(blinded, answers), evaluateWhole(key, input, realEntropy));
  assert.notDeepEqual(evaluateWhole(key, Uint8Array.of(1, 2), realEntropy), evaluateWhole(key, input, realEntropy));
  const [answer] = answers;
  assert.ok(answer);
  const publicKey = shareKey(commitments, answer.index) ?? NOTHING;
  assert.equal(isProven(blinded, publicKey, answer), true);
  for (const wrong of [{ ...answer, evaluated: NOTHING }, { ...answer, proof: NOTHING }, { ...answer, evaluated: new Uint8Array(32).fill(0xff) }]) assert.equal(isProven(blinded, publicKey, wrong), false);
});

test('SUITE-2: a point is 32 bytes, its y below p by the least byte too', () => {
  const y = (least: number): Uint8Array => Uint8Array.of(least, ...new Uint8Array(30).fill(0xff), 0x7f);
  assert.equal(isAcceptablePoint(y(0xeb)), true);
  for (const least of [0xed, 0xee]) assert.equal(isAcceptablePoint(y(least)), false, 'not below p');
  const point = signingKeyFromSeed(new Uint8Array(32).fill(5)).publicKey;
  assert.equal(isAcceptablePoint(point), true);
  assert.equal(isAcceptablePoint(Uint8Array.of(...point, 0)), false);
  assert.equal(isAcceptablePoint(point.subarray(0, 31)), false);
});

for (const [name, { ed25519Verify, ed25519Sign }] of [['noble', signingNoble], ['node', signingNode]] as const) {
  test(`ATTACK 24: a key or an R of small order, and a signature of another length, sign nothing, on ${name}`, () => {
    const identity = Uint8Array.of(1, ...new Uint8Array(31));
    const { seed, publicKey } = signingKeyFromSeed(new Uint8Array(32).fill(6));
    const message = utf8('message');
    const signature = ed25519Sign(seed, message);
    assert.equal(ed25519Verify(publicKey, message, signature), true);
    // Forged so that R = S·B − k·A holds: with both the identity; with A the identity and R = r·B, S = r; with R the identity and S = k·a.
    const { scalar } = ed25519.utils.getExtendedPublicKey(seed);
    const k = ed25519.Point.Fn.create(bytesToNumber(createHash('sha512').update(Buffer.concat([identity, publicKey, message])).digest()));
    const forged = [
      [identity, identity, 0n], [identity, ed25519.Point.BASE.multiply(9n).toBytes(), 9n], [publicKey, identity, ed25519.Point.Fn.mul(k, ed25519.Point.Fn.create(scalar))],
    ] as const;
    for (const [key, r, s] of forged) {
      const signed = Uint8Array.of(...r, ...ed25519.Point.Fn.toBytes(s));
      assert.equal(verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }, format: 'jwk' }), signed), true, 'OpenSSL alone takes it');
      assert.equal(ed25519Verify(key, message, signed), false);
    }
    for (const wrong of [signature.subarray(0, 63), Uint8Array.of(...signature, 0), NOTHING]) assert.equal(ed25519Verify(publicKey, message, wrong), false);
  });
}

test('SUITE-2: a key that is held elsewhere signs the same bytes', async () => {
  const key = signingKeyFromSeed(new Uint8Array(32).fill(9));
  const ward = new Uint8Array(32).fill(1);
  const asked: Uint8Array[] = [];
  const held = { publicKey: key.publicKey, sign: (bytes: Uint8Array) => { asked.push(bytes); return Promise.resolve(signingNode.ed25519Sign(key.seed, bytes)); } };
  const expected = signFor(key, LABEL.heartbeat, ward, NOTHING);
  assert.deepEqual(await signWith(held, LABEL.heartbeat, ward, NOTHING), expected);
  assert.deepEqual(asked, [encode([LABEL.heartbeat, ward, NOTHING])]);
  assert.deepEqual(signWith(key, LABEL.heartbeat, ward, NOTHING), expected);
});

test('SUITE-2: a labelled hash is of the label as CBOR and then the parts', () => {
  const expected = createHash('sha256').update(Buffer.concat([Buffer.from([0x78, LABEL.heartbeat.length]), Buffer.from(LABEL.heartbeat), Buffer.from([1, 2, 3])])).digest('hex');
  assert.equal(toHex(labelledHash(LABEL.heartbeat, Uint8Array.of(1), Uint8Array.of(2, 3))), expected);
  assert.equal(Buffer.from(labelBytes(LABEL.heartbeat)).toString(), LABEL.heartbeat);
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
