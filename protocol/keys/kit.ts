/** The printed kit (RECOVER-5): a user's seeds, sealed under a secret of 256 bits that exists on paper alone. */
import type { Entropy } from '../codec/environment.ts';
import type { UserId, WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { deriveKey } from '../crypto/signing/hash.ts';
import { seedsFromBytes, seedsToBytes, type IdentitySeeds } from './identity.ts';

const NO_FIELDS = new Uint8Array(0);

export function sealForKit(seeds: IdentitySeeds, secret: Uint8Array, ward: WardId, user: UserId, entropy: Entropy): Uint8Array {
  return sealCommitted(kitKey(secret, ward, user), contextOf(ward, user), NO_FIELDS, seedsToBytes(seeds), entropy);
}

/** Null when this is not the kit that it was sealed for, or it was tampered with: the two are not told apart. */
export function openWithKit(sealed: Uint8Array, secret: Uint8Array, ward: WardId, user: UserId): IdentitySeeds | null {
  const opened = openCommitted(kitKey(secret, ward, user), contextOf(ward, user), NO_FIELDS, sealed);
  return opened === null ? null : seedsFromBytes(opened);
}

function kitKey(secret: Uint8Array, ward: WardId, user: UserId): Uint8Array {
  return deriveKey(secret, NO_FIELDS, LABEL.kitKey, [ward, user], 32);
}

function contextOf(ward: WardId, user: UserId) {
  return { label: LABEL.kit, ward, subject: user };
}
