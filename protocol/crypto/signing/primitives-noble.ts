/** Hash and signature primitives on noble: the reference, and what a browser gets. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes } from '../../codec/bytes.ts';
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
      return satisfiesEquation(publicKey, message, signature);
    } catch {
      return false;
    }
  },
};

const { Point } = ed25519;

/**
 * [S]B − [k]A = R, compared as bytes (RFC 8032 §5.1.7 without the cofactor), as OpenSSL does it. noble's own `verify`
 * multiplies by the cofactor, and so accepts signatures under keys with a component of small order that OpenSSL
 * refuses: an insider with such a key could split the ward into browsers and the rest (ATTACK 24).
 *
 * Throws when A is not a point or S is not below the group's order.
 */
function satisfiesEquation(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const commitment = signature.subarray(0, 32);
  const a = Point.fromBytes(publicKey, false);
  const s = littleEndian(signature.subarray(32));
  const k = littleEndian(sha512(concatBytes(commitment, publicKey, message))) % Point.Fn.ORDER;
  return equalBytes(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes(), commitment);
}

function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) number = (number << 8n) | BigInt(bytes[i] ?? 0);
  return number;
}
