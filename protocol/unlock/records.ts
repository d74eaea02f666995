/** What a node keeps of its users' dealings, as records of a `ShareStore`: one of each share, one of each user's tries. */
import { toHex } from '../codec/bytes.ts';
import { deviceId, hexOf, itemId, userId, type DeviceId, type Hex, type UserId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fixedBytes, fromBytes, list, record, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import { SCALAR_LENGTH } from '../crypto/sharing/group.ts';
import { DEALING_ID_LENGTH } from '../membership/dealing.ts';

const MAX_RECORD_LENGTH = 64 * 1024;
/** Devices at which one user's tries are counted one by one. Each try is also counted in all, so no more are needed. */
const MAX_COUNTED_DEVICES = 256;
const MAX_HANDLED = 64;

const keptShareShape = record({
  user: userId.shape,
  dealing: fixedBytes(DEALING_ID_LENGTH),
  /** A scalar. Secret. */
  value: fixedBytes(SCALAR_LENGTH),
  /** Which device handed it over, and when by this node's clock: for those that no operation ever speaks of. */
  from: deviceId.shape,
  at: uint(),
});

const triesShape = record({
  user: userId.shape,
  /** The dealing that the log named last; its share is the one that answers. */
  dealing: fixedBytes(DEALING_ID_LENGTH),
  /** Goes up with each reset, so that a reset's signature is worth something once. */
  generation: uint(0xffffffff),
  /** Answers given since the last reset, or begun. */
  total: uint(0xffffffff),
  byDevice: list(record({ device: deviceId.shape, count: uint(0xffffffff) }), MAX_COUNTED_DEVICES),
  /** Operations `reset-tries` that were dealt with, whether honoured or not. */
  handled: list(itemId.shape, MAX_HANDLED),
  /** When the last resets by admins were honoured, by this node's clock. */
  honoured: list(uint(), 3),
});

export type KeptShare = ValueOf<typeof keptShareShape>;
export type Tries = ValueOf<typeof triesShape>;

export function shareName({ user, dealing }: Pick<KeptShare, 'user' | 'dealing'>): string {
  return `${hexOf(user)}-${toHex(dealing)}.share`;
}

export function triesName(user: UserId): string {
  return `${hexOf(user)}.tries`;
}

export function encodeShare(share: KeptShare): Uint8Array {
  return toBytes(keptShareShape, share);
}

export function encodeTries(tries: Tries): Uint8Array {
  return toBytes(triesShape, { ...tries, handled: tries.handled.slice(-MAX_HANDLED), byDevice: tries.byDevice.slice(-MAX_COUNTED_DEVICES) });
}

export function noTries(user: UserId, dealing: Uint8Array): Tries {
  return { user, dealing, generation: 1, total: 0, byDevice: [], handled: [], honoured: [] };
}

export function triesOf(tries: Tries, device: DeviceId): number {
  return tries.byDevice.find((each) => hexOf(each.device) === hexOf(device))?.count ?? 0;
}

export function withOneMore(tries: Tries, device: DeviceId): Tries {
  const others = tries.byDevice.filter((each) => hexOf(each.device) !== hexOf(device));
  return { ...tries, total: tries.total + 1, byDevice: [...others, { device, count: triesOf(tries, device) + 1 }] };
}

export function startedAgain(tries: Tries): Tries {
  return { ...tries, generation: tries.generation + 1, total: 0, byDevice: [] };
}

export interface Kept {
  readonly shares: KeptShare[];
  readonly tries: Tries[];
  /** Names of records that are there and mean nothing. */
  readonly damaged: string[];
}

export function decodeRecords(records: ReadonlyMap<string, Uint8Array>): Kept {
  const kept: Kept = { shares: [], tries: [], damaged: [] };
  for (const [name, bytes] of records) {
    try {
      if (name.endsWith('.share')) kept.shares.push(fromBytes(keptShareShape, bytes, MAX_RECORD_LENGTH, 'share'));
      else if (name.endsWith('.tries')) kept.tries.push(fromBytes(triesShape, bytes, MAX_RECORD_LENGTH, 'tries'));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      kept.damaged.push(name);
    }
  }
  return kept;
}

/** The user whose tries a record of this name counts; undefined for a share's. */
export function userOfTries(name: string): Hex<UserId> | undefined {
  const [, hex] = /^([0-9a-f]{32})\.tries$/.exec(name) ?? [];
  return hex === undefined ? undefined : hexOf(userId.fromHex(hex));
}
