import { hexOf } from '../../../protocol/codec/ids.ts';
import { ROLES, type Role } from '../../../protocol/membership/ward-state.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { isHandle, MIN_PASSWORD_LENGTH } from '../../../protocol/ward/members.ts';
import { memberFailure, nameOption, teamNamed } from '../members.ts';

export const userAdd: Command = {
  words: ['user', 'add'],
  summary: 'Add a person to the ward.',
  positionals: ['HANDLE'],
  options: {
    ...CLIENT_OPTIONS,
    name: { type: 'string', value: 'NAME', help: "the person's name; sealed, only members can read it", required: true },
    role: { type: 'string', value: 'ROLE', help: ROLES.join(', '), default: 'clinician' },
    team: { type: 'string', value: 'TEAM', help: 'a care team to join (may be repeated)', multiple: true },
    'new-password-file': { type: 'string', value: 'FILE', help: "the new user's password (else WARDSYNC_NEW_PASSWORD, else a prompt)" },
  },
  about: 'The handle is what the person types to unlock. It is public to every device, so assign one that names nobody, such as heron-42.\nThe person chooses the password and types it here; nobody can recover it yet.',
  async run(args, io) {
    const handle = args.positionals[0] ?? '';
    const role = ROLES.find((name) => name === args.must('role'));
    if (role === undefined) throw new UsageError(`--role is one of ${ROLES.join(', ')}`);
    const name = nameOption(args, 'name');
    if (!isHandle(handle)) throw new UsageError(memberFailure('bad-handle'));
    const user = await withClient(args, io, async ({ session, device }) => {
      const password = await io.password(args, `New password of ${handle}`, { fresh: true, option: 'new-password-file', variable: 'WARDSYNC_NEW_PASSWORD' });
      if (password.length < MIN_PASSWORD_LENGTH) throw new CommandFailed(memberFailure('password-too-short'));
      const teams = args.texts('team').map((team) => teamNamed(session, device.replica, team));
      const added = await session.members.addUser({ handle, name, role: role satisfies Role, password });
      if (!added.ok) throw new CommandFailed(memberFailure(added.failure));
      for (const team of teams) {
        const joined = await session.members.addMember(team, added.value);
        if (!joined.ok) throw new CommandFailed(memberFailure(joined.failure));
      }
      return hexOf(added.value);
    });
    io.result({ user, handle, role }, `${handle} is a ${role} of the ward.`);
  },
};
