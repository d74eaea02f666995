import { ROLES } from '../../../protocol/membership/ward-state.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { councilFailure } from '../council.ts';
import { userNamed } from '../members.ts';

export const userRole: Command = {
  words: ['user', 'role'],
  summary: 'Give a person another role.',
  positionals: ['HANDLE', 'ROLE'],
  options: CLIENT_OPTIONS,
  about: `ROLE is one of ${ROLES.join(', ')}.\nWhere there are three admins or more, making or unmaking one is a proposal that another admin approves; stepping back oneself is not.`,
  async run(args, io) {
    const [handle = '', wanted] = args.positionals;
    const role = ROLES.find((name) => name === wanted);
    if (role === undefined) throw new UsageError(`ROLE is one of ${ROLES.join(', ')}`);
    const outcome = await withClient(args, io, async ({ session, device }) => {
      const changed = await session.council.setRole(userNamed(device.replica, handle), role);
      if (!changed.ok) throw new CommandFailed(councilFailure(changed.failure));
      return changed.value;
    });
    if (outcome === 'done') io.result({ user: handle, role }, `${handle} has the role ${role}.`);
    else io.result({ proposed: { type: 'set-role', user: handle, role } }, "Proposed. It changes nothing until another admin approves it ('wardsync proposals').");
  },
};
