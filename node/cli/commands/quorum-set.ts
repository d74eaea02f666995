import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { councilFailure } from '../council.ts';
import { userNamed } from '../members.ts';

export const quorumSet: Command = {
  words: ['quorum', 'set'],
  summary: 'Name the people who together can make an admin, should the admins be lost.',
  positionals: ['HANDLE'],
  variadic: true,
  options: { ...CLIENT_OPTIONS, threshold: { type: 'string', value: 'NUMBER', help: 'how many of them it takes, 2 or more', required: true } },
  about: 'They may have any role, and can do it at any time: choose people who would not do it together for no good reason.\nWhere there are two admins or more, another admin approves it.',
  async run(args, io) {
    const threshold = Number(args.must('threshold'));
    if (!Number.isSafeInteger(threshold) || threshold < 2) throw new UsageError('--threshold takes a number from 2');
    const handles = args.positionals;
    const outcome = await withClient(args, io, async ({ session, device }) => {
      const set = await session.council.setQuorum(threshold, handles.map((handle) => userNamed(device.replica, handle)));
      if (!set.ok) throw new CommandFailed(councilFailure(set.failure));
      return set.value;
    });
    const quorum = { threshold, holders: handles };
    if (outcome === 'done') io.result({ quorum }, `Any ${threshold} of ${handles.join(', ')} can make an admin.`);
    else io.result({ proposed: { type: 'set-quorum', ...quorum } }, "Proposed. Another admin approves it with 'wardsync approve'.");
  },
};
