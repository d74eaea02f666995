/**
 * The client's half of the threshold VOPRF (RFC 9497, ristretto255-SHA512, mode verifiable): blind an input, check what
 * each node answers, combine the answers of any t nodes, unblind. The output is, byte for byte, RFC 9497's under the
 * undivided key, which is nowhere put together for it.
 *
 *     const blinded = blindInput(input, entropy);
 *     // each node i answers evaluateBlinded(share_i, blinded.blinded)
 *     isProven(blinded, shareKey(commitments, i), answer)
 *     const output = finalize(blinded, [any, t, proven, answers]);
 */
import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import type { Entropy } from '../../codec/environment.ts';
import { combineElements } from '../sharing/sharing.ts';
import type { Evaluation } from './evaluate.ts';

export const OUTPUT_LENGTH = 64;

export interface BlindedInput {
  /** At most 65,535 bytes. Secret. */
  readonly input: Uint8Array;
  /** A scalar, 32 bytes. Secret: with it the nodes could guess the input. */
  readonly blind: Uint8Array;
  /** An element, 32 bytes: what nodes are shown. It says nothing about the input. */
  readonly blinded: Uint8Array;
}

export function blindInput(input: Uint8Array, entropy: Entropy): BlindedInput {
  return { input, ...ristretto255_oprf.voprf.blind(input, (length = 32) => new Uint8Array(entropy.randomBytes(length))) };
}

/**
 * Whether the answer is what the share behind `key` (g^share, 32 bytes) evaluates to: a node that uses another key,
 * if only for one user, has no proof (ATTACK 22). Never throws, whatever the node sent.
 */
export function isProven({ input, blind, blinded }: BlindedInput, key: Uint8Array, { evaluated, proof }: Evaluation): boolean {
  try {
    ristretto255_oprf.voprf.finalize(input, blind, evaluated, blinded, key, proof);
    return true;
  } catch {
    // noble throws alike for a proof that fails and for what is no element, scalar or key.
    return false;
  }
}

/** The output under an undivided key (a scalar, 32 bytes): for who has just made it and deals it next. */
export function evaluateWhole(key: Uint8Array, input: Uint8Array, entropy: Entropy): Uint8Array {
  const blinded = blindInput(input, entropy);
  return finalize(blinded, [{ index: 1, evaluated: ristretto255_oprf.oprf.blindEvaluate(key, blinded.blinded) }]);
}

/** 64 bytes. `answers` are t proven answers of distinct nodes; from other than t of them comes another output. */
export function finalize({ input, blind }: BlindedInput, answers: readonly { readonly index: number; readonly evaluated: Uint8Array }[]): Uint8Array {
  const evaluated = combineElements(answers.map(({ index, evaluated: element }) => ({ index, element })));
  // The base mode's last step is the verifiable mode's (RFC 9497 §3.3.1, §3.3.2).
  return ristretto255_oprf.oprf.finalize(input, blind, evaluated);
}
