import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { councilFailure } from '../council.ts';
import { userNamed } from '../members.ts';

export const quorumVote: Command = {
  words: ['quorum', 'vote'],
  summary: 'As a holder of the recovery quorum: vote that a person be an admin.',
  positionals: ['HANDLE'],
  options: CLIENT_OPTIONS,
  about: 'With the last vote that is wanting the person is one. Everybody can see who voted.',
  async run(args, io) {
    const handle = args.positionals[0] ?? '';
    const outcome = await withClient(args, io, async ({ session, device }) => {
      const voted = await session.council.appoint(userNamed(device.replica, handle));
      if (!voted.ok) throw new CommandFailed(councilFailure(voted.failure));
      return voted.value;
    });
    io.result({ user: handle, admin: outcome === 'done' }, outcome === 'done' ? `${handle} is an admin.` : `Your vote for ${handle} is in the log; more holders have to give theirs.`);
  },
};
