import { CLIENT_OPTIONS } from '../client.ts';
import type { Command } from '../command.ts';
import { settle } from '../review.ts';

export const reviewAccept: Command = {
  words: ['review', 'accept'],
  summary: 'Accept what is in review.',
  positionals: ['ID'],
  options: CLIENT_OPTIONS,
  about: "ID is the beginning of its id, as 'wardsync review' shows it. What is accepted is merged by everybody, or counts from now on.",
  run: (args, io) => settle(args, io, 'accept'),
};
