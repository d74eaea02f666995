/** Hash and signature primitives on `node:crypto` (OpenSSL): about fifteen times faster at signatures than noble. */
import { createHash, createHmac, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { concatBytes, toHex } from '../../codec/bytes.ts';
import { isAcceptablePoint } from './acceptable-point.ts';
import type { SigningPrimitives } from './primitives.ts';

export const primitives: SigningPrimitives = {
  sha256(...parts) {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return plain(hash.digest());
  },
  hmacSha256,
  /** RFC 5869 on HMAC: `hkdfSync` refuses an `info` of more than 1024 bytes, which noble takes, and is no faster. */
  hkdfSha256(secret, salt, info, length) {
    if (!Number.isSafeInteger(length) || length < 0 || length > 255 * 32) throw new RangeError(`HKDF output of ${length} bytes`);
    const pseudorandomKey = hmacSha256(salt, secret);
    const output = new Uint8Array(length);
    let block: Uint8Array = new Uint8Array(0);
    for (let offset = 0; offset < length; offset += 32) {
      block = hmacSha256(pseudorandomKey, block, info, Uint8Array.of(offset / 32 + 1));
      output.set(block.subarray(0, length - offset), offset);
    }
    return output;
  },
  ed25519PublicKey(seed) {
    const spki = createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' });
    return plain(spki.subarray(spki.length - 32));
  },
  ed25519Sign: (seed, message) => plain(sign(null, message, privateKeyOf(seed))),
  ed25519Verify(publicKey, message, signature) {
    if (signature.length !== 64 || !isAcceptablePoint(publicKey) || !isAcceptablePoint(signature.subarray(0, 32))) return false;
    try {
      return verify(null, message, publicKeyOf(publicKey), signature);
    } catch {
      return false;
    }
  },
};

function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return plain(mac.digest());
}

const PKCS8_PREFIX = Uint8Array.from([0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]);
const SPKI_PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(concatBytes(PKCS8_PREFIX, seed)), format: 'der', type: 'pkcs8' });
}

/** Public keys only (no secret is kept): importing one costs as much as a verification. */
const importedPublicKeys = new Map<string, KeyObject>();
const MAX_IMPORTED = 1024;

function publicKeyOf(bytes: Uint8Array): KeyObject {
  const name = toHex(bytes);
  const known = importedPublicKeys.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: Buffer.from(concatBytes(SPKI_PREFIX, bytes)), format: 'der', type: 'spki' });
  if (importedPublicKeys.size >= MAX_IMPORTED) importedPublicKeys.clear();
  importedPublicKeys.set(name, key);
  return key;
}

/** A plain `Uint8Array`: a `Buffer` prints, compares and slices otherwise. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}
