/** A user's two key pairs (KEYS-1): Ed25519 to sign, X-Wing (X25519 joined with ML-KEM-768) to be sealed to. */
import { concatBytes } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import type { UserId } from '../codec/ids.ts';
import { kemKeyPairFromSeed, type KemKeyPair } from '../crypto/sealing/hpke.ts';
import { signingKeyFromSeed, type SigningKey } from '../crypto/signing/signature.ts';

/** Everything secret about a user: two seeds of 32 bytes. */
export interface IdentitySeeds {
  readonly signing: Uint8Array;
  readonly kem: Uint8Array;
}

/** 64 bytes. */
export function seedsToBytes({ signing, kem }: IdentitySeeds): Uint8Array {
  return concatBytes(signing, kem);
}

/** Null for another length. */
export function seedsFromBytes(bytes: Uint8Array): IdentitySeeds | null {
  return bytes.length === 64 ? { signing: bytes.slice(0, 32), kem: bytes.slice(32) } : null;
}

export interface Identity {
  readonly user: UserId;
  /** What the two key pairs were made of. */
  readonly seeds: IdentitySeeds;
  readonly signing: SigningKey;
  readonly kem: KemKeyPair;
}

export function newIdentitySeeds(entropy: Entropy): IdentitySeeds {
  return { signing: entropy.randomBytes(32), kem: entropy.randomBytes(32) };
}

export function identityFromSeeds(user: UserId, seeds: IdentitySeeds): Identity {
  return { user, seeds, signing: signingKeyFromSeed(seeds.signing), kem: kemKeyPairFromSeed(seeds.kem) };
}
