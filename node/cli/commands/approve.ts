import type { ErasureState } from '../../../protocol/membership/ward-state.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { actionText, councilFailure, handleOf, itemNamed } from '../council.ts';
import { erasureFailure } from '../erasures.ts';

export const approve: Command = {
  words: ['approve'],
  summary: 'Approve, as another, what an admin has proposed, or the erasure of a patient.',
  positionals: ['PROPOSAL'],
  options: CLIENT_OPTIONS,
  about: "PROPOSAL is the beginning of its id, as 'wardsync proposals' or 'wardsync erasures' shows it. It takes effect at once; an erasure cannot be undone.",
  async run(args, io) {
    const name = args.positionals[0] ?? '';
    const done = await withClient(args, io, async ({ session, device: { replica } }) => {
      const erasures = [...replica.state().erasures.values()].filter(({ confirmed }) => confirmed === undefined);
      const proposal = itemNamed(name, [...session.council.proposals(), ...erasures], ({ id }) => id, 'proposal');
      if (!('action' in proposal)) return confirmErasure(session, replica, proposal);
      const what = { what: actionText(replica, proposal), by: handleOf(replica, proposal.by) };
      const approved = await session.council.approve(proposal.id);
      if (!approved.ok) throw new CommandFailed(councilFailure(approved.failure));
      return what;
    });
    io.result({ approved: done.what, proposedBy: done.by }, `Approved, and in force: ${done.what}; proposed by ${done.by}.`);
  },
};

async function confirmErasure(session: Session, replica: Replica, erasure: ErasureState): Promise<{ readonly what: string; readonly by: string }> {
  const confirmed = await session.erasures.confirm(erasure.id);
  if (!confirmed.ok) throw new CommandFailed(erasureFailure(confirmed.failure));
  return { what: `erase ${erasure.documents.length} documents of a patient`, by: handleOf(replica, erasure.by) };
}
