import { resolve } from 'node:path';
import { DEVICE_KINDS } from '../../../protocol/membership/ward-state.ts';
import { UsageError, type Command } from '../command.ts';
import { peerOptions, NETWORK_OPTIONS, FOLDER_OPTION } from '../folder-options.ts';
import { joinDevice } from '../../device/join-device.ts';
import { CommandFailed } from '../command.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';

/** By command: a desktop joins in its browser. */
const JOINING_KINDS = DEVICE_KINDS.filter((kind) => kind !== 'desktop');

export const join: Command = {
  words: ['join'],
  summary: 'Make this machine a device of a ward, with a one-time code.',
  positionals: ['CODE'],
  options: {
    ...FOLDER_OPTION,
    kind: { type: 'string', value: 'KIND', help: JOINING_KINDS.join(', '), required: true },
    host: { type: 'string', value: 'NAME', multiple: true, help: 'for a bridge: a host name or address by which browsers call it (may be repeated)' },
    peer: NETWORK_OPTIONS['peer'] ?? { type: 'string', help: '' },
  },
  about: "CODE is what 'wardsync pair' printed; it must still be running there, or an archive in reach.\nThe device gets a key of its own and the ward's log; patients' data come when it runs, encrypted.",
  async run(args, io) {
    const kind = DEVICE_KINDS.find((name) => name === args.must('kind'));
    if (kind === undefined) throw new UsageError(`--kind is one of ${JOINING_KINDS.join(', ')}`);
    if (kind === 'desktop') throw new UsageError("a desktop joins in its browser: open the bridge's address there, and #join= and the code behind it");
    const hosts = args.texts('host');
    if (kind === 'bridge' && hosts.length === 0) throw new UsageError('a bridge needs --host, the name or address that browsers will use');
    const path = resolve(args.must('folder'));
    const joined = await joinDevice({ code: args.positionals[0] ?? '', kind, path, hosts, peers: peerOptions(args), environment: realEnvironment(silentLog) });
    if (!joined.ok) throw new CommandFailed(joined.failure.message);
    io.result({ folder: path, kind }, `Joined as ${kind}. Start it with 'wardsync ${kind === 'client' ? 'show' : kind} --folder ${path}'.`);
  },
};
