import { CLIENT_OPTIONS, withClient } from '../client.ts';
import type { Command } from '../command.ts';
import { lineOf, NOT_REACHED, textOf } from '../erasures.ts';

export const erasures: Command = {
  words: ['erasures'],
  summary: 'List erasures: what waits for a second person, and which devices have said that they destroyed what they held.',
  options: CLIENT_OPTIONS,
  about: NOT_REACHED,
  async run(args, io) {
    const lines = await withClient(args, io, async ({ session, device }) => (await session.erasures.report()).map((report) => lineOf(report, session, device.replica)));
    io.result(lines, lines.length === 0 ? 'No erasure was ever proposed.' : [...lines.map(textOf), NOT_REACHED].join('\n'));
  },
};
