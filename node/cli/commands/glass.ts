import { realClock } from '../../device/real-environment.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import type { Command } from '../command.ts';
import { lineOf, textOf } from '../glass.ts';

export const glass: Command = {
  words: ['glass'],
  summary: 'List who broke the glass, why and when, and what was found.',
  options: CLIENT_OPTIONS,
  about: "Everybody of the ward sees it. The privacy officers review each use ('wardsync glass review'); admins do while there is no officer.",
  async run(args, io) {
    const lines = await withClient(args, io, async ({ session, device: { replica } }) =>
      session.glass.uses().map((use) => lineOf(use, { session, replica, now: realClock.now() })));
    io.result(lines, lines.length === 0 ? 'Nobody has broken the glass.' : lines.map(textOf).join('\n'));
  },
};
