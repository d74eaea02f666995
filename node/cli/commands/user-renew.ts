import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { memberFailure, userNamed } from '../members.ts';
import { newPassword, NEW_PASSWORD_OPTION } from '../new-password.ts';

export const userRenew: Command = {
  words: ['user', 'renew'],
  summary: 'Give new keys and a temporary password to a person who lost everything.',
  positionals: ['HANDLE'],
  options: { ...CLIENT_OPTIONS, ...NEW_PASSWORD_OPTION },
  about: `For whoever forgot the password and has neither kit nor holders, or whose keys may be in other hands. The old keys end as if the
person had been removed: what they wrote up to now stands, what arrives later is kept aside. Every team they are in gets a new key, and they
read what the team reads. What was theirs alone is lost: the kit, the holders, what they had typed and not saved. They choose a password of
their own before anything else, and are told who did this. Hand the temporary password over in person.`,
  async run(args, io) {
    const handle = args.positionals[0] ?? '';
    await withClient(args, io, async ({ session, device }) => {
      const user = userNamed(device.replica, handle);
      const renewed = await session.members.renewUser(user, await newPassword(args, io, handle));
      if (!renewed.ok) throw new CommandFailed(memberFailure(renewed.failure));
    });
    io.result({ renewed: handle }, `${handle} has new keys and a temporary password.`);
  },
};
