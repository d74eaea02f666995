import { CommandFailed, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { memberFailure, userNamed } from '../members.ts';

export const userResetTries: Command = {
  words: ['user', 'reset-tries'],
  summary: 'Let somebody who typed too many wrong passwords try again.',
  positionals: ['HANDLE'],
  options: CLIENT_OPTIONS,
  about: 'It stands in the log, each node honours three a day for one user, and it opens nothing: the password is still theirs to know.',
  async run(args, io) {
    const handle = args.positionals[0] ?? '';
    await withClient(args, io, async ({ session, device }) => {
      const reset = await session.members.resetTries(userNamed(device.replica, handle));
      if (!reset.ok) throw new CommandFailed(memberFailure(reset.failure));
    });
    io.result({ user: handle }, `${handle} can try again, as soon as the nodes have heard of it.`);
  },
};
