import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { actionText, councilFailure, handleOf, itemNamed } from '../council.ts';

export const approve: Command = {
  words: ['approve'],
  summary: 'Approve, as another admin, what an admin has proposed.',
  positionals: ['PROPOSAL'],
  options: CLIENT_OPTIONS,
  about: "PROPOSAL is the beginning of its id, as 'wardsync proposals' shows it. It takes effect at once.",
  async run(args, io) {
    const name = args.positionals[0] ?? '';
    const done = await withClient(args, io, async ({ session, device: { replica } }) => {
      const proposal = itemNamed(name, session.council.proposals(), ({ id }) => id, 'proposal');
      const what = { what: actionText(replica, proposal), by: handleOf(replica, proposal.by) };
      const approved = await session.council.approve(proposal.id);
      if (!approved.ok) throw new CommandFailed(councilFailure(approved.failure));
      return what;
    });
    io.result({ approved: done.what, proposedBy: done.by }, `Approved, and in force: ${done.what}; proposed by ${done.by}.`);
  },
};
