import { CommandFailed, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { memberFailure, userNamed } from '../members.ts';

export const userRemove: Command = {
  words: ['user', 'remove'],
  summary: 'Remove a person: their work stays, they open nothing new.',
  positionals: ['HANDLE'],
  options: CLIENT_OPTIONS,
  about: 'Every team they were in gets a new key. What they wrote up to now stands; what arrives later is kept aside as disputed.',
  async run(args, io) {
    const handle = args.positionals[0] ?? '';
    await withClient(args, io, async ({ session, device }) => {
      const removed = await session.members.removeUser(userNamed(device.replica, handle));
      if (!removed.ok) throw new CommandFailed(memberFailure(removed.failure));
    });
    io.result({ removed: handle }, `${handle} is removed.`);
  },
};
