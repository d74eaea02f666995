/**
 * A secret in n shares of which any t give it back, and fewer say nothing: Shamir's sharing over the scalars of
 * ristretto255, with Feldman's commitments, so that every holder can check the own share and whoever combines shares
 * can name the one that is wrong (ATTACK 21).
 *
 *     const { commitments, shares } = dealShares(secret, 3, 4, entropy);
 *     verifyShare(commitments, share)                 // by each holder
 *     combineShares(commitments, [some, three, shares])
 *
 * The commitments are public: the first is g^secret, so a secret has to be a random scalar (`randomScalar`), never
 * something that can be guessed. From it other keys are derived by HKDF.
 */
import { concatBytes, equalBytes } from '../../codec/bytes.ts';
import type { Entropy } from '../../codec/environment.ts';
import { fail, MalformedError, succeed, type Result } from '../../codec/result.ts';
import { LABEL } from '../labels.ts';
import { deriveKey } from '../signing/hash.ts';
import { decodeElement, decodeScalar, encodeScalar, Fn, Point, SCALAR_LENGTH, WIDE_LENGTH, wideScalar, type Element } from './group.ts';

/** n is at most this. */
export const MAX_HOLDERS = 32;

export interface Share {
  /** 1 to n. */
  readonly index: number;
  /** A scalar, 32 bytes. Secret. */
  readonly value: Uint8Array;
}

export interface Dealing {
  /** t elements of 32 bytes: g to each coefficient of the polynomial, the secret's first. Public. */
  readonly commitments: readonly Uint8Array[];
  readonly shares: readonly Share[];
}

/** Shares of `secret` (a scalar, 32 bytes) for holders 1 to n, any `threshold` of whom can combine them. */
export function dealShares(secret: Uint8Array, threshold: number, holders: number, entropy: Entropy): Dealing {
  if (!Number.isSafeInteger(threshold) || !Number.isSafeInteger(holders) || threshold < 1 || threshold > holders || holders > MAX_HOLDERS) {
    throw new RangeError(`no sharing among ${holders} of whom ${threshold} suffice`);
  }
  // A zero among them has a chance of 2⁻²⁵²: no commitment can be made to it, and no holder takes it.
  const coefficients = [decodeScalar(secret, 'shared secret'), ...freshCoefficients(secret, threshold - 1, entropy)];
  return {
    commitments: coefficients.map((coefficient) => Point.BASE.multiply(coefficient).toBytes()),
    shares: Array.from({ length: holders }, (_, place) => ({ index: place + 1, value: encodeScalar(polynomialAt(coefficients, place + 1)) })),
  };
}

/** Whether the share is the one that the commitments commit to. Never throws, whatever it is handed. */
export function verifyShare(commitments: readonly Uint8Array[], share: Share): boolean {
  const key = shareKey(commitments, share.index);
  if (key === undefined) return false;
  try {
    return equalBytes(Point.BASE.multiply(decodeScalar(share.value, 'share')).toBytes(), key);
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

/** g^share of the holder `index`, 32 bytes: the public key that its share is the secret of. Undefined for no commitments. */
export function shareKey(commitments: readonly Uint8Array[], index: number): Uint8Array | undefined {
  if (commitments.length < 1 || commitments.length > MAX_HOLDERS || !isIndex(index)) return undefined;
  try {
    const elements = commitments.map((commitment) => decodeElement(commitment, 'commitment'));
    // Horner's rule, in the exponent.
    const key = elements.reduceRight((sum: Element, element) => sum.multiplyUnsafe(BigInt(index)).add(element), Point.ZERO);
    return key.is0() ? undefined : key.toBytes();
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

export type CombineFailure =
  | { readonly code: 'too-few'; readonly have: number; readonly need: number }
  /** Not the share that was dealt to this holder, or no share at all. */
  | { readonly code: 'bad-share'; readonly index: number }
  | { readonly code: 'duplicate-share'; readonly index: number }
  | { readonly code: 'bad-commitments' };

/** The secret, from at least as many shares as there are commitments. Every share is checked, also one too many. */
export function combineShares(commitments: readonly Uint8Array[], shares: readonly Share[]): Result<Uint8Array, CombineFailure> {
  if (shareKey(commitments, 1) === undefined) return fail({ code: 'bad-commitments' });
  const seen = new Set<number>();
  for (const share of shares) {
    if (seen.has(share.index)) return fail({ code: 'duplicate-share', index: share.index });
    if (!verifyShare(commitments, share)) return fail({ code: 'bad-share', index: share.index });
    seen.add(share.index);
  }
  if (shares.length < commitments.length) return fail({ code: 'too-few', have: shares.length, need: commitments.length });
  const used = shares.slice(0, commitments.length);
  const weights = lagrange(used.map(({ index }) => index));
  const secret = used.reduce((sum, { value }, place) => Fn.add(sum, Fn.mul(weights[place] ?? 0n, decodeScalar(value, 'share'))), 0n);
  return succeed(encodeScalar(secret));
}

/** As `combineShares`, in the exponent: from elements X^share (32 bytes each, already proven right) X^secret. */
export function combineElements(parts: readonly { readonly index: number; readonly element: Uint8Array }[]): Uint8Array {
  const weights = lagrange(parts.map(({ index }) => index));
  return parts.reduce(
    (sum: Element, { element }, place) => sum.add(decodeElement(element, 'part').multiplyUnsafe(weights[place] ?? 0n)),
    Point.ZERO,
  ).toBytes();
}

/** Lagrange's weights at zero for distinct indices, in their order: secret = Σ weight · share. */
export function lagrange(indices: readonly number[]): readonly bigint[] {
  if (indices.length === 0 || !indices.every(isIndex) || new Set(indices).size !== indices.length) throw new RangeError(`not distinct indices: ${indices.join(', ')}`);
  return indices.map((own) => indices.reduce((weight, other) => {
    if (other === own) return weight;
    return Fn.mul(weight, Fn.div(BigInt(other), Fn.create(BigInt(other - own))));
  }, 1n));
}

function isIndex(index: number): boolean {
  return Number.isSafeInteger(index) && index >= 1 && index <= MAX_HOLDERS;
}

/**
 * Hedged with the secret: from a generator that repeats itself, coefficients equal to each other or to the secret
 * would make of every single share the secret itself (ATTACK 16).
 */
function freshCoefficients(secret: Uint8Array, count: number, entropy: Entropy): readonly bigint[] {
  const seed = concatBytes(entropy.randomBytes(SCALAR_LENGTH), secret);
  return Array.from({ length: count }, (_, place) =>
    wideScalar(deriveKey(seed, new Uint8Array(0), LABEL.shareCoefficient, [Uint8Array.of(place)], WIDE_LENGTH)));
}

function polynomialAt(coefficients: readonly bigint[], x: number): bigint {
  return coefficients.reduceRight((sum, coefficient) => Fn.add(Fn.mul(sum, BigInt(x)), coefficient), 0n);
}
