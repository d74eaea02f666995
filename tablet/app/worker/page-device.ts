/**
 * What makes this page a device of the ward: its key, the ward's id, and the peer through which it was enrolled.
 *
 * Kept in IndexedDB. The key opens a channel to the ward and nothing in it: no user's key is ever kept.
 */
import { deviceId, wardId, type DeviceId, type WardId } from '../../../protocol/codec/ids.ts';
import { signingKeyFromSeed, type SigningKey } from '../../../protocol/crypto/signing/signature.ts';
import { smallDatabase } from './small-database.ts';

export interface PageDevice {
  readonly ward: WardId;
  readonly key: SigningKey;
  readonly id: DeviceId;
  /** Device key of the inviter: a tablet's own node, or the ward's archive. */
  readonly home: DeviceId;
  /** Joining has begun; it is taken up with the same key if it was interrupted. */
  readonly joined: boolean;
}

interface Stored {
  readonly ward: Uint8Array;
  readonly seed: Uint8Array;
  readonly home: Uint8Array;
  readonly joined: boolean;
}

const KEY = 'self';
const database = smallDatabase<Stored>('wardsync-device', 'device');

export async function readPageDevice(): Promise<PageDevice | undefined> {
  const stored = await database.get(KEY);
  if (stored === undefined) return undefined;
  const key = signingKeyFromSeed(stored.seed);
  return { ward: wardId.from(stored.ward), key, id: deviceId.from(key.publicKey), home: deviceId.from(stored.home), joined: stored.joined };
}

export async function writePageDevice({ ward, key, home, joined }: Omit<PageDevice, 'id'>): Promise<void> {
  const stored: Stored = { ward, seed: key.seed, home, joined };
  await database.put(KEY, stored);
}
