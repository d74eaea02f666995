import { CommandFailed, UsageError, type Arguments, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { memberFailure } from '../members.ts';
import { policyWords } from '../policy-words.ts';

export const policySet: Command = {
  words: ['policy', 'set'],
  summary: 'Choose how many nodes of the ward it takes to unlock.',
  options: {
    ...CLIENT_OPTIONS,
    'unlock-threshold': { type: 'string', value: 'T', help: 'so many nodes have to answer', required: true },
    'unlock-nodes': { type: 'string', value: 'N', help: 'so many archives and tablet nodes hold a share', required: true },
  },
  about: `T is how many nodes may be stolen or turned, and one more; N is T and how many nodes may be off, at least. The standard ward is
3 of 4: the archive and three tablets. A small ward can take 2 of 2 or 2 of 3, and is told what it gives up. 0 and 0: by password alone.
Every user moves over at the next unlock with all N nodes in reach. No policy can call back what was in the log before: a user
whose bundle stood there by password alone is safe from guessing on old copies only with new keys ('wardsync user renew').`,
  async run(args, io) {
    const policy = { threshold: countOf(args, 'unlock-threshold'), nodes: countOf(args, 'unlock-nodes') };
    await withClient(args, io, async ({ session }) => {
      const set = await session.members.setUnlockPolicy(policy);
      if (!set.ok) throw new CommandFailed(memberFailure(set.failure));
    });
    io.result(policy, policyWords(policy.nodes === 0 ? undefined : policy).join('\n'));
  },
};

function countOf(args: Arguments, option: string): number {
  const text = args.must(option);
  if (!/^\d{1,3}$/.test(text)) throw new UsageError(`--${option} takes a number`);
  return Number(text);
}
