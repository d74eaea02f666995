import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { equalBytes } from '../../protocol/codec/bytes.ts';
import { isProvenShare, openGlass, sealGlass } from '../../protocol/crypto/glass/glass-seal.ts';
import { isKnown, KNOWLEDGE_LENGTH, labelOf, type GlassContext } from '../../protocol/crypto/sharing/sealed-point.ts';
import { evaluateBlinded } from '../../protocol/crypto/oprf/evaluate.ts';
import { Point, publicElement, randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { dealShares, shareKey } from '../../protocol/crypto/sharing/sharing.ts';
import { frozenEntropy, realEntropy } from './entropy.ts';

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);
const CONTEXT: GlassContext = { ward: bytes(32, 1), document: bytes(16, 2), dealing: bytes(16, 3) };
const OTHER: GlassContext = { ...CONTEXT, document: bytes(16, 4) };
const TEAM_KEY = bytes(32, 5);
const SECRETS = bytes(64, 6);
const ELEMENT = publicElement(randomScalar(realEntropy));

const someOfMany = fc.integer({ min: 1, max: 6 }).chain((nodes) =>
  fc.record({ nodes: fc.constant(nodes), threshold: fc.integer({ min: 1, max: nodes }), present: fc.shuffledSubarray(Array.from({ length: nodes }, (_, place) => place)) }));

function deal(threshold: number, nodes: number) {
  const { commitments, shares } = dealShares(randomScalar(realEntropy), threshold, nodes, realEntropy);
  const [first = ELEMENT, ...rest] = commitments;
  return { commitments: [first, ...rest] as const, shares };
}

const answersOf = (shares: ReturnType<typeof deal>['shares'], point: Uint8Array) =>
  shares.map(({ index, value }) => ({ index, ...evaluateBlinded(value, point, realEntropy) }));

test('GLASS-1: any t nodes with the clinicians’ key open a wrap, fewer do not, and no nodes do without that key', () => {
  fc.assert(fc.property(someOfMany, ({ nodes, threshold, present }) => {
    const { commitments, shares } = deal(threshold, nodes);
    const wrap = sealGlass(SECRETS, CONTEXT, commitments, TEAM_KEY, realEntropy);
    const answers = answersOf(shares, wrap.point).map(({ index, evaluated }) => ({ index, element: evaluated }));
    const some = present.flatMap((place) => answers[place] ?? []);
    const opened = openGlass(wrap, CONTEXT, TEAM_KEY, some);
    if (some.length >= threshold) assert.deepEqual(opened, SECRETS);
    else assert.equal(opened, null);
    assert.equal(openGlass(wrap, CONTEXT, bytes(32, 9), answers), null);
    assert.equal(openGlass(wrap, OTHER, TEAM_KEY, answers), null);
  }), { numRuns: 20 });
});

test('GLASS-1, ATTACK 22: a node proves its answer, and one that answers otherwise has no proof', () => {
  const { commitments, shares } = deal(2, 3);
  const { point } = sealGlass(SECRETS, CONTEXT, commitments, TEAM_KEY, realEntropy);
  const [first, second] = answersOf(shares, point);
  assert.ok(first && second);
  const key = (index: number): Uint8Array => shareKey(commitments, index) ?? new Uint8Array(0);
  assert.ok(isProvenShare(point, key(1), first));
  assert.ok(!isProvenShare(point, key(2), first));
  assert.ok(!isProvenShare(point, key(1), { ...first, evaluated: second.evaluated }));
  assert.ok(!isProvenShare(ELEMENT, key(1), first));
  assert.ok(!isProvenShare(point, key(1), { ...first, proof: bytes(64, 0) }));
});

test('GLASS-1: a point taken from another document’s wrap has no proof there, so nodes open nothing but what was asked for', () => {
  const { commitments } = deal(2, 3);
  const wrap = sealGlass(SECRETS, CONTEXT, commitments, TEAM_KEY, realEntropy);
  assert.ok(isKnown(wrap.point, wrap.proof, labelOf(CONTEXT)));
  for (const label of [labelOf(OTHER), labelOf({ ...CONTEXT, dealing: bytes(16, 8) }), labelOf({ ...CONTEXT, ward: bytes(32, 8) })]) assert.ok(!isKnown(wrap.point, wrap.proof, label));
  const other = sealGlass(SECRETS, CONTEXT, commitments, TEAM_KEY, realEntropy);
  assert.ok(!isKnown(wrap.point, other.proof, labelOf(CONTEXT)));
  assert.ok(!isKnown(Point.ZERO.toBytes(), wrap.proof, labelOf(CONTEXT)));
  for (const proof of [new Uint8Array(0), bytes(KNOWLEDGE_LENGTH, 0), bytes(KNOWLEDGE_LENGTH, 0xff), wrap.proof.subarray(1)]) assert.ok(!isKnown(wrap.point, proof, labelOf(CONTEXT)));
});

test('GLASS-1, ATTACK 16: with a generator that repeats itself no two wraps share a point, nor two proofs a nonce', () => {
  const { commitments } = deal(1, 1);
  const wraps = [
    sealGlass(SECRETS, CONTEXT, commitments, TEAM_KEY, frozenEntropy), sealGlass(SECRETS, OTHER, commitments, TEAM_KEY, frozenEntropy),
    sealGlass(bytes(64, 7), CONTEXT, commitments, TEAM_KEY, frozenEntropy), sealGlass(SECRETS, CONTEXT, commitments, bytes(32, 8), frozenEntropy),
  ];
  for (const [at, wrap] of wraps.entries()) {
    for (const other of wraps.slice(at + 1)) {
      assert.ok(!equalBytes(wrap.point, other.point));
      assert.ok(!equalBytes(wrap.proof.subarray(0, 32), other.proof.subarray(0, 32)));
    }
  }
});
