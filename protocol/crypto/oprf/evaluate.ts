/**
 * A node's half of the threshold VOPRF: RFC 9497, ristretto255-SHA512, mode verifiable (0x01), under the node's share
 * of a key instead of the key. Blind code may use it: it sees neither input nor output.
 */
import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import { concatBytes } from '../../codec/bytes.ts';
import type { Entropy } from '../../codec/environment.ts';
import { LABEL } from '../labels.ts';
import { deriveKey } from '../signing/hash.ts';
import { decodeElement, publicElement } from '../sharing/group.ts';

export const PROOF_LENGTH = 64;

export interface Evaluation {
  /** blinded^share, an element of 32 bytes. */
  readonly evaluated: Uint8Array;
  /** That it is the share behind g^share which evaluated: RFC 9497 §2.2.1, 64 bytes. */
  readonly proof: Uint8Array;
}

/** Evaluates under `share` (a scalar, 32 bytes) what a client has blinded. Throws `MalformedError` for what is no element. */
export function evaluateBlinded(share: Uint8Array, blinded: Uint8Array, entropy: Entropy): Evaluation {
  decodeElement(blinded, 'blinded element');
  const key = publicElement(share);
  // Two proofs with one nonce give the share away, so a generator that repeats itself must not repeat the nonce (ATTACK 16).
  const seed = concatBytes(entropy.randomBytes(32), share);
  const nonce = (length = 32) => new Uint8Array(deriveKey(seed, blinded, LABEL.proofNonce, [], length));
  return ristretto255_oprf.voprf.blindEvaluate(share, key, blinded, nonce);
}
