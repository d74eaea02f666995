import type { ChangePasswordFailure } from '../../../protocol/ward/account.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { oldPasswordValue, oldPasswordWords } from '../old-password-words.ts';
import { newPassword, NEW_PASSWORD_OPTION, passwordFailure } from '../new-password.ts';

export const userPassword: Command = {
  words: ['user', 'password'],
  summary: 'Change your own password.',
  options: { ...CLIENT_OPTIONS, ...NEW_PASSWORD_OPTION },
  about: `Your keys are sealed anew; no record is touched, and every other device takes the new password as soon as it has heard of it. Whoever
holds an old copy of a device's folder can still try the old password on that copy, until enough of the ward's nodes have destroyed the shares
that it needs; how many have is said, and later by 'wardsync doctor'. Choose a password that you use nowhere else.`,
  async run(args, io) {
    const old = await withClient(args, io, async ({ session, own }, password) => {
      const changed = await session.account.changePassword(password, await newPassword(args, io, args.must('user')));
      if (!changed.ok) throw new CommandFailed(passwordFailure(changed.failure satisfies ChangePasswordFailure));
      // A node destroys its old share when it hears of the change.
      if (!args.flag('offline')) await own.handOver(io);
      return session.oldPassword();
    }, { withTemporaryPassword: true });
    io.result({ changed: args.must('user'), old: oldPasswordValue(old) }, [`The password of ${args.must('user')} is changed.`, ...oldPasswordWords(old)].join('\n'));
  },
};
