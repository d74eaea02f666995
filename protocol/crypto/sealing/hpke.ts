/**
 * Sealing to a person: HPKE base mode (RFC 9180) with X-Wing, HKDF-SHA-256 and ChaCha20-Poly1305 (SPEC, SUITE-1).
 *
 * The key schedule is the `hpke` package's, which knows WebCrypto's asynchronous world only, hence the promises. Base
 * mode says nothing about the sender and nothing about where a sealed key belongs: bind ward, team or document, epoch
 * and recipient in `info`, and sign what carries it (ATTACKS 1, 2).
 *
 * All randomness is the injected `entropy`; the package draws none. It is hedged: the encapsulation depends on the
 * plaintext, `info` and `associatedData` too, so a frozen generator gives no key to two messages (ATTACK 16).
 */
import { AEAD_ChaCha20Poly1305, KDF_HKDF_SHA256 } from '@panva/hpke-noble';
import { CipherSuite, DecapError, OpenError, ValidationError, type KEM, type Key } from 'hpke';
import { assertBytes, concatBytes } from '../../codec/bytes.ts';
import type { Entropy } from '../../codec/environment.ts';
import { fail, succeed, type Result } from '../../codec/result.ts';
import { LABEL } from '../labels.ts';
import { deriveKey } from '../signing/hash.ts';
import { POLY1305_TAG_LENGTH } from './primitives.ts';
import {
  X_WING_CIPHERTEXT_LENGTH, X_WING_PUBLIC_KEY_LENGTH, X_WING_RANDOMNESS_LENGTH, X_WING_SEED_LENGTH,
  xWingDecapsulate, xWingEncapsulate, xWingKeyPairFromSeed,
  type XWingKeyPair,
} from './x-wing.ts';

export const KEM_PUBLIC_KEY_LENGTH = X_WING_PUBLIC_KEY_LENGTH;
export const KEM_SEED_LENGTH = X_WING_SEED_LENGTH;

/** A user's key pair for receiving. All of it but `publicKey` (1216 bytes) is secret. */
export type KemKeyPair = XWingKeyPair;

/** `seed` is 32 secret bytes. Costs about a millisecond: make it once for each unlock. */
export function kemKeyPairFromSeed(seed: Uint8Array): KemKeyPair {
  return xWingKeyPairFromSeed(seed);
}

export interface PublicKeyRefused {
  /** The recipient's public key has another length, is out of range, or its X25519 part is of low order. */
  readonly code: 'public-key-refused';
}

/** Seals for the holder of `publicKey`. Returns enc(1120) ‖ ciphertext ‖ tag(16). */
export async function sealTo(
  publicKey: Uint8Array,
  info: Uint8Array,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
  entropy: Entropy,
): Promise<Result<Uint8Array, PublicKeyRefused>> {
  const randomness = hedgedRandomness(publicKey, info, associatedData, plaintext, entropy);
  try {
    const { encapsulatedSecret, ciphertext } = await suite.Seal(recipientKey(publicKey, randomness), plaintext, { info, aad: associatedData });
    return succeed(concatBytes(encapsulatedSecret, ciphertext));
  } catch (error) {
    if (error instanceof ValidationError) return fail({ code: 'public-key-refused' });
    throw error;
  }
}

/** What was sealed to this key pair with the same `info` and `associatedData`, or null, whatever is wrong. */
export async function openFrom(
  keyPair: KemKeyPair,
  info: Uint8Array,
  associatedData: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array | null> {
  if (sealed.length < X_WING_CIPHERTEXT_LENGTH + POLY1305_TAG_LENGTH) return null;
  const encapsulated = sealed.subarray(0, X_WING_CIPHERTEXT_LENGTH);
  const ciphertext = sealed.subarray(X_WING_CIPHERTEXT_LENGTH);
  try {
    return await suite.Open(secretKey(keyPair), encapsulated, ciphertext, { info, aad: associatedData });
  } catch (error) {
    // A session may be locked, and its keys overwritten, while something is being opened.
    if (error instanceof ValidationError || error instanceof DecapError || error instanceof OpenError) return null;
    throw error;
  }
}

function hedgedRandomness(publicKey: Uint8Array, info: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array, entropy: Entropy): Uint8Array {
  const random = assertBytes(entropy.randomBytes(X_WING_RANDOMNESS_LENGTH), X_WING_RANDOMNESS_LENGTH, 'random bytes');
  const context = [publicKey, info, associatedData];
  return deriveKey(concatBytes(random, plaintext), new Uint8Array(0), LABEL.kemRandomness, context, X_WING_RANDOMNESS_LENGTH);
}

/** The package hands keys through to the KEM unseen, so a sender's key brings the randomness of its one use along. */
type SuiteKey = Key & ({ readonly use: 'encapsulate'; readonly publicKey: Uint8Array; readonly randomness: Uint8Array }
  | { readonly use: 'decapsulate'; readonly keyPair: KemKeyPair });

const ALGORITHM = { name: 'X-Wing' };

function recipientKey(publicKey: Uint8Array, randomness: Uint8Array): SuiteKey {
  return { algorithm: ALGORITHM, extractable: true, type: 'public', use: 'encapsulate', publicKey, randomness };
}

function secretKey(keyPair: KemKeyPair): SuiteKey {
  return { algorithm: ALGORITHM, extractable: false, type: 'private', use: 'decapsulate', keyPair };
}

const xWing: KEM<SuiteKey> = {
  id: 0x647a,
  type: 'KEM',
  name: ALGORITHM.name,
  Nsecret: 32,
  Nenc: X_WING_CIPHERTEXT_LENGTH,
  Npk: X_WING_PUBLIC_KEY_LENGTH,
  Nsk: X_WING_SEED_LENGTH,
  async Encap(key) {
    const encapsulated = key.use === 'encapsulate' ? xWingEncapsulate(key.publicKey, key.randomness) : null;
    if (encapsulated === null) throw new ValidationError('public key refused');
    return { shared_secret: encapsulated.sharedSecret, enc: encapsulated.ciphertext };
  },
  async Decap(encapsulated, key) {
    const sharedSecret = key.use === 'decapsulate' ? xWingDecapsulate(key.keyPair, encapsulated) : null;
    if (sharedSecret === null) throw new ValidationError('encapsulated secret refused');
    return sharedSecret;
  },
  DeriveKeyPair: notOffered,
  GenerateKeyPair: notOffered,
  SerializePublicKey: notOffered,
  DeserializePublicKey: notOffered,
  SerializePrivateKey: notOffered,
  DeserializePrivateKey: notOffered,
};

/** Keys come from `kemKeyPairFromSeed`, not through the package. */
async function notOffered(): Promise<never> {
  throw new Error('keys are made by kemKeyPairFromSeed');
}

const suite = new CipherSuite(() => xWing, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305);
