import { CommandFailed, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { deviceNamed, memberFailure } from '../members.ts';

export const deviceRemove: Command = {
  words: ['device', 'remove'],
  summary: 'Shut out a device that is given back or out of use; one that is lost: device lost.',
  positionals: ['DEVICE'],
  options: CLIENT_OPTIONS,
  about: `DEVICE is its name, or the beginning of its id as 'wardsync status' shows it (8 digits or more).
It alone is shut out; when it hears of that it destroys what it holds.`,
  async run(args, io) {
    const name = args.positionals[0] ?? '';
    await withClient(args, io, async ({ session, device }) => {
      const removed = await session.members.removeDevice(deviceNamed(session, device.replica, name));
      if (!removed.ok) throw new CommandFailed(memberFailure(removed.failure));
    });
    io.result({ removed: name }, `${name} is shut out.`);
  },
};
