/**
 * ristretto255 (RFC 9496) as threshold cryptography needs it: scalars and elements with one spelling each.
 *
 * Everything that comes from outside is decoded here and nowhere else: a scalar is 32 bytes, little-endian, from 1 to
 * l − 1; an element is 32 canonical bytes and not the identity (RFC 9497 §3.3).
 */
import { ristretto255 } from '@noble/curves/ed25519.js';
import type { Entropy } from '../../codec/environment.ts';
import { assertBytes } from '../../codec/bytes.ts';
import { MalformedError } from '../../codec/result.ts';

export const SCALAR_LENGTH = 32;
export const ELEMENT_LENGTH = 32;

/** The prime-order group; `Fn` is its scalar field. */
export const { Point } = ristretto255;
export const { Fn } = Point;
export type Element = InstanceType<typeof Point>;

/** Throws `MalformedError` for zero, for l and more, and for other than 32 bytes. */
export function decodeScalar(bytes: Uint8Array, title: string): bigint {
  assertBytes(bytes, SCALAR_LENGTH, title);
  let scalar: bigint;
  try {
    scalar = Fn.fromBytes(bytes);
  } catch {
    throw new MalformedError(`${title}: not a scalar below the group's order`);
  }
  if (Fn.is0(scalar)) throw new MalformedError(`${title}: zero`);
  return scalar;
}

export function encodeScalar(scalar: bigint): Uint8Array {
  return Fn.toBytes(scalar);
}

/** Throws `MalformedError` for the identity and for every encoding that is not the canonical one of an element. */
export function decodeElement(bytes: Uint8Array, title: string): Element {
  assertBytes(bytes, ELEMENT_LENGTH, title);
  let element: Element;
  try {
    element = Point.fromBytes(bytes);
  } catch {
    throw new MalformedError(`${title}: not a canonical group element`);
  }
  if (element.is0()) throw new MalformedError(`${title}: the identity`);
  return element;
}

/** A fresh secret scalar, 32 bytes: uniform but for a bias of 2⁻²⁵⁶. */
export function randomScalar(entropy: Entropy): Uint8Array {
  for (;;) {
    const scalar = wideScalar(assertBytes(entropy.randomBytes(WIDE_LENGTH), WIDE_LENGTH, 'random bytes'));
    if (!Fn.is0(scalar)) return Fn.toBytes(scalar);
  }
}

/** g^scalar, 32 bytes: the public half of a key. `scalar` is 32 bytes. */
export function publicElement(scalar: Uint8Array): Uint8Array {
  return Point.BASE.multiply(decodeScalar(scalar, 'scalar')).toBytes();
}

/** 64 uniform bytes, reduced modulo l. */
export function wideScalar(bytes: Uint8Array): bigint {
  assertBytes(bytes, WIDE_LENGTH, 'wide scalar');
  let wide = 0n;
  for (let i = WIDE_LENGTH - 1; i >= 0; i--) wide = (wide << 8n) | BigInt(bytes[i] ?? 0);
  return Fn.create(wide);
}

export const WIDE_LENGTH = 64;
