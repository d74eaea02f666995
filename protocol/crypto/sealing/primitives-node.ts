/** Encryption and key agreement on `node:crypto` (OpenSSL). */
import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { assertBytes, concatBytes } from '../../codec/bytes.ts';
import { CHACHA20_POLY1305_NONCE_LENGTH, POLY1305_TAG_LENGTH, type SealingPrimitives } from './primitives.ts';

export const primitives: SealingPrimitives = {
  chacha20Poly1305Seal(key, nonce, associatedData, plaintext) {
    assertKeyAndNonce(key, nonce);
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: POLY1305_TAG_LENGTH });
    cipher.setAAD(associatedData, { plaintextLength: plaintext.length });
    return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
  },
  chacha20Poly1305Open(key, nonce, associatedData, sealed) {
    assertKeyAndNonce(key, nonce);
    const length = sealed.length - POLY1305_TAG_LENGTH;
    if (length < 0) return null;
    const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: POLY1305_TAG_LENGTH });
    decipher.setAAD(associatedData, { plaintextLength: length });
    decipher.setAuthTag(sealed.subarray(length));
    const plaintext = decipher.update(sealed.subarray(0, length));
    try {
      decipher.final();
    } catch {
      return null;
    }
    return new Uint8Array(plaintext);
  },
  x25519PublicKey(secret) {
    const spki = createPublicKey(privateKeyOf(secret)).export({ format: 'der', type: 'spki' });
    return new Uint8Array(spki.subarray(spki.length - 32));
  },
  x25519SharedSecret(secret, publicKey) {
    const keys = { privateKey: privateKeyOf(secret), publicKey: publicKeyOf(publicKey) };
    let shared: Uint8Array;
    try {
      shared = new Uint8Array(diffieHellman(keys));
    } catch {
      return null;
    }
    return shared.some((byte) => byte !== 0) ? shared : null;
  },
};

/** OpenSSL takes nonces of other lengths and pads them, so that one key would have two spellings of a nonce. */
function assertKeyAndNonce(key: Uint8Array, nonce: Uint8Array): void {
  assertBytes(key, 32, 'ChaCha20-Poly1305 key');
  assertBytes(nonce, CHACHA20_POLY1305_NONCE_LENGTH, 'ChaCha20-Poly1305 nonce');
}

const PKCS8_PREFIX = Uint8Array.from([0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20]);
const SPKI_PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00]);

function privateKeyOf(secret: Uint8Array): KeyObject {
  assertBytes(secret, 32, 'X25519 secret');
  return createPrivateKey({ key: Buffer.from(concatBytes(PKCS8_PREFIX, secret)), format: 'der', type: 'pkcs8' });
}

function publicKeyOf(bytes: Uint8Array): KeyObject {
  assertBytes(bytes, 32, 'X25519 public key');
  return createPublicKey({ key: Buffer.from(concatBytes(SPKI_PREFIX, bytes)), format: 'der', type: 'spki' });
}
