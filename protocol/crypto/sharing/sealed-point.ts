/**
 * What a blind node sees of a break-glass wrap (GLASS-1): the ephemeral element R = g^r, and a proof that whoever made the
 * wrap knew r, bound to a label (ward, document, dealing). Nodes raise R to their share only under the label that it was
 * made for. Without the proof somebody could put another document's R into a wrap of a document they may ask for, and have
 * the nodes open the other one: this is what makes threshold ElGamal secure against chosen ciphertexts (Shoup and Gennaro,
 * TDH2, Journal of Cryptology 2002).
 */
import { concatBytes } from '../../codec/bytes.ts';
import { encode } from '../../codec/cbor.ts';
import type { Entropy } from '../../codec/environment.ts';
import { MalformedError } from '../../codec/result.ts';
import { LABEL } from '../labels.ts';
import { decodeElement, decodeScalar, ELEMENT_LENGTH, encodeScalar, Fn, Point, SCALAR_LENGTH, WIDE_LENGTH, wideScalar } from './group.ts';
import { deriveKey } from '../signing/hash.ts';

/** What a wrap belongs to: a node, and whoever opens, has to name the same. */
export interface GlassContext {
  readonly ward: Uint8Array;
  readonly document: Uint8Array;
  /** Of the break-glass key. */
  readonly dealing: Uint8Array;
}

export const KNOWLEDGE_LENGTH = ELEMENT_LENGTH + SCALAR_LENGTH;

/** Under which the maker of a wrap proves to have known its scalar. */
export function labelOf({ ward, document, dealing }: GlassContext): Uint8Array {
  return encode([LABEL.glass, ward, document, dealing]);
}

/** Schnorr's proof of knowledge of `secret` (a scalar, 32 bytes) for g^secret under `label`: commitment(32) ‖ response(32). */
export function proveKnowledge(secret: Uint8Array, label: Uint8Array, entropy: Entropy): Uint8Array {
  const r = decodeScalar(secret, 'ephemeral scalar');
  const point = Point.BASE.multiply(r).toBytes();
  // Two proofs with one nonce give the secret away: hedged with secret and label (ATTACK 16).
  const nonce = wideScalar(deriveKey(concatBytes(entropy.randomBytes(SCALAR_LENGTH), secret), label, LABEL.glassNonce, [], WIDE_LENGTH));
  const commitment = Point.BASE.multiply(nonce).toBytes();
  return concatBytes(commitment, encodeScalar(Fn.add(nonce, Fn.mul(challenge(point, commitment, label), r))));
}

/** Whether `proof` shows that the maker of `point` knew its scalar, under this very label. Never throws, whatever it is handed. */
export function isKnown(point: Uint8Array, proof: Uint8Array, label: Uint8Array): boolean {
  if (proof.length !== KNOWLEDGE_LENGTH) return false;
  try {
    const commitment = proof.subarray(0, ELEMENT_LENGTH);
    const response = decodeScalar(proof.subarray(ELEMENT_LENGTH), 'response');
    const right = decodeElement(commitment, 'commitment').add(decodeElement(point, 'point').multiplyUnsafe(challenge(point, commitment, label)));
    return Point.BASE.multiplyUnsafe(response).equals(right);
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

function challenge(point: Uint8Array, commitment: Uint8Array, label: Uint8Array): bigint {
  return wideScalar(deriveKey(encode([point, commitment, label]), new Uint8Array(0), LABEL.glassChallenge, [], WIDE_LENGTH));
}
