/**
 * What a thief can do with stolen disks and a word list, done as well as it can be done: every bundle of the user that
 * ever stood in the log, every share on the disks. No network: a node that still stands is not asked.
 */
import { toHex } from '../../protocol/codec/bytes.ts';
import type { Entropy } from '../../protocol/codec/environment.ts';
import { hexOf, LOG_DOCUMENT, type UserId } from '../../protocol/codec/ids.ts';
import { evaluateWhole } from '../../protocol/crypto/oprf/blinded-input.ts';
import { publicElement } from '../../protocol/crypto/sharing/group.ts';
import { combineShares, verifyShare } from '../../protocol/crypto/sharing/sharing.ts';
import { openBundle, unlockInput } from '../../protocol/keys/bundle.ts';
import { openWithPin, pinInput, type PinPlace } from '../../protocol/keys/pin-seal.ts';
import { dealingId, type Dealing } from '../../protocol/membership/dealing.ts';
import { decodeOperation } from '../../protocol/membership/operation.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { decodeRecords } from '../../protocol/unlock/records.ts';
import type { KeptPin } from '../../protocol/ward/pin.ts';

export interface Haul {
  /** A stolen device's replica. */
  readonly replica: Replica;
  /** The records of each stolen node. */
  readonly nodes: readonly ReadonlyMap<string, Uint8Array>[];
}

export interface Attempt {
  readonly bundle: 'by password alone' | 'by nodes';
  readonly sharesHeld: number;
  readonly sharesNeeded: number;
  /** Words that could be tried at all. */
  readonly tried: number;
  readonly opened: boolean;
}

/** One attempt for each bundle that the log ever held for the user. */
export async function guess({ replica, nodes }: Haul, handle: string, words: readonly string[], entropy: Entropy): Promise<readonly Attempt[]> {
  const user = [...replica.state().users.values()].find((each) => each.handle === handle);
  if (user === undefined) throw new Error(`no user '${handle}' in this log`);
  const shares = nodes.flatMap((records) => decodeRecords(records).shares);
  const attempts: Attempt[] = [];
  for (const { bundle, dealing } of await bundlesOf(replica, user.id)) {
    const held = dealing === undefined ? [] : sharesOf(replica, user.id, dealing, shares);
    const key = dealing === undefined ? undefined : combineShares(dealing.commitments, held);
    const isPossible = dealing === undefined || key?.ok === true;
    let opened = false;
    for (const word of isPossible ? words : []) {
      const presence = dealing === undefined || key?.ok !== true ? undefined
        : { dealing: dealingId(replica.ward, user.id, dealing), output: evaluateWhole(key.value, unlockInput(replica.ward, user.id, word), entropy) };
      opened ||= (await openBundle(bundle, word, replica.ward, user.id, presence)).ok;
      if (opened) break;
    }
    attempts.push({
      bundle: dealing === undefined ? 'by password alone' : 'by nodes', sharesHeld: held.length, sharesNeeded: dealing?.threshold ?? 0,
      tried: isPossible ? words.length : 0, opened,
    });
  }
  return attempts;
}

/** What a stolen tablet's page has of a PIN. */
export interface PinHaul {
  readonly kept: KeptPin;
  readonly place: PinPlace;
  /** Whatever was found that could be the node's key, 32 bytes each. */
  readonly keys: readonly Uint8Array[];
}

/** Every PIN of the list under every key that was found; whether one opened the user's seeds. */
export function guessPin({ kept, place, keys }: PinHaul, pins: readonly string[], entropy: Entropy): boolean {
  const usable = keys.filter((key) => {
    try {
      return publicElement(key).length > 0;
    } catch {
      // No scalar below the group's order: not a key.
      return false;
    }
  });
  return usable.some((key) => pins.some((pin) => openWithPin(kept.sealed, evaluateWhole(key, pinInput(place, pin), entropy), kept.hold, place) !== null));
}

interface LoggedBundle {
  readonly bundle: Uint8Array;
  readonly dealing: Dealing | undefined;
}

async function bundlesOf(replica: Replica, user: UserId): Promise<readonly LoggedBundle[]> {
  const found: LoggedBundle[] = [];
  for (const { author, seq } of replica.frontier(LOG_DOCUMENT)) {
    for (let next = 1; next <= seq;) {
      const items = await replica.read({ document: LOG_DOCUMENT, author }, next, { maxItems: 256, maxBytes: 4 * 1024 * 1024 });
      if (items.length === 0) break;
      next += items.length;
      for (const { operation } of items.map(({ body }) => decodeOperation(body))) {
        if (operation.type !== 'set-bundle' && operation.type !== 'set-unlock' && operation.type !== 'add-user' && operation.type !== 'renew-user') continue;
        // A single byte stands where the bundle follows in an operation of the user's own.
        if (hexOf(operation.user) !== hexOf(user) || operation.bundle.length < 2) continue;
        found.push({ bundle: operation.bundle, dealing: operation.type === 'set-unlock' ? operation.dealing : undefined });
      }
    }
  }
  return found;
}

/** The stolen shares of this dealing, each with its index: the one under which the commitments say that it is right. */
function sharesOf(replica: Replica, user: UserId, dealing: Dealing, kept: ReturnType<typeof decodeRecords>['shares']) {
  const id = toHex(dealingId(replica.ward, user, dealing));
  return kept.filter((share) => toHex(share.dealing) === id).flatMap(({ value }) => {
    const place = dealing.nodes.findIndex((_, each) => verifyShare(dealing.commitments, { index: each + 1, value }));
    return place < 0 ? [] : [{ index: place + 1, value }];
  });
}
