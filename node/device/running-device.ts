/**
 * A device at work: its folder's replica, its host on the ward's network, and its control socket. What the archive, a
 * tablet node and a command-line client have in common; blind, all of it.
 */
import { equalBytes } from '../../protocol/codec/bytes.ts';
import type { Clock, Environment } from '../../protocol/codec/environment.ts';
import { LOG_DOCUMENT } from '../../protocol/codec/ids.ts';
import { fail, succeed, type Result } from '../../protocol/codec/result.ts';
import type { StartDiscovery } from '../../protocol/network/discovery/discovery.ts';
import { startHost, type Host } from '../../protocol/network/host.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { keepCustody, type Custodian } from '../../protocol/replica/custody.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { StoreError, type ItemStore } from '../../protocol/store/item-store.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { createSync } from '../../protocol/sync/link-driver.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import type { Subscription } from '../../protocol/sync/link.ts';
import { answerUnlock } from '../../protocol/unlock/answering.ts';
import { PinKeeper } from '../../protocol/unlock/pin-keeper.ts';
import { GlassKeeper } from '../../protocol/unlock/glass-keeper.ts';
import { ShareKeeper } from '../../protocol/unlock/share-keeper.ts';
import { keepAlarms, type Alarms } from './alarms.ts';
import { itemsFolder, removedMessage, sharesFolder, type DeviceFolder } from './device-folder.ts';
import { shareFiles } from './share-files.ts';
import { systemCode } from './system-error.ts';
import { peerAddresses } from './peer-addresses.ts';
import { realUptime } from './real-environment.ts';
import { destroyDevice, isMarkedRemoved, isRemoved } from './removed-device.ts';

