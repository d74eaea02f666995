import { hexOf } from '../../../protocol/codec/ids.ts';
import { GLASS_FINDINGS } from '../../../protocol/membership/glass.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { itemNamed } from '../council.ts';
import { glassFailure } from '../glass.ts';

export const glassReview: Command = {
  words: ['glass', 'review'],
  summary: 'Say what was found when somebody broke the glass: in order, or to be followed up.',
  positionals: ['USE', GLASS_FINDINGS.join('|')],
  options: CLIENT_OPTIONS,
  about: "USE is the beginning of its id, as 'wardsync glass' shows it. For the ward's privacy officers; for its admins while there is none. Nobody reviews the own use.",
  async run(args, io) {
    const [name = '', found] = args.positionals;
    const finding = GLASS_FINDINGS.find((each) => each === found);
    if (finding === undefined) throw new UsageError(`what was found is one of: ${GLASS_FINDINGS.join(', ')}`);
    const use = await withClient(args, io, async ({ session }) => {
      const { id } = itemNamed(name, session.glass.uses(), (each) => each.id, 'use of break-glass');
      const reviewed = await session.glass.review(id, finding);
      if (!reviewed.ok) throw new CommandFailed(glassFailure(reviewed.failure));
      return hexOf(id);
    });
    io.result({ use, finding }, `Reviewed: ${use.slice(0, 8)}, ${finding === 'in-order' ? 'in order' : 'to be followed up'}.`);
  },
};
