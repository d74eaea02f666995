import { CommandFailed, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { councilFailure } from '../council.ts';
import { userNamed } from '../members.ts';

export const userRemove: Command = {
  words: ['user', 'remove'],
  summary: 'Remove a person: their work stays, they open nothing new.',
  positionals: ['HANDLE'],
  options: CLIENT_OPTIONS,
  about: "Every team they were in gets a new key. What they wrote up to now stands; what arrives later is kept aside as disputed (see 'review').\nWhere there are three admins or more, removing one of them is a proposal that another admin approves.",
  async run(args, io) {
    const handle = args.positionals[0] ?? '';
    const outcome = await withClient(args, io, async ({ session, device }) => {
      const removed = await session.council.removeUser(userNamed(device.replica, handle));
      if (!removed.ok) throw new CommandFailed(councilFailure(removed.failure));
      return removed.value;
    });
    if (outcome === 'done') io.result({ removed: handle }, `${handle} is removed.`);
    else io.result({ proposed: { type: 'remove-user', user: handle } }, `Proposed. ${handle} is an admin, and stays until another admin approves it ('wardsync proposals').`);
  },
};
