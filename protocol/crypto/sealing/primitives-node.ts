/** Encryption and key agreement on `node:crypto` (OpenSSL). */
import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { assertBytes, concatBytes, fromBase64Url, toBase64Url } from '../../codec/bytes.ts';
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
  x25519PublicKey: (secret) => fromBase64Url(createPublicKey(privateKeyOf(secret)).export({ format: 'jwk' }).x ?? '', 'X25519 public key'),
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

/** JWK (RFC 8037) rather than DER, for the reason given at the signing keys. */
function privateKeyOf(secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', d: toBase64Url(assertBytes(secret, 32, 'X25519 secret')), x: '' }, format: 'jwk' });
}

function publicKeyOf(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: toBase64Url(assertBytes(bytes, 32, 'X25519 public key')) }, format: 'jwk' });
}
