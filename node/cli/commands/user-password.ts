import type { ChangePasswordFailure } from '../../../protocol/ward/account.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { newPassword, NEW_PASSWORD_OPTION, passwordFailure } from '../new-password.ts';

export const userPassword: Command = {
  words: ['user', 'password'],
  summary: 'Change your own password.',
  options: { ...CLIENT_OPTIONS, ...NEW_PASSWORD_OPTION },
  about: `Your keys are sealed anew; no record is touched, and every other device takes the new password as soon as it has heard of it. Whoever
holds an old copy of a device's folder can still try the old password on that copy: choose one that you use nowhere else.`,
  async run(args, io) {
    await withClient(args, io, async ({ session }, password) => {
      const changed = await session.account.changePassword(password, await newPassword(args, io, args.must('user')));
      if (!changed.ok) throw new CommandFailed(passwordFailure(changed.failure satisfies ChangePasswordFailure));
    }, { withTemporaryPassword: true });
    io.result({ changed: args.must('user') }, `The password of ${args.must('user')} is changed.`);
  },
};
