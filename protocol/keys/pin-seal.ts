/**
 * A user's seeds, sealed for a PIN (PIN-1): under a key that comes of what the tablet's node evaluates, and so of the PIN
 * and of a key which that node has in memory. Without the node's key all PINs are alike; with it each is worth a guess.
 */
import { concatBytes, utf8 } from '../codec/bytes.ts';
import { encode } from '../codec/cbor.ts';
import type { Entropy } from '../codec/environment.ts';
import type { DeviceId, UserId, WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { deriveKey } from '../crypto/signing/hash.ts';
import { seedsFromBytes, seedsToBytes, type IdentitySeeds } from './identity.ts';

/** Where a PIN opens, and what. */
export interface PinPlace {
  readonly ward: WardId;
  readonly user: UserId;
  /** The page. */
  readonly device: DeviceId;
}

const NO_SALT = new Uint8Array(0);

/** What the node is asked about, blinded. */
export function pinInput({ ward, user, device }: PinPlace, pin: string): Uint8Array {
  return encode([LABEL.pinInput, ward, user, device, utf8(pin)]);
}

/** `output`: the OPRF's, 64 bytes; `hold`: the public half of the node's key. */
export function sealForPin(seeds: IdentitySeeds, output: Uint8Array, hold: Uint8Array, place: PinPlace, entropy: Entropy): Uint8Array {
  return sealCommitted(pinKey(output, hold, place), contextOf(place), concatBytes(place.device, hold), seedsToBytes(seeds), entropy);
}

/** Null for another PIN, and for what was tampered with: the two are not told apart. */
export function openWithPin(sealed: Uint8Array, output: Uint8Array, hold: Uint8Array, place: PinPlace): IdentitySeeds | null {
  const opened = openCommitted(pinKey(output, hold, place), contextOf(place), concatBytes(place.device, hold), sealed);
  return opened === null ? null : seedsFromBytes(opened);
}

function pinKey(output: Uint8Array, hold: Uint8Array, { ward, user, device }: PinPlace): Uint8Array {
  return deriveKey(output, NO_SALT, LABEL.pinKey, [ward, user, device, hold], 32);
}

function contextOf({ ward, user }: PinPlace) {
  return { label: LABEL.pin, ward, subject: user };
}
