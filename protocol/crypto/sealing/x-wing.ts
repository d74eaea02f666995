/**
 * X-Wing (draft-connolly-cfrg-xwing-kem, KEM 0x647a): X25519 joined with ML-KEM-768, so that what is sealed to a user
 * stays sealed as long as either holds.
 *
 * Composed here, rather than taken whole from a library, for three reasons: the randomness is the caller's, X25519 runs
 * on the platform's fast code, and a share of low order is refused (the draft leaves that out; ATTACK 24).
 */
import { primitives } from '#sealing-primitives';
import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { assertBytes, concatBytes, utf8 } from '../../codec/bytes.ts';

export const X_WING_SEED_LENGTH = 32;
export const X_WING_PUBLIC_KEY_LENGTH = 1216;
export const X_WING_CIPHERTEXT_LENGTH = 1120;
export const X_WING_RANDOMNESS_LENGTH = 64;

/** A decapsulation key, expanded from its seed once. Secret, but for `publicKey`. */
export interface XWingKeyPair {
  /** 1216 bytes: ML-KEM-768 key ‖ X25519 key. */
  readonly publicKey: Uint8Array;
  readonly mlKemSecret: Uint8Array;
  readonly x25519Secret: Uint8Array;
}

export function xWingKeyPairFromSeed(seed: Uint8Array): XWingKeyPair {
  assertBytes(seed, X_WING_SEED_LENGTH, 'X-Wing seed');
  const expanded = shake256(seed, { dkLen: 96 });
  const mlKem = ml_kem768.keygen(expanded.subarray(0, 64));
  const x25519Secret = expanded.slice(64);
  return {
    publicKey: concatBytes(mlKem.publicKey, primitives.x25519PublicKey(x25519Secret)),
    mlKemSecret: mlKem.secretKey,
    x25519Secret,
  };
}

/**
 * A fresh shared secret (32 bytes) and the ciphertext (1120 bytes) that carries it. Null when `publicKey` is not a
 * key: of another length, with coefficients out of range (FIPS 203 §7.2), or with an X25519 part of low order.
 */
export function xWingEncapsulate(publicKey: Uint8Array, randomness: Uint8Array): { sharedSecret: Uint8Array; ciphertext: Uint8Array } | null {
  assertBytes(randomness, X_WING_RANDOMNESS_LENGTH, 'X-Wing randomness');
  if (publicKey.length !== X_WING_PUBLIC_KEY_LENGTH) return null;
  const x25519Key = publicKey.subarray(ML_KEM_PUBLIC_KEY_LENGTH);
  const ephemeral = randomness.subarray(32);
  const agreed = primitives.x25519SharedSecret(ephemeral, x25519Key);
  if (agreed === null) return null;
  const mlKem = mlKemEncapsulate(publicKey.subarray(0, ML_KEM_PUBLIC_KEY_LENGTH), randomness.subarray(0, 32));
  if (mlKem === null) return null;
  const share = primitives.x25519PublicKey(ephemeral);
  return { sharedSecret: combine(mlKem.sharedSecret, agreed, share, x25519Key), ciphertext: concatBytes(mlKem.cipherText, share) };
}

/**
 * The shared secret, or null for another length or an X25519 share of low order. An altered ML-KEM part is not
 * noticed here: it gives another secret (implicit rejection), and what was sealed under it does not open.
 */
export function xWingDecapsulate(keyPair: XWingKeyPair, ciphertext: Uint8Array): Uint8Array | null {
  if (ciphertext.length !== X_WING_CIPHERTEXT_LENGTH) return null;
  const share = ciphertext.subarray(ML_KEM_CIPHERTEXT_LENGTH);
  const agreed = primitives.x25519SharedSecret(keyPair.x25519Secret, share);
  if (agreed === null) return null;
  const mlKemShared = ml_kem768.decapsulate(ciphertext.subarray(0, ML_KEM_CIPHERTEXT_LENGTH), keyPair.mlKemSecret);
  return combine(mlKemShared, agreed, share, keyPair.publicKey.subarray(ML_KEM_PUBLIC_KEY_LENGTH));
}

const ML_KEM_PUBLIC_KEY_LENGTH = 1184;
const ML_KEM_CIPHERTEXT_LENGTH = 1088;
const X_WING_LABEL = utf8('\\.//^\\');

function combine(mlKemShared: Uint8Array, agreed: Uint8Array, share: Uint8Array, x25519Key: Uint8Array): Uint8Array {
  return sha3_256(concatBytes(mlKemShared, agreed, share, x25519Key, X_WING_LABEL));
}

function mlKemEncapsulate(publicKey: Uint8Array, randomness: Uint8Array): { sharedSecret: Uint8Array; cipherText: Uint8Array } | null {
  try {
    return ml_kem768.encapsulate(publicKey, randomness);
  } catch {
    return null;
  }
}
