import { CommandFailed, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { memberFailure, teamNamed, userNamed } from '../members.ts';

export const teamLeave: Command = {
  words: ['team', 'leave'],
  summary: 'Take a person out of a team: it gets a new key, and they open nothing that comes.',
  positionals: ['TEAM', 'HANDLE'],
  options: CLIENT_OPTIONS,
  about: 'What they have read, and copies that they made, cannot be called back.',
  async run(args, io) {
    const [team = '', handle = ''] = args.positionals;
    await withClient(args, io, async ({ session, device }) => {
      const left = await session.members.removeMember(teamNamed(session, device.replica, team), userNamed(device.replica, handle));
      if (!left.ok) throw new CommandFailed(memberFailure(left.failure));
    });
    io.result({ team, handle }, `${handle} is no longer in the team '${team}'.`);
  },
};
