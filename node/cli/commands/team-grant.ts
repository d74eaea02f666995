import { CommandFailed, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { memberFailure, teamNamed, userNamed } from '../members.ts';

export const teamGrant: Command = {
  words: ['team', 'grant'],
  summary: "Let a person into a team: they can open its patients, past and future.",
  positionals: ['TEAM', 'HANDLE'],
  options: CLIENT_OPTIONS,
  async run(args, io) {
    const [team = '', handle = ''] = args.positionals;
    await withClient(args, io, async ({ session, device }) => {
      const granted = await session.members.addMember(teamNamed(session, device.replica, team), userNamed(device.replica, handle));
      if (!granted.ok) throw new CommandFailed(memberFailure(granted.failure));
    });
    io.result({ team, handle }, `${handle} is in the team '${team}'.`);
  },
};
