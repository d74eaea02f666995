/** SHA-256, HMAC and HKDF with a domain label in front. */
import { primitives } from '#signing-primitives';
import { utf8 } from '../../codec/bytes.ts';
import { encode } from '../../codec/cbor.ts';
import type { Label } from '../labels.ts';

export const { sha256, hmacSha256, hkdfSha256 } = primitives;

/** SHA-256(CBOR(label) ‖ parts). The label's CBOR head delimits it; callers delimit their parts. 32 bytes. */
export function labelledHash(label: Label, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(encode(label), ...parts);
}

/** HKDF-SHA-256 (RFC 5869) whose info is CBOR([label, ...context]). */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, label: Label, context: readonly Uint8Array[], length: number): Uint8Array {
  return hkdfSha256(secret, salt, encode([label, ...context]), length);
}

/** The label's own bytes, for callers that mix it into something other than a hash. */
export function labelBytes(label: Label): Uint8Array {
  return utf8(label);
}
