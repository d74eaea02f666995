/**
 * Ed25519 signatures (RFC 8032, strict) that are bound to a purpose and to a ward: the signed message is
 * CBOR([label, ward, content]), so no signature can be offered in another domain or another ward (ATTACK 14).
 */
import { primitives } from '#signing-primitives';
import { encode } from '../../codec/cbor.ts';

/** An Ed25519 key pair. `seed` is secret, 32 bytes. */
export interface SigningKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** An Ed25519 key that signs and is not here to be read, as one that a browser keeps to itself. */
export interface HeldKey {
  readonly publicKey: Uint8Array;
  /** 64 bytes, over the very message. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** A device's key, wherever it is. */
export type DeviceKey = SigningKey | HeldKey;

export function signingKeyFromSeed(seed: Uint8Array): SigningKey {
  return { seed, publicKey: primitives.ed25519PublicKey(seed) };
}

/** 64 bytes. `ward` is the ward's id, or 32 zero bytes where no ward exists yet (genesis). */
export function signFor(key: SigningKey, purpose: string, ward: Uint8Array, content: Uint8Array): Uint8Array {
  return primitives.ed25519Sign(key.seed, encode([purpose, ward, content]));
}

/** As `signFor`, with a key that may be held elsewhere. */
export function signWith(key: DeviceKey, purpose: string, ward: Uint8Array, content: Uint8Array): Uint8Array | Promise<Uint8Array> {
  return 'seed' in key ? signFor(key, purpose, ward, content) : key.sign(encode([purpose, ward, content]));
}

export function verifyFor(publicKey: Uint8Array, purpose: string, ward: Uint8Array, content: Uint8Array, signature: Uint8Array): boolean {
  return primitives.ed25519Verify(publicKey, encode([purpose, ward, content]), signature);
}
