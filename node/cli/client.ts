/** A client at the command line: a device of its own, unlocked for as long as one command runs. */
import { Chart } from '../../protocol/chart/chart.ts';
import { finderFor } from '../../protocol/chart/glass-finder.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { StoreError } from '../../protocol/store/item-store.ts';
import type { Session } from '../../protocol/ward/session.ts';
import type { UnlockProgress } from '../../protocol/ward/presence.ts';
import { openWard, type Ward } from '../../protocol/ward/ward.ts';
import { discoveryFor } from '../device/network-choice.ts';
import { realEnvironment, silentLog } from '../device/real-environment.ts';
import { runDevice, type RunningDevice } from '../device/running-device.ts';
import { removedMessage, type DeviceFolder } from '../device/device-folder.ts';
import { destroyDevice, isRemoved } from '../device/removed-device.ts';
import { issueOwedCertificates } from './authority.ts';
import { CommandFailed, type Arguments, type CommandIo, type OptionSpecs } from './command.ts';
import { deviceFolder, FOLDER_OPTION, networkChoice, NETWORK_OPTIONS } from './folder-options.ts';
import { followOwnItems, type OwnItems } from './hand-over.ts';
import { unlockFailure, warningsOf } from './unlock-words.ts';
import { tellNotices } from './notices.ts';
import { until } from './until.ts';

export const RECOVERING_OPTIONS: OptionSpecs = {
  ...FOLDER_OPTION,
  user: { type: 'string', value: 'HANDLE', help: 'whose keys', required: true },
  offline: { type: 'boolean', help: 'do not wait for peers, neither before nor after' },
  ...NETWORK_OPTIONS,
};

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
  /** What this command writes. */
  readonly own: OwnItems;
}

/** Peers on a ward's network are found within a second or not at all. */
const MEET_MILLISECONDS = 3_000;
const CATCH_UP_MILLISECONDS = 120_000;
/** Peers that come and go while this device catches up. */
const MEETINGS = 5;

export interface WorkOptions {
  /** For work that others have to dial into (pairing). */
  readonly listen?: readonly string[];
  /** The work is what ends a temporary password. */
  readonly withTemporaryPassword?: boolean;
}

/** How a client gets its session: by a password, or by a way back to lost keys. */
export type Opening = (ward: Ward, device: RunningDevice, own: OwnItems) => Promise<Session>;

/** As `withOpened`, by the user's password. `work` is handed it for what asks for it again. */
export async function withClient<T>(args: Arguments, io: CommandIo, work: (client: Client, password: string) => Promise<T>, options: WorkOptions = {}): Promise<T> {
  const folder = await clientFolder(args);
  const password = await io.password(args, `Password of ${args.must('user')}`);
  const unlock: Opening = async (ward) => {
    let asked: UnlockProgress | undefined;
    const unlocked = await ward.unlock(args.must('user'), password, (progress) => { asked = progress; });
    for (const line of warningsOf(asked)) io.say(line);
    if (!unlocked.ok) throw new CommandFailed(unlockFailure(unlocked.failure, asked));
    return unlocked.value;
  };
  return withOpened(args, io, { folder, open: unlock, work: (client) => work(client, password), ...options });
}

export interface Work<T> extends WorkOptions {
  readonly folder: DeviceFolder;
  readonly open: Opening;
  readonly work: (client: Client) => Promise<T>;
}

/** Catches up with whichever peer is in reach, opens a session, does the work, and waits until a peer holds what was written. */
export async function withOpened<T>(args: Arguments, io: CommandIo, { folder, open, work, listen = [], withTemporaryPassword = false }: Work<T>): Promise<T> {
  const environment = realEnvironment(silentLog);
  const offline = args.flag('offline');
  const started = await runDevice(folder, { environment, listen, discovery: offline ? undefined : discoveryFor(networkChoice(args)) });
  if (!started.ok) throw new CommandFailed(started.failure.message);
  const device = started.value;
  try {
    if (!offline) await catchUp(device, io);
    if (isRemoved(device.replica, folder.id)) throw new CommandFailed(removedMessage(folder.path));
    const own = followOwnItems(device);
    const session = await open(openWard({
      replica: device.replica, deviceKey: device.folder.key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers),
      unlockNodes: device.host.unlockNodes,
    }), device, own);
    try {
      await tellNotices(session, device.replica, io);
      if (session.account.hasTemporaryPassword && !withTemporaryPassword) throw new CommandFailed("your password is a temporary one: choose your own with 'wardsync user password' first");
      const chart = new Chart(session, environment);
      await session.glass.describeBy(finderFor(chart));
      const result = await work({ device, session, chart, own });
      await session.settled();
      await session.glass.settleWraps();
      await keepBridgesCertified(session, device, io);
      if (!offline) await own.handOver(io);
      return result;
    } finally {
      await session.lock();
    }
  } catch (error) {
    if (isRemoved(device.replica, folder.id)) throw new CommandFailed(removedMessage(folder.path));
    if (error instanceof StoreError) throw new CommandFailed(error.message);
    throw error;
  } finally {
    await device.stop();
    if (isRemoved(device.replica, folder.id)) await destroyDevice(folder);
  }
}

/** A machine that only keeps what others wrote is to see no password. */
export async function clientFolder(args: Arguments): Promise<DeviceFolder> {
  const folder = await deviceFolder(args);
  if (folder.kind === 'client') return folder;
  throw new CommandFailed(`${folder.path} is the folder of a device of kind '${folder.kind}', which keeps records for others and opens none: name the folder of a client, or let this machine join as one`);
}

/** Waits for a peer, and then until this replica has what it has. Going on without one is allowed, and said. */
export async function catchUp({ host, replica }: Pick<RunningDevice, 'host' | 'replica'>, io: CommandIo): Promise<void> {
  if (host.peers().length === 0) return;
  const off = replica.onAdmitted(() => io.progress(replica.count, undefined, 'items, catching up'));
  try {
    for (let meeting = 0; meeting < MEETINGS; meeting++) {
      const linked = await until((check) => host.onLink(check), () => host.links().length > 0, MEET_MILLISECONDS);
      if (!linked) return io.say('No peer in reach: working with what is on this device.');
      await until((check) => onLinks(host, check), () => host.links().length === 0 || host.links().some((link) => link.inSync), CATCH_UP_MILLISECONDS);
      if (host.links().some((link) => link.inSync)) return;
      if (host.links().length > 0) break;
    }
    io.say('The peers have not finished sending: working with what is here so far.');
  } finally {
    off();
  }
}

/** What an admin's command does besides: a bridge has to be served before its certificate ends. It never fails the command. */
async function keepBridgesCertified(session: Session, { replica }: RunningDevice, io: CommandIo): Promise<void> {
  if (session.role !== 'admin') return;
  try {
    const issued = await issueOwedCertificates(session, replica, realEnvironment(silentLog));
    if (issued > 0) io.say(issued === 1 ? 'A bridge got a certificate.' : `${issued} bridges got certificates.`);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    io.say(`Besides: ${error.message}.`);
  }
}

/** Calls `listener` for every event of every present and later link, and when links come and go. Returns what takes it off. */
function onLinks(host: RunningDevice['host'], listener: () => void): () => void {
  const offs = host.links().map((link) => link.onEvent(listener));
  offs.push(host.onPeersChanged(listener), host.onLink((link) => {
    offs.push(link.onEvent(listener));
    listener();
  }));
  return () => { for (const off of offs) off(); };
}

