/**
 * The encryption and key agreement primitives of suite 1. As with `#signing-primitives`, the package's import map
 * (`#sealing-primitives`) decides between noble (the reference, in browsers) and `node:crypto`; the same vectors run
 * on both.
 */
export interface SealingPrimitives {
  /** RFC 8439. `key` 32 bytes, `nonce` 12 bytes. Returns ciphertext ‖ tag(16). */
  readonly chacha20Poly1305Seal: (key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array) => Uint8Array;
  /** The plaintext, or null when anything is wrong: too short, altered, or sealed under another key. */
  readonly chacha20Poly1305Open: (key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, sealed: Uint8Array) => Uint8Array | null;
  /** RFC 7748 public key of a 32-byte secret. */
  readonly x25519PublicKey: (secret: Uint8Array) => Uint8Array;
  /**
   * RFC 7748 §6.1 with its check: null when the shared secret is all zero, which is what a public key of low order
   * gives (ATTACK 24).
   */
  readonly x25519SharedSecret: (secret: Uint8Array, publicKey: Uint8Array) => Uint8Array | null;
}

export const CHACHA20_POLY1305_NONCE_LENGTH = 12;
export const POLY1305_TAG_LENGTH = 16;
