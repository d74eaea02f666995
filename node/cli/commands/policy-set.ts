import { CommandFailed, UsageError, type Arguments, type Command } from '../command.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { memberFailure } from '../members.ts';
import { desktopWords, graceWords, policyWords } from '../policy-words.ts';
import { MAX_GRACE_HOURS } from '../../../protocol/membership/operation.ts';
import { DESKTOP_POWERS, type DesktopPowers } from '../../../protocol/membership/ward-state.ts';

export const policySet: Command = {
  words: ['policy', 'set'],
  summary: 'Choose how many nodes it takes to unlock, and for how long a PIN does.',
  options: {
    ...CLIENT_OPTIONS,
    'unlock-threshold': { type: 'string', value: 'T', help: 'so many nodes have to answer' },
    'unlock-nodes': { type: 'string', value: 'N', help: 'so many archives and tablet nodes hold a share' },
    desktops: { type: 'string', value: 'POWERS', help: "own (default) or role: what admins and privacy officers may do at desktops, only what is their own or all that their role may" },
    grace: { type: 'string', value: 'HOURS', help: 'after a password, a PIN opens on the same tablet for so long; 12 covers a shift, 0 is never' },
  },
  about: `T is how many nodes may be stolen or turned, and one more; N is T and how many nodes may be off, at least. The standard ward is
3 of 4: the archive and three tablets. A small ward can take 2 of 2 or 2 of 3, and is told what it gives up. 0 and 0: by password alone.
Every user moves over at the next unlock with all N nodes in reach. No policy can call back what was in the log before: a user
whose bundle stood there by password alone is safe from guessing on old copies only with new keys ('wardsync user renew').
With --grace people who have unlocked a tablet by password choose a PIN of six digits or more, and come back with it on that
tablet, also without any network. What it costs: for so many hours the tablet itself holds, in memory, what opens their keys
with the PIN. Whoever steals it while it runs has five tries of a PIN for each of them; whoever can also read its memory has
as many as it takes. A tablet that is switched off, or was started again, gives none. Without --grace that stays as it is.
With '--desktops own' nobody acts as an admin or privacy officer at a desktop: its page comes over the network at every start,
and a bridge that was turned could give it other code. '--desktops role' allows it.`,
  async run(args, io) {
    const policy = policyOf(args);
    const grace = countOf(args, 'grace');
    const desktops = desktopsOf(args);
    if (policy === undefined && grace === undefined && desktops === undefined) throw new UsageError('choose --unlock-threshold with --unlock-nodes, --grace, or --desktops');
    if (grace !== undefined && grace > MAX_GRACE_HOURS) throw new UsageError(`--grace takes 0 (never) to ${MAX_GRACE_HOURS} hours`);
    await withClient(args, io, async ({ session: { members } }) => {
      const chosen = policy && await members.setUnlockPolicy(policy);
      if (chosen?.ok === false) throw new CommandFailed(memberFailure(chosen.failure));
      const set = grace === undefined ? undefined : await members.setGrace(grace);
      if (set?.ok === false) throw new CommandFailed(memberFailure(set.failure));
      const trusted = desktops === undefined ? undefined : await members.setDesktopPowers(desktops);
      if (trusted?.ok === false) throw new CommandFailed(memberFailure(trusted.failure));
    });
    io.result({ ...policy, ...(grace !== undefined && { graceHours: grace }), ...(desktops !== undefined && { desktopPowers: desktops }) }, [
      ...(policy === undefined ? [] : policyWords(policy.nodes === 0 ? undefined : policy)), ...(grace === undefined ? [] : graceWords(grace)), ...(desktops === undefined ? [] : desktopWords(desktops)),
    ].join('\n'));
  },
};

function desktopsOf(args: Arguments): DesktopPowers | undefined {
  const text = args.text('desktops');
  const powers = DESKTOP_POWERS.find((each) => each === text);
  if (text !== undefined && powers === undefined) throw new UsageError(`--desktops is one of ${DESKTOP_POWERS.join(', ')}`);
  return powers;
}

/** Both numbers, or neither. */
function policyOf(args: Arguments): { readonly threshold: number; readonly nodes: number } | undefined {
  const [threshold, nodes] = [countOf(args, 'unlock-threshold'), countOf(args, 'unlock-nodes')];
  if (threshold === undefined && nodes === undefined) return undefined;
  if (threshold === undefined || nodes === undefined) throw new UsageError('--unlock-threshold and --unlock-nodes go together');
  return { threshold, nodes };
}

function countOf(args: Arguments, option: string): number | undefined {
  const text = args.text(option);
  if (text === undefined) return undefined;
  if (!/^\d{1,3}$/.test(text)) throw new UsageError(`--${option} takes a number`);
  return Number(text);
}
