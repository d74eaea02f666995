/** Who wrote an item and how it stands, for readers that have a replica. */
import { sessionId, type AuthorId, type UserId } from '../codec/ids.ts';
import type { Item } from '../items/item.ts';
import type { Replica } from './replica.ts';

/** The user behind a session, as its certificate says; undefined for who signs as a device or an invitation. */
export function userOf(replica: Replica, author: AuthorId): UserId | undefined {
  return replica.certificateOf(author)?.user ?? replica.state().sessionUser(sessionId.from(author));
}

/** ADMIT-5: signed by somebody who is out, beyond the cut of the removal: not to be merged unseen. */
export function isDisputed(replica: Replica, item: Item): boolean {
  return replica.standingOf(item) === 'disputed';
}
