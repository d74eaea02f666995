import { hexOf, type Hex, type UserId } from '../../../protocol/codec/ids.ts';
import { readKitText, type KitTextProblem } from '../../../protocol/keys/kit-words.ts';
import type { UnlockPolicy } from '../../../protocol/membership/dealing.ts';
import type { AskFailure, KitFailure } from '../../../protocol/ward/recover.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { Ward } from '../../../protocol/ward/ward.ts';
import type { RunningDevice } from '../../device/running-device.ts';
import { clientFolder, RECOVERING_OPTIONS, withOpened, type Opening } from '../client.ts';
import { CommandFailed, UsageError, type Arguments, type Command, type CommandIo } from '../command.ts';
import { newPassword, NEW_PASSWORD_OPTION, passwordFailure } from '../new-password.ts';
import { DISUSED } from '../unlock-words.ts';
import { memberFailure } from '../members.ts';
import { until } from '../until.ts';

const WAIT_MILLISECONDS = 24 * 3600 * 1000;

export const recover: Command = {
  words: ['recover'],
  summary: 'Set a new password when you forgot it: with your recovery kit, or with the people you named.',
  options: {
    ...RECOVERING_OPTIONS,
    kit: { type: 'boolean', help: 'with the 24 words of the kit, or the text of its QR code' },
    'kit-file': { type: 'string', value: 'FILE', help: 'read the kit from a file (else WARDSYNC_KIT, else a prompt)' },
    holders: { type: 'boolean', help: 'ask the people whom you named; waits for them' },
    policy: { type: 'string', value: 'POLICY', help: 'for an admin of a ward that has too few archives and tablets left: put this unlock policy, T/N, in force first' },
    ...NEW_PASSWORD_OPTION,
  },
  about: `On any client of the ward. With --holders a code of 20 digits is shown: read it out to each of them, face to face. They see the same code
('wardsync recovery list') and release their share ('wardsync recovery release CODE'). This command has to keep running until enough have.`,
  async run(args, io) {
    if (args.flag('kit') === args.flag('holders')) throw new UsageError('say --kit or --holders');
    const folder = await clientFolder(args);
    const open = args.flag('kit') ? await withKit(args, io) : await withHolders(args, io);
    const policy = policyFrom(args.text('policy'));
    await withOpened(args, io, { folder, open, work: async ({ session }) => {
      if (policy !== undefined) {
        const set = await session.members.setUnlockPolicy(policy);
        if (!set.ok) throw new CommandFailed(memberFailure(set.failure));
        await session.settled();
        await session.account.setOwedPassword();
      }
      if (session.account.isPasswordOwed) throw new CommandFailed(OWED);
    } });
    io.result({ recovered: args.must('user') }, `${args.must('user')} has a new password.${args.flag('kit') ? " The kit is spent: make a new one with 'wardsync user kit'." : ''}`);
  },
};

function policyFrom(text: string | undefined): UnlockPolicy | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d{1,2})\/(\d{1,2})$/.exec(text);
  if (found === null) throw new UsageError('--policy takes T/N, such as 1/2');
  return { threshold: Number(found[1]), nodes: Number(found[2]) };
}

const OWED = "your keys are back, and the new password could not be set: too few of the ward's archives and tablets answer. Nothing has changed, and a kit still works: switch them on and try again. Where they are gone for good, an admin recovers with --policy T/N";

async function withKit(args: Arguments, io: CommandIo): Promise<Opening> {
  const kit = readKitText(await io.password(args, `Kit of ${args.must('user')}, 24 words`, { option: 'kit-file', variable: 'WARDSYNC_KIT' }));
  if (!kit.ok) throw new CommandFailed(kitProblem(kit.failure));
  const fresh = await newPassword(args, io, args.must('user'));
  return async (ward) => {
    const recovered = await ward.recoverWithKit(args.must('user'), kit.value, fresh);
    if (!recovered.ok) throw new CommandFailed(KIT_FAILURES[recovered.failure]);
    return recovered.value;
  };
}

async function withHolders(args: Arguments, io: CommandIo): Promise<Opening> {
  const fresh = await newPassword(args, io, args.must('user'));
  return (ward, device, own) => askAndWait(args, io, ward, device, fresh, () => own.handOver(io));
}

async function askAndWait(args: Arguments, io: CommandIo, ward: Ward, { replica }: RunningDevice, fresh: string, handOver: () => Promise<void>): Promise<Session> {
  const asked = await ward.askHolders(args.must('user'));
  if (!asked.ok) throw new CommandFailed(ASK_FAILURES[asked.failure]);
  const recovery = asked.value;
  try {
    const names = recovery.holders.map((holder) => handleOf(replica, hexOf(holder))).join(', ');
    io.say(`Code: ${recovery.code}`);
    io.say(`Read it out to ${recovery.threshold} of these, face to face: ${names}. They release their share with 'wardsync recovery release CODE'.`);
    await handOver();
    const said = new Set<string>();
    let isEnough = false;
    // Each answer is read when it comes; reading is not instant, so the condition is what the last reading found.
    const look = async (check: () => void): Promise<void> => {
      const { good, bad, seeds } = await recovery.collected();
      for (const [holders, words] of [[good, 'released a good share'], [bad, 'sent a share that is not what you dealt: it is left out. Tell ward IT']] as const) {
        for (const holder of holders) {
          const line = `${handleOf(replica, holder)} ${words}.`;
          if (!said.has(line)) io.say(line);
          said.add(line);
        }
      }
      isEnough = seeds.ok || seeds.failure === 'damaged';
      check();
    };
    const came = await until((check) => {
      void look(check);
      return replica.onAdmitted(() => void look(check));
    }, () => isEnough, WAIT_MILLISECONDS, io.stopped);
    if (!came) throw new CommandFailed('stopped before enough people had answered; nothing has changed');
    const finished = await recovery.finish(fresh);
    if (finished.ok) return finished.value;
    throw new CommandFailed(finished.failure === 'damaged' || finished.failure === 'too-few'
      ? 'the shares are right, and what they open is damaged or older than your keys: an admin can give you new ones' : passwordFailure(finished.failure));
  } finally {
    recovery.forget();
  }
}

function handleOf(replica: RunningDevice['replica'], user: Hex<UserId>): string {
  return replica.state().users.get(user)?.handle ?? user.slice(0, 8);
}

function kitProblem(problem: KitTextProblem): string {
  switch (problem.code) {
    case 'unknown-word': return `word ${problem.place} is in no word list: look at it again`;
    case 'not-24-words': return `a kit has 24 words, these are ${problem.count}`;
    case 'checksum': return 'these do not belong together: one is wrong, or two have changed places';
    default: return problem satisfies never;
  }
}

const KIT_FAILURES: Readonly<Record<KitFailure, string>> = {
  'wrong-kit': 'this is not the kit that is in force for this user',
  disused: DISUSED,
  'kit-spent': 'the kit was used or withdrawn before, and opens nothing any more',
  'password-too-short': passwordFailure('password-too-short'),
  'password-too-common': passwordFailure('password-too-common'),
};

const ASK_FAILURES: Readonly<Record<AskFailure, string>> = {
  'no-holders': 'no such user here, or one who named nobody: an admin can give new keys',
  'not-allowed': 'this device may not ask: it was removed, or has asked 16 times; use another',
};
