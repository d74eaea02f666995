/** A client at the command line: a device of its own, unlocked for as long as one command runs. */
import { Chart } from '../../protocol/chart/chart.ts';
import { deviceId } from '../../protocol/codec/ids.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import type { LinkEvent } from '../../protocol/sync/link.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { openWard } from '../../protocol/ward/ward.ts';
import { discoveryFor } from '../device/network-choice.ts';
import { realEnvironment, silentLog } from '../device/real-environment.ts';
import { runDevice, type RunningDevice } from '../device/running-device.ts';
import { CommandFailed, type Arguments, type CommandIo, type OptionSpecs } from './command.ts';
import { deviceFolder, FOLDER_OPTION, networkChoice, NETWORK_OPTIONS } from './folder-options.ts';
import { until } from './until.ts';

export const CLIENT_OPTIONS: OptionSpecs = {
  ...FOLDER_OPTION,
  user: { type: 'string', value: 'HANDLE', help: 'who unlocks', required: true },
  'password-file': { type: 'string', value: 'FILE', help: 'read the password from a file (else WARDSYNC_PASSWORD, else a prompt)' },
  offline: { type: 'boolean', help: 'do not wait for peers, neither before nor after' },
  ...NETWORK_OPTIONS,
};

export interface Client {
  readonly device: RunningDevice;
  readonly session: Session;
  readonly chart: Chart;
}

/** Peers on a ward's network are found within a second or not at all. */
const MEET_MILLISECONDS = 3_000;
const CATCH_UP_MILLISECONDS = 120_000;
const HAND_OVER_MILLISECONDS = 30_000;

/**
 * Unlocks, catches up with whichever peer is in reach, does the work, and waits until a peer holds what was written.
 * `listen` is for work that others have to dial into (pairing).
 */
export async function withClient<T>(args: Arguments, io: CommandIo, work: (client: Client) => Promise<T>, listen: readonly string[] = []): Promise<T> {
  const environment = realEnvironment(silentLog);
  const folder = await deviceFolder(args);
  const password = await io.password(args, `Password of ${args.must('user')}`);
  const started = await runDevice(folder, { environment, listen, discovery: args.flag('offline') ? undefined : discoveryFor(networkChoice(args)) });
  if (!started.ok) throw new CommandFailed(started.failure.message);
  const device = started.value;
  try {
    if (!args.flag('offline')) await catchUp(device, io);
    const unlocked = await openWard({
      replica: device.replica, device: device.folder.id, environment, startEngine: (actor) => nodeEngine(actor, environment.timers),
    }).unlock(args.must('user'), password);
    if (!unlocked.ok) throw new CommandFailed(UNLOCK_FAILURES[unlocked.failure]);
    const session = unlocked.value;
    const stopFollowing = followStored(device, session);
    try {
      const result = await work({ device, session, chart: new Chart(session, environment) });
      if (!args.flag('offline')) await handOver(device, session, io);
      return result;
    } finally {
      stopFollowing();
      await session.lock();
    }
  } finally {
    await device.stop();
  }
}

/** Waits for a peer, and then until this replica has what it has. Going on without one is allowed, and said. */
export async function catchUp({ host }: RunningDevice, io: CommandIo): Promise<void> {
  const linked = await until((check) => host.onLink(check), () => host.links().length > 0, MEET_MILLISECONDS);
  if (!linked) return io.say('No peer in reach: working with what is on this device.');
  const inSync = await until((check) => subscribeLinks(host, check), () => host.links().some((link) => link.inSync), CATCH_UP_MILLISECONDS);
  if (!inSync) io.say('The peer has not finished sending: working with what is here so far.');
}

async function handOver({ host }: RunningDevice, session: Session, io: CommandIo): Promise<void> {
  const isHeld = (): boolean => session.standings.summary().unsent === 0 && host.links().every((link) => link.inSync);
  if (isHeld() && host.links().length > 0) return;
  if (host.links().length === 0) return io.say('Saved on this device; no peer has it yet. It is handed over at the next command with a peer in reach.');
  if (!await until((check) => subscribeLinks(host, check), isHeld, HAND_OVER_MILLISECONDS)) {
    io.say('Saved on this device; the peers have not confirmed all of it yet.');
  }
}

function followStored({ host }: RunningDevice, session: Session): () => void {
  return subscribeLinks(host, (event, remote) => {
    if (event?.type === 'stored-by-peer' && remote !== undefined) session.standings.storedByPeer(deviceId.from(remote), event.chain, event.seq);
  });
}

type LinkListener = (event?: LinkEvent, remote?: Uint8Array) => void;

/** Calls `listener` for every event of every present and later link. Returns what takes it off. */
function subscribeLinks(host: RunningDevice['host'], listener: LinkListener): () => void {
  const offs = host.links().map((link) => link.onEvent((event) => listener(event, link.remote)));
  offs.push(host.onLink((link) => {
    offs.push(link.onEvent((event) => listener(event, link.remote)));
    listener();
  }));
  return () => { for (const off of offs) off(); };
}

const UNLOCK_FAILURES = {
  'wrong-password': 'wrong handle or password',
  'no-users-here': 'this device holds no ward yet: bring it within reach of a peer',
  'damaged-bundle': "the user's bundle is damaged; an admin has to set the user up anew",
} as const;
