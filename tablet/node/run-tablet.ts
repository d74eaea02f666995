/**
 * The tablet node: a blind replica that goes on syncing while nobody is logged in, and the ward app on loopback.
 *
 * The page that it serves is a peer of its own, with its own device key; it comes in through the same pipe as a
 * desktop's page does through the bridge. The pipe leads here, and, for the page to ask them about unlocking, to the ward's
 * other tablet nodes and archives, at addresses that this node's own handshakes have proven.
 */
import { createPipes } from '../../browser-bridge/pipe.ts';
import { startPageServer, type PageServerFailure } from '../../node/page/page-server.ts';
import { serveControl } from '../../node/device/control.ts';
import { deviceControl } from '../../node/device/device-control.ts';
import type { DeviceFolder } from '../../node/device/device-folder.ts';
import { dropPageCode, readPageCode } from '../../node/device/join-device.ts';
import { pageCodeState } from '../../node/device/page-code-state.ts';
import { runDevice, type DeviceFailure, type DeviceRunOptions, type RunningDevice } from '../../node/device/running-device.ts';
import { fail, succeed, type Result } from '../../protocol/codec/result.ts';
import { hexOf, LOG_DOCUMENT } from '../../protocol/codec/ids.ts';
import { deviceOfPeerIdText } from '../../protocol/network/peer-id.ts';

export interface TabletOptions extends DeviceRunOptions {
  /** The built ward app. */
  readonly app: string;
  /** Loopback port of the page; 0 lets the system choose. */
  readonly pagePort: number;
}

export interface RunningTablet {
  readonly device: RunningDevice;
  /** `http://127.0.0.1:…/` */
  readonly url: string;
  /** The page's link, with the tablet's own code in the fragment, as long as a page can join with it. */
  readonly joinLink: () => Promise<JoinLink>;
  readonly stop: () => Promise<void>;
}

export type JoinLink =
  | { readonly state: 'open'; readonly link: string }
  /** Nobody used the code in time. */
  | { readonly state: 'expired' }
  | { readonly state: 'used' };

const LOOPBACK = '127.0.0.1';

export async function runTablet(folder: DeviceFolder, options: TabletOptions): Promise<Result<RunningTablet, DeviceFailure | PageServerFailure>> {
  const { environment, app, pagePort } = options;
  const started = await runDevice(folder, options);
  if (!started.ok) return started;
  const device = started.value;
  const pipes = createPipes({
    targetOf: (peerId) => (peerId === device.host.peerId ? ownTarget(device.host.addresses()) : otherNode(device, peerId)),
    log: environment.log,
  });
  const served = await startPageServer({
    folder: app, address: LOOPBACK, port: pagePort, log: environment.log, onUpgrade: (path, request, socket, head) => pipes.handle(path, request, socket, head),
  });
  if (!served.ok) {
    await device.stop();
    return fail(served.failure);
  }
  const control = await serveControl(folder.path, deviceControl(device, environment));
  const forgetUsedCode = async (): Promise<void> => {
    const code = await readPageCode(folder);
    if (code !== undefined && pageCodeState(device.replica, code, environment.clock.now()) === 'used') await dropPageCode(folder);
  };
  const off = device.replica.onAdmitted(({ document }) => {
    if (hexOf(document) === hexOf(LOG_DOCUMENT)) void forgetUsedCode();
  });
  await forgetUsedCode();
  return succeed({
    device,
    url: served.value.url,
    async joinLink() {
      const code = await readPageCode(folder);
      const state = code === undefined ? 'used' : pageCodeState(device.replica, code, environment.clock.now());
      return state === 'open' ? { state, link: `${served.value.url}#join=${code}` } : { state };
    },
    async stop() {
      off();
      await control.stop();
      pipes.stop();
      await served.value.stop();
      await device.stop();
    },
  });
}

/** The node's own TCP port, by loopback where it listens there. */
function ownTarget(addresses: readonly string[]): { readonly host: string; readonly port: number } | undefined {
  const parsed = addresses.flatMap((address) => {
    const [, host, port] = /^\/ip4\/([\d.]+)\/tcp\/(\d+)$/.exec(address) ?? [];
    return host === undefined ? [] : [{ host, port: Number(port) }];
  });
  return parsed.find(({ host }) => host === LOOPBACK) ?? parsed[0];
}

async function otherNode({ replica, host }: RunningDevice, peerId: string): Promise<{ readonly host: string; readonly port: number } | undefined> {
  const peer = deviceOfPeerIdText(peerId);
  const kind = peer === undefined ? undefined : replica.state().devices.get(hexOf(peer))?.kind;
  return peer !== undefined && (kind === 'archive' || kind === 'tablet') ? host.provenAddress(peer) : undefined;
}
