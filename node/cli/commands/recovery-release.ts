import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';

export const recoveryRelease: Command = {
  words: ['recovery', 'release'],
  summary: 'Give your share to somebody who asks for it and stands before you.',
  positionals: ['CODE'],
  variadic: true,
  options: CLIENT_OPTIONS,
  about: `CODE is what the person reads out, 20 digits, with spaces or without. A voice on the telephone or a message is not enough: whoever gets
enough shares is that person for the ward.`,
  async run(args, io) {
    const digits = args.positionals.join('').replaceAll(/\D/g, '');
    if (digits.length !== 20) throw new UsageError('a code has 20 digits');
    await withClient(args, io, async ({ session }) => {
      const request = session.account.requests().find(({ code }) => code.replaceAll(' ', '') === digits);
      if (request === undefined) throw new CommandFailed('nobody asks you with this code: compare it again, and see that both devices are in reach of the ward');
      const released = await session.account.release(request.ask);
      if (!released.ok) throw new CommandFailed('your share does not open: you were given new keys since, or it is damaged');
    });
    io.result({ released: digits }, 'Your share is released.');
  },
};
