/** Removing somebody who may have written a great deal: the cut of a removal names the end of every chain of theirs. */
import { fail, succeed, type Result } from '../codec/result.ts';
import { MAX_CUT, type Operation } from '../membership/operation.ts';
import type { CutEntry } from '../membership/ward-state.ts';
import type { SessionSigner } from './session-signer.ts';

/** Each becomes a head of the log, of which an item names sixteen. */
const MAX_PARTS = 12;

/** Signs the removal. A cut too long for one operation is signed as several at the same time, whose cuts count together (LOG-10). */
export async function signRemoval(
  signer: SessionSigner, cut: readonly CutEntry[], removal: (cut: readonly CutEntry[]) => Operation,
): Promise<Result<null, 'too-many-chains'>> {
  if (cut.length > MAX_CUT * MAX_PARTS) return fail('too-many-chains');
  const others: Operation[] = [];
  for (let from = MAX_CUT; from < cut.length; from += MAX_CUT) others.push(removal(cut.slice(from, from + MAX_CUT)));
  await signer.operateApart(removal(cut.slice(0, MAX_CUT)), others);
  return succeed(null);
}
