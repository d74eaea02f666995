import { hexOf } from '../../../protocol/codec/ids.ts';
import { CommandFailed, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { checkedName, memberFailure } from '../members.ts';

export const teamAdd: Command = {
  words: ['team', 'add'],
  summary: 'Make a care team: a group that shares patients.',
  positionals: ['NAME'],
  options: CLIENT_OPTIONS,
  async run(args, io) {
    const name = checkedName('NAME', args.positionals[0] ?? '');
    const team = await withClient(args, io, async ({ session }) => {
      const added = await session.members.addTeam(name);
      if (!added.ok) throw new CommandFailed(memberFailure(added.failure));
      return hexOf(added.value);
    });
    io.result({ team, name }, `The team '${name}' is made; you are its first member.`);
  },
};
