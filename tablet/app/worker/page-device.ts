/**
 * What makes this page a device of the ward: its key, the ward's id, and the peer through which it was enrolled.
 *
 * Kept in IndexedDB. The key opens a channel to the ward and nothing in it: no user's key is ever kept. Where the browser
 * has Ed25519 it keeps the key to itself: whoever copies the profile's databases through the browser cannot read it, and
 * no script can. Elsewhere the seed lies there as it is (PAGE-7).
 */
import { deviceId, wardId, type DeviceId, type WardId } from '../../../protocol/codec/ids.ts';
import { signingKeyFromSeed, type DeviceKey } from '../../../protocol/crypto/signing/signature.ts';
import { smallDatabase } from './small-database.ts';

export interface PageDevice {
  readonly ward: WardId;
  readonly key: PageKey;
  readonly id: DeviceId;
  /** Device key of the inviter: a tablet's own node, or the ward's archive. */
  readonly home: DeviceId;
  /** Joining has begun; it is taken up with the same key if it was interrupted. */
  readonly joined: boolean;
}

/** A device's key with what is stored of it. */
export interface PageKey {
  readonly device: DeviceKey;
  readonly kept: { readonly seed: Uint8Array } | { readonly privateKey: CryptoKey; readonly publicKey: Uint8Array };
}

type Stored = PageKey['kept'] & {
  readonly ward: Uint8Array;
  readonly home: Uint8Array;
  readonly joined: boolean;
};

const KEY = 'self';
const ALGORITHM = 'Ed25519';
const database = smallDatabase<Stored>('wardsync-device', 'device');

export async function readPageDevice(): Promise<PageDevice | undefined> {
  const stored = await database.get(KEY);
  if (stored === undefined) return undefined;
  const key = 'seed' in stored ? keyFrom({ seed: stored.seed }) : keyFrom({ privateKey: stored.privateKey, publicKey: stored.publicKey });
  return { ward: wardId.from(stored.ward), key, id: deviceId.from(key.device.publicKey), home: deviceId.from(stored.home), joined: stored.joined };
}

export async function writePageDevice({ ward, key, home, joined }: Omit<PageDevice, 'id'>): Promise<void> {
  await database.put(KEY, { ...key.kept, ward, home, joined });
}

/** A key that this browser keeps to itself, if it can; else one from a seed. */
export async function newPageKey(randomBytes: (length: number) => Uint8Array): Promise<PageKey> {
  try {
    const made = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
    if ('privateKey' in made) return keyFrom({ privateKey: made.privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', made.publicKey)) });
  } catch {
    // A browser without Ed25519.
  }
  return keyFrom({ seed: randomBytes(32) });
}

function keyFrom(kept: PageKey['kept']): PageKey {
  if ('seed' in kept) return { kept, device: signingKeyFromSeed(kept.seed) };
  const { privateKey, publicKey } = kept;
  return { kept, device: { publicKey, sign: async (message) => new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, message.slice())) } };
}
