/**
 * What happened to a user's account, for the user (RECOVER-6). What is new is told by the log's own order: an unlock that
 * began with an event in its past has shown it. No clock is asked, so none that is wrong or set back hides anything.
 */
import { hexOf, SESSIONS_DOCUMENT, type AuthorId, type SessionId, type UserId } from '../codec/ids.ts';
import type { AccountEvent } from '../membership/account-state.ts';
import type { Item } from '../items/item.ts';
import { SESSION_START } from '../membership/session-record.ts';
import type { Replica } from '../replica/replica.ts';

export interface Notice extends AccountEvent {
  /** No unlock before this one knew of it, and this session did not do it. */
  readonly isNew: boolean;
}

/** Of the user's earlier unlocks so many are asked, the last ones. */
const MAX_SESSIONS = 64;

export async function noticesOf(replica: Replica, user: UserId, session: SessionId): Promise<readonly Notice[]> {
  const starts = await startsOf(replica, user, session);
  const state = replica.state();
  const { events = [], hasTemporaryPassword = false } = state.users.get(hexOf(user)) ?? {};
  return events.map((event) => {
    const wasKnown = starts.some(({ fields: { heads } }) => state.isPast([event.operation], heads));
    // Whoever gave new keys may have begun a session under them; it is told until there is a password of one's own.
    const isPending = event.what === 'keys-renewed' && hasTemporaryPassword;
    return { ...event, isNew: isPending || (!wasKnown && event.author !== hexOf<AuthorId>(session)) };
  }).toReversed();
}

/** The first items of the user's other sessions, the last to begin first. */
async function startsOf(replica: Replica, user: UserId, session: SessionId): Promise<readonly Item[]> {
  const others = replica.frontier(SESSIONS_DOCUMENT).flatMap(({ author }) => {
    const certificate = replica.certificateOf(author);
    return certificate === undefined || hexOf(certificate.user) !== hexOf(user) || hexOf<AuthorId>(author) === hexOf<AuthorId>(session) ? [] : [{ author, created: certificate.created }];
  }).sort((a, b) => b.created - a.created).slice(0, MAX_SESSIONS);
  const starts = await Promise.all(others.map(({ author }) => replica.read({ document: SESSIONS_DOCUMENT, author }, SESSION_START, { maxItems: 1, maxBytes: 64 * 1024 })));
  return starts.flatMap((items) => items.slice(0, 1));
}
