import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../../protocol/codec/bytes.ts';
import { blindInput, finalize, isProven, type BlindedInput } from '../../protocol/crypto/oprf/blinded-input.ts';
import { evaluateBlinded } from '../../protocol/crypto/oprf/evaluate.ts';
import { Fn } from '../../protocol/crypto/sharing/group.ts';
import { dealShares, shareKey } from '../../protocol/crypto/sharing/sharing.ts';
import { realEntropy } from '../crypto/entropy.ts';
import { loadVectors, type OprfVector } from './load.ts';

const VERIFIABLE = 1;
const SUITE = 'ristretto255-SHA512';

for (const path of ['oprf-allVectors.json', 'oprf-rfc9497.json.gz'] as const) {
  test(`OPRF-1: the vectors of RFC 9497 with the whole key at one node (${path})`, (t) => {
    const seen = eachVector(t, path, ({ blinded, key, publicKey, evaluated, proof, output }) => {
      const answer = evaluateBlinded(key, blinded.blinded, realEntropy);
      assert.equal(toHex(answer.evaluated), toHex(evaluated));
      assert.ok(isProven(blinded, publicKey, answer), 'our own proof');
      if (proof !== undefined) assert.ok(isProven(blinded, publicKey, { evaluated, proof }), "the RFC's proof");
      assert.equal(toHex(finalize(blinded, [{ index: 1, evaluated: answer.evaluated }])), toHex(output));
    });
    if (seen !== undefined) assert.ok(seen >= 4, `${seen} vectors`);
  });

  test(`OPRF-1: the same outputs from any three of four nodes that share the key (${path})`, (t) => {
    eachVector(t, path, ({ blinded, key, output }) => {
      const { commitments, shares } = dealShares(key, 3, 4, realEntropy);
      for (const absent of [1, 2, 3, 4]) {
        const answers = shares.filter(({ index }) => index !== absent).map(({ index, value }) => ({ index, ...evaluateBlinded(value, blinded.blinded, realEntropy) }));
        for (const answer of answers) assert.ok(isProven(blinded, shareKey(commitments, answer.index) ?? new Uint8Array(0), answer));
        assert.equal(toHex(finalize(blinded, answers)), toHex(output));
      }
    });
  });
}

interface Case {
  readonly blinded: BlindedInput;
  readonly key: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly evaluated: Uint8Array;
  /** Undefined where the vector proves two evaluations at once: we prove each by itself. */
  readonly proof: Uint8Array | undefined;
  readonly output: Uint8Array;
}

/** Batches are taken apart: Wardsync asks one question at a time. Undefined when the file is not here. */
function eachVector(t: Parameters<typeof loadVectors>[0], path: 'oprf-allVectors.json' | 'oprf-rfc9497.json.gz', check: (each: Case) => void): number | undefined {
  const file = loadVectors(t, path);
  if (file === undefined) return undefined;
  let seen = 0;
  for (const { skSm, pkSm, vectors } of file.filter(({ identifier, mode }) => identifier === SUITE && mode === VERIFIABLE)) {
    for (const vector of vectors) {
      const columns = [vector.Input, vector.Blind, vector.BlindedElement, vector.EvaluationElement, vector.Output].map((column) => column.split(','));
      for (const [place, input] of (columns[0] ?? []).entries()) {
        const [blind = '', blindedElement = '', evaluated = '', output = ''] = columns.slice(1).map((column) => column[place] ?? '');
        const blinded = blindInput(fromHex(input, 'Input'), blindOf(fromHex(blind, 'Blind')));
        assert.equal(toHex(blinded.blinded), blindedElement);
        check({
          blinded, key: fromHex(skSm, 'skSm'), publicKey: fromHex(pkSm ?? '', 'pkSm'), evaluated: fromHex(evaluated, 'EvaluationElement'),
          proof: proofOf(vector), output: fromHex(output, 'Output'),
        });
        seen++;
      }
    }
  }
  return seen;
}

function proofOf({ Batch, Proof }: OprfVector): Uint8Array | undefined {
  return Batch === 1 && Proof !== undefined ? fromHex(Proof.proof, 'proof') : undefined;
}

/** A generator from which noble draws this very blind: it maps its bytes to 1 + (bytes mod (l − 1)). */
function blindOf(blind: Uint8Array) {
  return {
    randomBytes(length: number) {
      const bytes = new Uint8Array(length);
      bytes.set(Fn.toBytes(Fn.fromBytes(blind) - 1n));
      return bytes;
    },
  };
}
