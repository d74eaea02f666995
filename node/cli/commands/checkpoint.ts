import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { councilFailure } from '../council.ts';

export const checkpoint: Command = {
  words: ['checkpoint'],
  summary: "Propose to close the past of the ward's membership.",
  options: CLIENT_OPTIONS,
  about: "Once another admin approves it, an operation that neither of you knew and that knows nothing of the checkpoint\ngoes to review ('wardsync review') instead of counting: so nobody can backdate one with an old admin's stolen key.",
  async run(args, io) {
    await withClient(args, io, async ({ session }) => {
      const proposed = await session.council.proposeCheckpoint();
      if (!proposed.ok) throw new CommandFailed(councilFailure(proposed.failure));
    });
    io.result({ proposed: { type: 'checkpoint' } }, "Proposed. Another admin approves it with 'wardsync approve'.");
  },
};
