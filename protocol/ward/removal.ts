/** Removing somebody who may have written a great deal: the cut of a removal names the end of every chain of theirs. */
import type { AuthorId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { MAX_CUT, type Operation } from '../membership/operation.ts';
import type { CutEntry } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import type { SessionSigner } from './session-signer.ts';

/** Each becomes a head of the log, of which an item names sixteen. */
const MAX_PARTS = 12;

/**
 * Signs the removal with the last items here of every chain whose author is meant. What is too long for one operation is
 * signed as several at the same time, whose cuts count together (LOG-10).
 */
export async function signRemoval(
  replica: Replica, signer: SessionSigner, isMeant: (author: AuthorId) => boolean, removal: (cut: readonly CutEntry[]) => Operation,
): Promise<Result<null, 'too-many-chains'>> {
  const cut = cutOf(replica, isMeant);
  if (cut.length > MAX_CUT * MAX_PARTS) return fail('too-many-chains');
  const others: Operation[] = [];
  for (let from = MAX_CUT; from < cut.length; from += MAX_CUT) others.push(removal(cut.slice(from, from + MAX_CUT)));
  await signer.operateApart(removal(cut.slice(0, MAX_CUT)), others);
  return succeed(null);
}

function cutOf(replica: Replica, isMeant: (author: AuthorId) => boolean): readonly CutEntry[] {
  const cut: CutEntry[] = [];
  for (const document of replica.documents()) {
    for (const { author, seq, id } of replica.frontier(document)) if (isMeant(author)) cut.push({ document, author, seq, id });
  }
  return cut;
}
