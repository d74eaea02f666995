import { hexOf } from '../../../protocol/codec/ids.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import type { Command } from '../command.ts';
import { actionText, handleOf, timeText } from '../council.ts';

export const proposals: Command = {
  words: ['proposals'],
  summary: 'List what waits for a second admin, and the recovery quorum.',
  options: CLIENT_OPTIONS,
  about: "Removing, making or unmaking an admin where there are three or more, a checkpoint, and a recovery quorum\ntake two admins: one proposes, another approves ('wardsync approve').",
  async run(args, io) {
    const shown = await withClient(args, io, async ({ session, device }) => describe(session, device.replica));
    io.result(shown.value, shown.text);
  },
};

function describe(session: Session, replica: Replica): { readonly value: unknown; readonly text: string } {
  const waiting = session.council.proposals().map((proposal) => ({
    id: hexOf(proposal.id), by: handleOf(replica, proposal.by), time: proposal.time, action: proposal.action.type, what: actionText(replica, proposal),
  }));
  const { votes } = replica.state();
  const quorum = session.council.quorum();
  const holders = quorum?.holders.map((holder) => handleOf(replica, holder)) ?? [];
  const given = votes.map(({ by, user, time }) => ({ by: handleOf(replica, by), for: handleOf(replica, user), time }));
  return {
    value: { proposals: waiting, quorum: quorum === undefined ? null : { threshold: quorum.threshold, holders }, votes: given },
    text: [
      waiting.length === 0 ? 'Nothing waits for a second admin.' : `${waiting.length} wait for another admin than who proposed it:`,
      ...waiting.map(({ id, by, time, what }) => `  ${id.slice(0, 8)}  ${what}; proposed by ${by}, ${timeText(time)}`),
      quorum === undefined ? "No recovery quorum: should the admins be lost, nobody can make a new one ('wardsync quorum set')." : `Recovery quorum: ${quorum.threshold} of ${holders.join(', ')}.`,
      ...given.map(({ by, for: candidate, time }) => `  ${by} wants ${candidate} to be an admin, ${timeText(time)}`),
    ].join('\n'),
  };
}
