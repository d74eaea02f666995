/** Sealed drafts in IndexedDB, by user: what the browser keeps of what was typed and not saved (LOCK-2). */
import { hexOf, type UserId } from '../../../protocol/codec/ids.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import { smallDatabase } from './small-database.ts';

const database = smallDatabase<Uint8Array>('wardsync-drafts', 'drafts');

/** Null when nothing is kept for this session's user, or it is not theirs. */
export async function readDrafts(session: Session): Promise<string | null> {
  const sealed = await database.get(nameOf(session.user));
  return sealed === undefined ? null : session.drafts.open(sealed);
}

/** Replaces what is kept; the empty text removes it. */
export async function keepDrafts(session: Session, text: string): Promise<void> {
  if (text === '') await database.delete(nameOf(session.user));
  else await database.put(nameOf(session.user), session.drafts.seal(text));
}

function nameOf(user: UserId): string {
  return hexOf(user);
}
