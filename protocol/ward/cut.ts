/** The cut of a removal: up to where the work of who goes stands. */
import { equalBytes } from '../codec/bytes.ts';
import type { AuthorId, DeviceId, UserId } from '../codec/ids.ts';
import type { CutEntry } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import { userOf } from '../replica/standing.ts';

export function cutOfUser(replica: Replica, user: UserId): readonly CutEntry[] {
  return cutOf(replica, (author) => isSame(userOf(replica, author), user));
}

/** Of the device's own chains and of everybody's sessions on it. */
export function cutOfDevice(replica: Replica, device: DeviceId): readonly CutEntry[] {
  return cutOf(replica, (author) => isSame(author, device) || isSame(replica.certificateOf(author)?.device, device));
}

/** The last items here of every chain whose author is meant. */
function cutOf(replica: Replica, isMeant: (author: AuthorId) => boolean): readonly CutEntry[] {
  const cut: CutEntry[] = [];
  for (const document of replica.documents()) {
    for (const { author, seq, id } of replica.frontier(document)) if (isMeant(author)) cut.push({ document, author, seq, id });
  }
  return cut;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && equalBytes(a, b);
}
