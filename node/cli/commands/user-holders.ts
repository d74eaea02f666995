import type { HoldersFailure } from '../../../protocol/ward/account.ts';
import { CLIENT_OPTIONS, withClient } from '../client.ts';
import { CommandFailed, UsageError, type Command } from '../command.ts';
import { userNamed } from '../members.ts';
import { DISUSED } from '../unlock-words.ts';

export const userHolders: Command = {
  words: ['user', 'holders'],
  summary: 'Name the people who can bring your keys back together.',
  positionals: ['HANDLE'],
  variadic: true,
  optional: true,
  options: {
    ...CLIENT_OPTIONS,
    threshold: { type: 'string', value: 'M', help: 'how many of them it takes, at least two', default: '2' },
    none: { type: 'boolean', help: 'name nobody: what was dealt before is of no use any more' },
  },
  about: `Each gets a share of a key that opens your keys; fewer than M of them, or an admin, have nothing. Choose people whom you meet, who
would recognise you, and who would not all lend their share to one stranger. Naming others takes the place of those before.`,
  async run(args, io) {
    const threshold = Number(args.must('threshold'));
    if (!Number.isInteger(threshold)) throw new UsageError('--threshold takes a number');
    if (args.flag('none') === args.positionals.length > 0) throw new UsageError('name people, or say --none');
    await withClient(args, io, async ({ session, device }, password) => {
      const holders = args.positionals.map((handle) => userNamed(device.replica, handle));
      const set = await session.account.setHolders(password, holders, threshold);
      if (!set.ok) throw new CommandFailed(FAILURES[set.failure]);
    });
    const holders = [...args.positionals];
    if (holders.length === 0) io.result({ threshold: 0, holders }, 'Nobody can bring your keys back any more.');
    else io.result({ threshold, holders }, `${threshold} of ${holders.join(', ')} can bring your keys back together.`);
  },
};

const FAILURES: Readonly<Record<HoldersFailure, string>> = {
  'wrong-password': 'wrong password',
  'too-few-nodes': "not enough ward nodes in reach ('wardsync policy show'): switch the archive and the tablets on",
  disused: DISUSED,
  'device-tries': 'too many wrong passwords on this device',
  tries: 'too many wrong passwords',
  'bad-holders': 'name two to sixteen people of the ward, each once and not yourself, and a threshold from two to as many',
};
