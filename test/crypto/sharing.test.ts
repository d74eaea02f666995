import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ristretto255 } from '@noble/curves/ed25519.js';
import * as fc from 'fast-check';
import { fromHex, toHex } from '../../protocol/codec/bytes.ts';
import { decodeElement, decodeScalar, encodeScalar, Fn, Point, randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { combineElements, combineShares, dealShares, lagrange, shareKey, verifyShare, type Share } from '../../protocol/crypto/sharing/sharing.ts';
import { frozenEntropy, realEntropy } from './entropy.ts';

/** t of n, and which of the n are there. */
const someOfMany = fc.integer({ min: 1, max: 8 }).chain((holders) =>
  fc.record({ holders: fc.constant(holders), threshold: fc.integer({ min: 1, max: holders }), present: fc.shuffledSubarray(Array.from({ length: holders }, (_, place) => place)) }));

const RUNS = { numRuns: 25 };

test('SHARE-1: any t shares give the secret back, fewer give nothing', () => {
  fc.assert(fc.property(someOfMany, ({ holders, threshold, present }) => {
    const secret = randomScalar(realEntropy);
    const { commitments, shares } = dealShares(secret, threshold, holders, realEntropy);
    assert.equal(commitments.length, threshold);
    assert.deepEqual(shares.map(({ index }) => index), Array.from({ length: holders }, (_, place) => place + 1));
    const combined = combineShares(commitments, present.flatMap((place) => shares[place] ?? []));
    if (present.length < threshold) return assert.deepEqual(combined, { ok: false, failure: { code: 'too-few', have: present.length, need: threshold } });
    assert.ok(combined.ok);
    assert.equal(toHex(combined.value), toHex(secret));
  }), RUNS);
});

test('SHARE-1: fewer than t shares combine to something else, whatever is claimed', () => {
  const secret = randomScalar(realEntropy);
  const { shares } = dealShares(secret, 3, 4, realEntropy);
  for (const some of [[0], [1, 2], [0, 3]]) {
    const used = some.flatMap((place) => shares[place] ?? []);
    const weights = lagrange(used.map(({ index }) => index));
    const guess = used.reduce((sum, { value }, place) => Fn.add(sum, Fn.mul(weights[place] ?? 0n, decodeScalar(value, 'share'))), 0n);
    assert.notEqual(toHex(encodeScalar(guess)), toHex(secret));
  }
});

test('SHARE-2: every holder can check the own share, and its public key follows from the commitments', () => {
  fc.assert(fc.property(someOfMany, ({ holders, threshold }) => {
    const secret = randomScalar(realEntropy);
    const { commitments, shares } = dealShares(secret, threshold, holders, realEntropy);
    assert.equal(toHex(commitments[0] ?? new Uint8Array()), toHex(Point.BASE.multiply(decodeScalar(secret, 'secret')).toBytes()));
    for (const share of shares) {
      assert.ok(verifyShare(commitments, share));
      assert.equal(toHex(shareKey(commitments, share.index) ?? new Uint8Array()), toHex(Point.BASE.multiply(decodeScalar(share.value, 'share')).toBytes()));
      assert.ok(!verifyShare(commitments, { ...share, index: share.index + 1 }) || threshold === 1, "another holder's");
    }
  }), RUNS);
});

test('ATTACK 21: a share that was corrupted, swapped or handed in twice is named', () => {
  fc.assert(fc.property(fc.nat(255), fc.nat(2), (bit, culprit) => {
    const secret = randomScalar(realEntropy);
    const { commitments, shares } = dealShares(secret, 3, 5, realEntropy);
    const handedIn: Share[] = shares.slice(0, 3);
    const good = handedIn[culprit];
    assert.ok(good);
    const altered = good.value.slice();
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    handedIn[culprit] = { ...good, value: altered };
    assert.deepEqual(combineShares(commitments, handedIn), { ok: false, failure: { code: 'bad-share', index: culprit + 1 } });
    handedIn[culprit] = { ...good, index: good.index + 3 };
    assert.deepEqual(combineShares(commitments, handedIn), { ok: false, failure: { code: 'bad-share', index: culprit + 4 } });
    assert.deepEqual(combineShares(commitments, [...shares.slice(0, 3), good]), { ok: false, failure: { code: 'duplicate-share', index: culprit + 1 } });
  }), RUNS);
});

test('SHARE-2: with other commitments no share is right, and no commitments are no commitments', () => {
  const { commitments, shares: [, share] } = dealShares(randomScalar(realEntropy), 2, 3, realEntropy);
  const other = dealShares(randomScalar(realEntropy), 2, 3, realEntropy).commitments;
  assert.ok(share);
  assert.ok(!verifyShare(other, share));
  assert.ok(!verifyShare([...commitments].reverse(), share));
  assert.ok(!verifyShare(commitments.slice(0, 1), share));
  for (const bad of [[], [new Uint8Array(32)], [new Uint8Array(31)], [new Uint8Array(32).fill(0xff)], Array.from({ length: 33 }, () => Point.BASE.toBytes())]) {
    assert.equal(shareKey(bad, 1), undefined);
    assert.deepEqual(combineShares(bad, [share]), { ok: false, failure: { code: 'bad-commitments' } });
  }
  for (const index of [0, -1, 1.5, 33, Number.NaN]) assert.equal(shareKey(commitments, index), undefined);
});

test('SHARE-3: elements are combined as shares are', () => {
  fc.assert(fc.property(someOfMany, ({ holders, threshold, present }) => {
    fc.pre(present.length >= threshold);
    const secret = randomScalar(realEntropy);
    const base = Point.BASE.multiply(decodeScalar(randomScalar(realEntropy), 'x'));
    const { shares } = dealShares(secret, threshold, holders, realEntropy);
    const parts = present.slice(0, threshold).flatMap((place) => shares[place] ?? [])
      .map(({ index, value }) => ({ index, element: base.multiply(decodeScalar(value, 'share')).toBytes() }));
    assert.equal(toHex(combineElements(parts)), toHex(base.multiply(decodeScalar(secret, 'secret')).toBytes()));
  }), RUNS);
});

test('SHARE-4: scalars and elements have one spelling; zero and the identity are none', () => {
  const order = Point.Fn.ORDER;
  const littleEndian = (value: bigint) => Uint8Array.from({ length: 32 }, (_, place) => Number((value >> BigInt(8 * place)) & 0xffn));
  assert.equal(decodeScalar(littleEndian(order - 1n), 'scalar'), order - 1n);
  for (const bad of [0n, order, order + 1n, 2n ** 255n, 2n ** 256n - 1n]) assert.throws(() => decodeScalar(littleEndian(bad), 'scalar'), /scalar/);
  assert.throws(() => decodeScalar(new Uint8Array(31), 'scalar'), /32 bytes/);

  assert.ok(decodeElement(Point.BASE.toBytes(), 'element').equals(ristretto255.Point.BASE));
  assert.throws(() => decodeElement(new Uint8Array(32), 'element'), /identity/);
  // RFC 9496 appendix A.2: non-canonical, negative, and non-square encodings.
  for (const bad of [
    '00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', 'f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0100000000000000000000000000000000000000000000000000000000000000', '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ]) assert.throws(() => decodeElement(fromHex(bad, 'bad'), 'element'), /element/);
});

test('SHARE-1: no sharing that breaks its own claim', () => {
  const secret = randomScalar(realEntropy);
  for (const [threshold, holders] of [[0, 1], [2, 1], [1, 0], [1, 33], [1.5, 3], [1, 2.5]] as const) assert.throws(() => dealShares(secret, threshold, holders, realEntropy), RangeError);
  assert.throws(() => dealShares(new Uint8Array(32), 1, 1, realEntropy), /zero/);
  for (const indices of [[], [1, 1], [0], [33], [1.5]]) assert.throws(() => lagrange(indices), RangeError);
});

test('ATTACK 16: with a frozen generator no single share is the secret, and two secrets share no coefficient', () => {
  const secret = randomScalar(frozenEntropy);
  const [a, b] = [secret, encodeScalar(Fn.add(decodeScalar(secret, 'secret'), 1n))].map((each) => dealShares(each, 3, 4, frozenEntropy));
  assert.ok(a && b);
  assert.equal(new Set([...a.commitments, ...b.commitments].map(toHex)).size, 6);
  for (const { index, value } of a.shares) {
    const s = decodeScalar(secret, 'secret');
    const ifAllWereEqual = Fn.mul(s, BigInt(1 + index + index * index));
    assert.notEqual(decodeScalar(value, 'share'), ifAllWereEqual);
    assert.notEqual(decodeScalar(value, 'share'), s);
  }
});
