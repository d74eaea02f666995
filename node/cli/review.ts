/** What the commands about the review list share. */
import { hexOf } from '../../protocol/codec/ids.ts';
import type { Verdict } from '../../protocol/membership/ward-state.ts';
import { withClient } from './client.ts';
import { CommandFailed, type Arguments, type CommandIo } from './command.ts';
import { councilFailure, itemNamed } from './council.ts';

/** Settles disputed work or an operation in review, whichever the id names. */
export async function settle(args: Arguments, io: CommandIo, verdict: Verdict): Promise<void> {
  const name = args.positionals[0] ?? '';
  const id = await withClient(args, io, async ({ session }) => {
    const work = await session.review.list();
    const operations = session.council.inReview();
    const found = itemNamed(name, [...work, ...operations], (each) => each.id, 'work or operation in review');
    const disputed = work.find((each) => each === found);
    const settled = disputed === undefined ? await session.council.settleOperation(found.id, verdict) : await session.review.settle(disputed, verdict);
    if (!settled.ok) throw new CommandFailed(councilFailure(settled.failure));
    return hexOf(found.id);
  });
  io.result({ [verdict === 'accept' ? 'accepted' : 'declined']: id }, verdict === 'accept' ? 'Accepted.' : 'Declined.');
}
