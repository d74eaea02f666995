import type { Verdict } from '../../../protocol/membership/ward-state.ts';
import { CLIENT_OPTIONS } from '../client.ts';
import type { Command } from '../command.ts';
import { settle } from '../review.ts';

export const reviewAccept = settling('accept', 'Accept what is in review.', 'What is accepted is merged by everybody, or counts from now on.');
export const reviewDecline = settling('decline', 'Decline what is in review.', 'What is declined stays as it is and leaves the list; it can be accepted later.');

function settling(verdict: Verdict, summary: string, consequence: string): Command {
  return {
    words: ['review', verdict], summary, positionals: ['ID'], options: CLIENT_OPTIONS,
    about: `ID is the beginning of its id, as 'wardsync review' shows it. ${consequence}`,
    run: (args, io) => settle(args, io, verdict),
  };
}
