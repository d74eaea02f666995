import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ristretto255_hasher } from '@noble/curves/ed25519.js';
import * as fc from 'fast-check';
import { toHex, utf8 } from '../../protocol/codec/bytes.ts';
import { blindInput, finalize, isProven, OUTPUT_LENGTH } from '../../protocol/crypto/oprf/blinded-input.ts';
import { evaluateBlinded } from '../../protocol/crypto/oprf/evaluate.ts';
import { decodeElement, decodeScalar, encodeScalar, Fn, Point, randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { dealShares, shareKey } from '../../protocol/crypto/sharing/sharing.ts';
import { frozenEntropy, realEntropy } from './entropy.ts';

/** One user's key, dealt to nodes. */
function deal(threshold: number, nodes: number) {
  const { commitments, shares } = dealShares(randomScalar(realEntropy), threshold, nodes, realEntropy);
  return { shares, keyOf: (index: number) => shareKey(commitments, index) ?? new Uint8Array(0) };
}

test('OPRF-1: any t nodes give one output, another password another, and fewer nodes none', () => {
  const { shares, keyOf } = deal(3, 4);
  const outputs = new Map<string, Set<string>>();
  for (const password of ['swordfish', 'swordfisH']) {
    for (const some of [[0, 1, 2], [3, 1, 0], [1, 2, 3], [0, 2, 3]]) {
      const blinded = blindInput(utf8(password), realEntropy);
      const answers = some.flatMap((place) => shares[place] ?? []).map(({ index, value }) => ({ index, ...evaluateBlinded(value, blinded.blinded, realEntropy) }));
      for (const answer of answers) assert.ok(isProven(blinded, keyOf(answer.index), answer));
      const output = finalize(blinded, answers);
      assert.equal(output.length, OUTPUT_LENGTH);
      outputs.set(password, (outputs.get(password) ?? new Set()).add(toHex(output)));
      assert.ok(!outputs.get(password)?.has(toHex(finalize(blinded, answers.slice(0, 2)))));
    }
  }
  assert.deepEqual([...outputs.values()].map(({ size }) => size), [1, 1]);
  assert.notDeepEqual(...[...outputs.values()] as [Set<string>, Set<string>]);
});

test('ATTACK 22: a node that answers with another key, or with a tagged answer, has no proof', () => {
  const { shares, keyOf } = deal(2, 3);
  const blinded = blindInput(utf8('swordfish'), realEntropy);
  const honest = shares.map(({ index, value }) => ({ index, ...evaluateBlinded(value, blinded.blinded, realEntropy) }));
  const [first, second] = honest;
  assert.ok(first && second);
  const tag = decodeScalar(randomScalar(realEntropy), 'tag');
  const attempts = {
    'a key of its own': evaluateBlinded(randomScalar(realEntropy), blinded.blinded, realEntropy),
    'the share of another node': second,
    'the answer times a tag': { ...first, evaluated: decodeElement(first.evaluated, 'e').multiply(tag).toBytes() },
    'the answer plus a tag': { ...first, evaluated: decodeElement(first.evaluated, 'e').add(Point.BASE).toBytes() },
    'the proof of another question': { ...first, proof: evaluateBlinded(shares[0]?.value ?? new Uint8Array(), Point.BASE.toBytes(), realEntropy).proof },
    'the identity': { ...first, evaluated: new Uint8Array(32) },
    'no element': { ...first, evaluated: new Uint8Array(32).fill(0xff) },
    'no proof': { ...first, proof: new Uint8Array(64) },
    'a short proof': { ...first, proof: first.proof.subarray(0, 63) },
    'nothing': { evaluated: new Uint8Array(0), proof: new Uint8Array(0) },
  };
  assert.ok(isProven(blinded, keyOf(first.index), first), 'the honest answer');
  for (const [name, answer] of Object.entries(attempts)) assert.ok(!isProven(blinded, keyOf(first.index), answer), name);
});

test('ATTACK 22: every bit of an answer counts', () => {
  const { shares: [share], keyOf } = deal(1, 1);
  assert.ok(share);
  const blinded = blindInput(utf8('swordfish'), realEntropy);
  const { evaluated, proof } = evaluateBlinded(share.value, blinded.blinded, realEntropy);
  fc.assert(fc.property(fc.nat(32 * 8 - 1), fc.nat(64 * 8 - 1), (inElement, inProof) => {
    assert.ok(!isProven(blinded, keyOf(1), { evaluated: flipped(evaluated, inElement), proof }));
    assert.ok(!isProven(blinded, keyOf(1), { evaluated, proof: flipped(proof, inProof) }));
  }), { numRuns: 60 });
});

test('OPRF-2: a node evaluates elements only, and never the identity', () => {
  const share = randomScalar(realEntropy);
  for (const bad of [new Uint8Array(32), new Uint8Array(31), new Uint8Array(32).fill(0xff), new Uint8Array(0)]) assert.throws(() => evaluateBlinded(share, bad, realEntropy), /element|bytes|identity/);
  assert.throws(() => evaluateBlinded(new Uint8Array(32), Point.BASE.toBytes(), realEntropy), /zero/);
});

test('OPRF-1: what nodes are shown says nothing about the password: each blinding is another', () => {
  const seen = new Set(Array.from({ length: 8 }, () => toHex(blindInput(utf8('swordfish'), realEntropy).blinded)));
  assert.equal(seen.size, 8);
  const hashed = ristretto255_hasher.hashToCurve(utf8('swordfish'), { DST: 'HashToGroup-OPRFV1-\x01-ristretto255-SHA512' });
  assert.ok(!seen.has(toHex(hashed.toBytes())));
});

test("ATTACK 16: with a frozen generator two answers do not give the node's share away", () => {
  const share = randomScalar(realEntropy);
  const scalarsOf = (blinded: Uint8Array) => {
    const { proof } = evaluateBlinded(share, blinded, frozenEntropy);
    return { c: decodeScalar(proof.subarray(0, 32), 'c'), s: decodeScalar(proof.subarray(32), 's') };
  };
  const [a, b] = [scalarsOf(Point.BASE.toBytes()), scalarsOf(Point.BASE.multiply(2n).toBytes())];
  // s = r − c·share: were r the same, the two would give share = (s₂ − s₁) / (c₁ − c₂).
  const derived = Fn.div(Fn.sub(b.s, a.s), Fn.sub(a.c, b.c));
  assert.notEqual(toHex(encodeScalar(derived)), toHex(share));
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const altered = bytes.slice();
  altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return altered;
}