export interface RunningDevice {
  readonly folder: DeviceFolder;
  readonly replica: Replica;
  readonly store: ItemStore;
  readonly host: Host;
  readonly alarms: Alarms;
  /** Signs what this device says of what it keeps. */
  readonly custodian: Custodian;
  /** What this device keeps for people to unlock with; undefined where nobody looks for it. */
  readonly keeper: ShareKeeper | undefined;
  /** Keys for the PINs of who works at this tablet. */
  readonly pins: PinKeeper | undefined;
  /** Resolves when the device has heard that it was removed from the ward, and had time to pass that on. See `ended`. */
  readonly removed: Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface DeviceRunOptions {
  readonly environment: Environment;
  /** Multiaddrs; empty for a client that only dials. */
  readonly listen: readonly string[];
  readonly discovery?: StartDiscovery | undefined;
  readonly subscription?: Subscription;
  /** See `PinKeeperInit`; the machine's own where a test has none of its own. */
  readonly uptime?: Clock;
}

export interface DeviceFailure {
  readonly code: 'store' | 'port-taken' | 'network' | 'removed';
  readonly message: string;
}

export async function runDevice(folder: DeviceFolder, options: DeviceRunOptions): Promise<Result<RunningDevice, DeviceFailure>> {
  if (await isMarkedRemoved(folder)) return destroyed(folder);
  const opened = await openFolderReplica(folder, options.environment);
  if (!opened.ok) return opened;
  const { replica, store, close } = opened.value;
  if (isRemoved(replica, folder.id)) {
    await close();
    return destroyed(folder);
  }
  const { environment, listen, discovery, subscription = { type: 'all' } } = options;
  const addressOf = peerAddresses(folder.peers);
  const keeper = await openKeeper(folder, replica, environment);
  const glass = keeper && await GlassKeeper.open({ replica, self: folder.id, store: shareFiles(sharesFolder(folder)), environment });
  const custodian = await keepCustody({ replica, key: folder.key, clock: environment.clock, log: environment.log });
  // In memory alone: whoever stops the process has none of them.
  const pins = folder.kind === 'tablet' ? new PinKeeper({ replica, self: folder.id, environment, uptime: options.uptime ?? realUptime }) : undefined;
  const sync = createSync({ replica, environment, signer: deviceSigner(folder.key, folder.ward), memory: store });
  try {
    const host = await startHost({
      deviceKey: folder.key,
      replica,
      environment,
      transport: tcpTransport(),
      listen,
      ...(discovery !== undefined && { discovery }),
      addressesOf: ({ id }) => addressOf(id),
      openLink: (channel) => sync.openLink(channel, subscription),
      ...(keeper !== undefined && glass !== undefined && { answerUnlock: answerUnlock(keeper, pins, glass) }),
    });
    return succeed({
      folder, replica, store, host, keeper, pins, custodian,
      alarms: keepAlarms(host, environment.clock),
      removed: whenRemoved(replica, folder, environment),
      async stop() {
        sync.close();
        pins?.stop();
        await host.stop();
        await keeper?.stop();
        await glass?.stop();
        await custodian.stop();
        await close();
      },
    });
  } catch (error) {
    sync.close();
    pins?.stop();
    await keeper?.stop();
    await glass?.stop();
    await close();
    return fail(listenFailure(error, listen));
  }
}

/** Archives and tablet nodes hold shares. */
async function openKeeper(folder: DeviceFolder, replica: Replica, environment: Environment): Promise<ShareKeeper | undefined> {
  if (folder.kind !== 'archive' && folder.kind !== 'tablet') return undefined;
  return ShareKeeper.open({ replica, self: folder.id, store: shareFiles(sharesFolder(folder)), environment });
}

/**
 * For a process that runs until it is stopped: waits for that, or for the device's removal, and stops. A removed device is
 * destroyed (REVOKE-4), and the failure says so.
 */
export async function ended({ folder, removed }: RunningDevice, stopped: Promise<void>, stop: () => Promise<void>): Promise<Result<void, DeviceFailure>> {
  const end = await Promise.race([stopped.then(() => 'stopped' as const), removed.then(() => 'removed' as const)]);
  await stop();
  return end === 'removed' ? destroyed(folder) : succeed(undefined);
}

async function destroyed(folder: DeviceFolder): Promise<Result<never, DeviceFailure>> {
  await destroyDevice(folder);
  return fail({ code: 'removed', message: removedMessage(folder.path) });
}

/** Milliseconds in which a tablet's page, which dials every 15 s at least, hears from its own node that it goes too. */
const LAST_NEWS = 20_000;

function whenRemoved(replica: Replica, { id }: DeviceFolder, { timers }: Environment): Promise<void> {
  return new Promise((resolve) => {
    const off = replica.onAdmitted(({ document }) => {
      if (!equalBytes(document, LOG_DOCUMENT) || !isRemoved(replica, id)) return;
      off();
      timers.after(LAST_NEWS, resolve);
    });
  });
}

export interface FolderReplica {
  readonly replica: Replica;
  readonly store: ItemStore;
  readonly close: () => Promise<void>;
}

/** The replica alone, without a network. */
export async function openFolderReplica(folder: DeviceFolder, environment: Environment): Promise<Result<FolderReplica, DeviceFailure>> {
  let store: ItemStore | undefined;
  try {
    store = await openLevelStore(itemsFolder(folder));
    const opened = store;
    const replica = await openReplica({ store, ward: folder.ward, log: environment.log });
    return succeed({
      replica,
      store: opened,
      async close() {
        await replica.close();
      },
    });
  } catch (error) {
    await store?.close();
    if (error instanceof StoreError) return fail({ code: 'store', message: error.message });
    throw error;
  }
}

function listenFailure(error: unknown, listen: readonly string[]): DeviceFailure {
  const message = error instanceof Error ? `${error.message} ${systemCode(error)} ${error.cause instanceof Error ? error.cause.message : ''}` : '';
  if (/EADDRINUSE|already in use/i.test(message)) {
    return { code: 'port-taken', message: `another program listens at ${listen.join(', ')}; choose another port with --listen` };
  }
  return { code: 'network', message: `cannot listen at ${listen.join(', ')}: ${error instanceof Error ? error.message : 'unknown reason'}` };
}
