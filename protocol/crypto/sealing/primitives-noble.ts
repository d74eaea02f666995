/** Encryption and key agreement on noble: the reference, and what a browser gets. */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { assertBytes } from '../../codec/bytes.ts';
import { POLY1305_TAG_LENGTH, type SealingPrimitives } from './primitives.ts';

export const primitives: SealingPrimitives = {
  chacha20Poly1305Seal: (key, nonce, associatedData, plaintext) => chacha20poly1305(key, nonce, associatedData).encrypt(plaintext),
  chacha20Poly1305Open(key, nonce, associatedData, sealed) {
    const cipher = chacha20poly1305(key, nonce, associatedData);
    if (sealed.length < POLY1305_TAG_LENGTH) return null;
    try {
      return cipher.decrypt(sealed);
    } catch {
      return null;
    }
  },
  x25519PublicKey: (secret) => x25519.getPublicKey(secret),
  x25519SharedSecret(secret, publicKey) {
    assertBytes(secret, 32, 'X25519 secret');
    assertBytes(publicKey, 32, 'X25519 public key');
    try {
      return x25519.getSharedSecret(secret, publicKey);
    } catch {
      return null;
    }
  },
};
