import { CLIENT_OPTIONS } from '../client.ts';
import type { Command } from '../command.ts';
import { settle } from '../review.ts';

export const reviewDecline: Command = {
  words: ['review', 'decline'],
  summary: 'Decline what is in review.',
  positionals: ['ID'],
  options: CLIENT_OPTIONS,
  about: "ID is the beginning of its id, as 'wardsync review' shows it. What is declined stays as it is and leaves the list; it can be accepted later.",
  run: (args, io) => settle(args, io, 'decline'),
};
