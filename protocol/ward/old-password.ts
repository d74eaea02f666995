/**
 * What has become of the password before the last change (UNLOCK-8). Old copies of the ward log keep the old bundle; what
 * they are good for hangs on the shares that it needs, and each node is asked whether it still has its own.
 */
import { hexOf, type DeviceId, type UserId } from '../codec/ids.ts';
import { dealingId } from '../membership/dealing.ts';
import type { Replica } from '../replica/replica.ts';
import type { UnlockAnswer, UnlockNodes } from '../unlock/messages.ts';

/** `unknown`: out of reach, or removed from the ward; a share that nobody can say to be gone counts as there. */
export type OldShare = 'destroyed' | 'held' | 'unknown';

export interface OldPassword {
  /** Each node of the dealing that was replaced, and what it says. Nothing proves it: a node that lies keeps its share. */
  readonly nodes: readonly { readonly device: DeviceId; readonly share: OldShare }[];
  readonly destroyed: number;
  /** So many destroyed shares, n − t + 1, and an old copy of the log is worth nothing with the old password. */
  readonly needed: number;
}

/** `needed-no-nodes`: it opened by itself, and does so for ever with an old copy of the log. `none`: there was no change. */
export type OldPasswordState = OldPassword | 'needed-no-nodes' | 'none';

export async function askOldPassword(replica: Replica, user: UserId, nodes: UnlockNodes): Promise<OldPasswordState> {
  const { users, devices } = replica.state();
  const replaced = users.get(hexOf(user))?.replaced;
  if (replaced === undefined) return 'none';
  const { dealing } = replaced;
  if (dealing === undefined) return 'needed-no-nodes';
  const id = dealingId(replica.ward, user, dealing);
  const told = await Promise.all(dealing.nodes.map(async (device) => {
    const isIn = devices.get(hexOf(device))?.removal === undefined;
    return { device, share: isIn ? shareOf(await nodes.ask(device, { type: 'holds', user, dealing: id })) : 'unknown' };
  }));
  return { nodes: told, destroyed: told.filter(({ share }) => share === 'destroyed').length, needed: dealing.nodes.length - dealing.threshold + 1 };
}

/** A node of an earlier release does not know the question. */
function shareOf(answer: UnlockAnswer | undefined): OldShare {
  return answer?.type === 'holding' ? answer.share : 'unknown';
}
