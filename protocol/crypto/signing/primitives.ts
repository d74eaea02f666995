/**
 * The hash and signature primitives of suite 1, as every platform offers them: noble (the reference, in browsers) or
 * `node:crypto` (several times faster). Which one a program gets is decided by the package's import map
 * (`#signing-primitives`); the same vectors run on both.
 */
export interface SigningPrimitives {
  readonly sha256: (...parts: readonly Uint8Array[]) => Uint8Array;
  readonly hmacSha256: (key: Uint8Array, ...parts: readonly Uint8Array[]) => Uint8Array;
  /** RFC 5869 with SHA-256. `length` at most 255 · 32; `info` of any length. */
  readonly hkdfSha256: (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number) => Uint8Array;
  /** RFC 8032 Ed25519 public key of a 32-byte seed. */
  readonly ed25519PublicKey: (seed: Uint8Array) => Uint8Array;
  readonly ed25519Sign: (seed: Uint8Array, message: Uint8Array) => Uint8Array;
  /** RFC 8032 strict: non-canonical and small-order encodings are refused. Never throws. */
  readonly ed25519Verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}
