/**
 * A document's secrets under the ward's break-glass key, whose shares lie with the ward's nodes (GLASS-1): threshold ElGamal
 * over ristretto255 inside an AEAD under the all-clinicians key. t nodes without that key see R and sealed bytes; a clinician
 * without t nodes sees R and an inner seal.
 *
 *     const wrap = sealGlass(secrets, context, commitments, teamKey, entropy);        // whoever holds the document
 *     // each node: isKnown(wrap.point, wrap.proof, labelOf(context)), then evaluateBlinded(share, wrap.point)
 *     isProvenShare(wrap.point, shareKey(commitments, i), answer)
 *     openGlass(wrap, context, teamKey, [any, t, proven, answers])
 */
import { equalBytes } from '../../codec/bytes.ts';
import { encode } from '../../codec/cbor.ts';
import type { Entropy } from '../../codec/environment.ts';
import { LABEL } from '../labels.ts';
import { isProven } from '../oprf/blinded-input.ts';
import type { Evaluation } from '../oprf/evaluate.ts';
import { openCommitted, sealCommitted } from '../sealing/committed.ts';
import { decodeElement, decodeScalar, encodeScalar, Fn, Point, publicElement, WIDE_LENGTH, wideScalar } from '../sharing/group.ts';
import { combineElements } from '../sharing/sharing.ts';
import { deriveKey } from '../signing/hash.ts';
import { labelOf, proveKnowledge, type GlassContext } from '../sharing/sealed-point.ts';

export interface GlassWrap {
  /** R, 32 bytes: all that nodes are shown. */
  readonly point: Uint8Array;
  readonly proof: Uint8Array;
  readonly sealed: Uint8Array;
}

/** A proven answer of the node that holds the share `index`. */
export interface GlassAnswer {
  readonly index: number;
  readonly element: Uint8Array;
}

/** `commitments[0]` is the public half of the break-glass key; `teamKey` is the all-clinicians key, 32 bytes. */
export function sealGlass(secrets: Uint8Array, context: GlassContext, commitments: readonly [Uint8Array, ...Uint8Array[]], teamKey: Uint8Array, entropy: Entropy): GlassWrap {
  const scalar = ephemeralScalar(secrets, context, teamKey, entropy);
  const point = publicElement(scalar);
  const proof = proveKnowledge(scalar, labelOf(context), entropy);
  const shared = decodeElement(commitments[0], 'break-glass key').multiply(decodeScalar(scalar, 'ephemeral scalar')).toBytes();
  const inner = sealCommitted(innerKey(shared, point, context), contextFor(LABEL.glassInner, context), point, secrets, entropy);
  const sealed = sealCommitted(teamKey, contextFor(LABEL.glassOuter, context), point, inner, entropy);
  scalar.fill(0);
  shared.fill(0);
  return { point, proof, sealed };
}

/** Whether the answer is `point` raised to the share behind `key` (g^share): a node that answers anything else is named (ATTACK 22). */
export function isProvenShare(point: Uint8Array, key: Uint8Array, answer: Evaluation): boolean {
  return isProven({ input: NOTHING, blind: ONE, blinded: point }, key, answer);
}

/** The secrets, or null: another key of the team, another document, or answers that are too few or not these shares'. */
export function openGlass({ point, sealed }: Pick<GlassWrap, 'point' | 'sealed'>, context: GlassContext, teamKey: Uint8Array, answers: readonly GlassAnswer[]): Uint8Array | null {
  const inner = openCommitted(teamKey, contextFor(LABEL.glassOuter, context), point, sealed);
  if (inner === null || answers.length === 0) return null;
  const shared = combineElements(answers);
  if (equalBytes(shared, Point.ZERO.toBytes())) return null;
  return openCommitted(innerKey(shared, point, context), contextFor(LABEL.glassInner, context), point, inner);
}

const NOTHING = new Uint8Array(0);
const ONE = encodeScalar(1n);

/** Hedged with what it seals: a generator that repeats itself gives no two wraps one scalar (ATTACK 16). */
function ephemeralScalar(secrets: Uint8Array, context: GlassContext, teamKey: Uint8Array, entropy: Entropy): Uint8Array {
  const wide = wideScalar(deriveKey(encode([entropy.randomBytes(32), secrets, teamKey]), labelOf(context), LABEL.glassScalar, [], WIDE_LENGTH));
  return encodeScalar(Fn.is0(wide) ? 1n : wide);
}

function innerKey(shared: Uint8Array, point: Uint8Array, context: GlassContext): Uint8Array {
  return deriveKey(shared, point, LABEL.glassKey, [labelOf(context)], 32);
}

function contextFor(label: typeof LABEL.glassInner | typeof LABEL.glassOuter, { ward, document }: GlassContext) {
  return { label, ward, subject: document };
}
