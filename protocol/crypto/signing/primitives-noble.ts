/** Hash and signature primitives on noble: the reference, and what a browser gets. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { isAcceptablePoint } from './acceptable-point.ts';
import type { SigningPrimitives } from './primitives.ts';

export const primitives: SigningPrimitives = {
  sha256(...parts) {
    const hash = nobleSha256.create();
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
  hmacSha256(key, ...parts) {
    const mac = hmac.create(nobleSha256, key);
    for (const part of parts) mac.update(part);
    return mac.digest();
  },
  hkdfSha256: (secret, salt, info, length) => hkdf(nobleSha256, secret, salt, info, length),
  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519Verify(publicKey, message, signature) {
    if (signature.length !== 64 || !isAcceptablePoint(publicKey) || !isAcceptablePoint(signature.subarray(0, 32))) return false;
    try {
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
};
