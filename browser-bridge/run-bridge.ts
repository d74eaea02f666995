/**
 * The bridge as a device of the ward: it follows the ward log and nothing else, proves by its own handshakes where the
 * ward's devices are, and lets desktops' browsers through to them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveControl } from '../node/device/control.ts';
import { deviceControl } from '../node/device/device-control.ts';
import type { DeviceFolder } from '../node/device/device-folder.ts';
import { HOSTS_FILE, TLS_KEY_FILE } from '../node/device/join-device.ts';
import { runDevice, type DeviceFailure, type DeviceRunOptions, type RunningDevice } from '../node/device/running-device.ts';
import { toPem } from '../protocol/authority/pem.ts';
import { hexOf, LOG_DOCUMENT } from '../protocol/codec/ids.ts';
import { fail, succeed, type Result } from '../protocol/codec/result.ts';
import { deviceOfPeerIdText, peerIdText } from '../protocol/network/peer-id.ts';
import { startBridge, type Bridge } from './bridge.ts';
import type { PageServerFailure, ServerCredentials } from '../node/page/page-server.ts';

export interface BridgeRunOptions extends Omit<DeviceRunOptions, 'listen' | 'subscription'> {
  readonly app: string;
  /** Address literal and port for browsers. */
  readonly address: string;
  readonly port: number;
  /** Called while there is no certificate yet. */
  readonly onWaiting?: () => void;
  /** Ends the waiting. */
  readonly stopped: Promise<void>;
}

export interface RunningBridge {
  readonly device: RunningDevice;
  readonly bridge: Bridge;
  readonly stop: () => Promise<void>;
}

export async function runBridge(folder: DeviceFolder, options: BridgeRunOptions): Promise<Result<RunningBridge, DeviceFailure | PageServerFailure | { readonly code: 'no-certificate'; readonly message: string }>> {
  const { environment, app, address, port } = options;
  const own = await readOwn(folder);
  if (own === undefined) return fail({ code: 'no-certificate', message: `${join(folder.path, TLS_KEY_FILE)} or ${HOSTS_FILE} beside it is missing or damaged: put it back, or let the bridge join anew` });
  const { key, hosts } = own;
  const started = await runDevice(folder, { ...options, listen: [], subscription: { type: 'documents', documents: [LOG_DOCUMENT] } });
  if (!started.ok) return started;
  const device = started.value;

  const credentials = await certified(device, key, { ...options, stopped: Promise.race([options.stopped, device.removed]) });
  if (credentials === undefined) {
    await device.stop();
    return fail({ code: 'no-certificate', message: "no certificate yet: an admin issues it at 'wardsync pair', or at the next command with this bridge's ward in reach" });
  }
  const running = await startBridge({
    folder: app, address, port, hosts, credentials, log: environment.log,
    proven: { addressOf: async (peerId) => {
      const peer = deviceOfPeerIdText(peerId);
      return peer === undefined ? undefined : device.host.provenAddress(peer);
    } },
  });
  if (!running.ok) {
    await device.stop();
    return running;
  }
  const bridge = running.value;
  const off = device.replica.onAdmitted(() => followLog(device, bridge, key));
  const control = await serveControl(folder.path, deviceControl(device, environment));
  return succeed({
    device, bridge,
    async stop() {
      off();
      await control.stop();
      await bridge.stop();
      await device.stop();
    },
  });
}

/** What joining left in the folder; undefined when it is not all there. */
async function readOwn({ path }: DeviceFolder): Promise<{ readonly key: string; readonly hosts: readonly string[] } | undefined> {
  try {
    const hosts: unknown = JSON.parse(await readFile(join(path, HOSTS_FILE), 'utf8'));
    if (!Array.isArray(hosts) || !hosts.every((host) => typeof host === 'string')) return undefined;
    return { key: await readFile(join(path, TLS_KEY_FILE), 'utf8'), hosts };
  } catch {
    return undefined;
  }
}

/** A renewed certificate is served, a removed device's pipes are cut. */
function followLog({ replica, folder }: RunningDevice, bridge: Bridge, key: string): void {
  const { devices } = replica.state();
  const renewed = credentialsOf(devices.get(hexOf(folder.id))?.certificate, key);
  if (renewed !== undefined) bridge.setCredentials(renewed);
  for (const { id, removal } of devices.values()) if (removal !== undefined) bridge.drop(peerIdText(id));
}

/** Waits until the ward log has this bridge's certificate; undefined when stopped before. */
async function certified({ replica, folder }: RunningDevice, key: string, { onWaiting, stopped }: BridgeRunOptions): Promise<ServerCredentials | undefined> {
  const here = (): ServerCredentials | undefined => credentialsOf(replica.state().devices.get(hexOf(folder.id))?.certificate, key);
  if (here() !== undefined) return here();
  onWaiting?.();
  return new Promise((resolve) => {
    const off = replica.onAdmitted(() => { if (here() !== undefined) finish(); });
    const finish = (): void => {
      off();
      resolve(here());
    };
    void stopped.then(finish);
  });
}

function credentialsOf(certificate: Uint8Array | undefined, key: string): ServerCredentials | undefined {
  return certificate === undefined || certificate.length === 0 ? undefined : { key, certificate: toPem('CERTIFICATE', certificate) };
}
