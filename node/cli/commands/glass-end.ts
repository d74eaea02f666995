import { hexOf } from '../../../protocol/codec/ids.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, type Command } from '../command.ts';
import { itemNamed } from '../council.ts';
import { glassFailure } from '../glass.ts';

export const glassEnd: Command = {
  words: ['glass', 'end'],
  summary: 'End a use of break-glass before its time.',
  positionals: ['USE'],
  options: CLIENT_OPTIONS,
  about: `USE is the beginning of its id, as 'wardsync glass' shows it: one's own, or anybody's for privacy officers and admins. What it opened
closes where it is open, as soon as that device hears of it.`,
  async run(args, io) {
    const use = await withClient(args, io, async ({ session }) => {
      const { id, ended } = itemNamed(args.positionals[0] ?? '', session.glass.uses(), (each) => each.id, 'use of break-glass');
      if (ended !== undefined) throw new CommandFailed('this use has ended already');
      const done = await session.glass.end(id);
      if (!done.ok) throw new CommandFailed(done.failure === 'not-a-reviewer' ? 'this use is another\'s: privacy officers and admins can end it' : glassFailure(done.failure));
      return hexOf(id);
    });
    io.result({ use }, `Ended: ${use.slice(0, 8)}.`);
  },
};
