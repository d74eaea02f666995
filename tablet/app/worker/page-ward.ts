/**
 * The page's place in the ward: its replica, its host, and the way in for a page that is not a device yet.
 *
 * The page is a full peer with a blind replica of its own in IndexedDB. On a tablet (plain HTTP on loopback) it talks to
 * its own tablet node alone, and what that node has on disk counts as 'saved'. In a desktop's browser it reaches the
 * ward's archives through the bridge, and its own IndexedDB counts.
 */
import { equalBytes } from '../../../protocol/codec/bytes.ts';
import { hexOf, type DeviceId, type WardId } from '../../../protocol/codec/ids.ts';
import { startHost, type Host } from '../../../protocol/network/host.ts';
import { decodeJoinCode } from '../../../protocol/network/join-code.ts';
import { joinWard, type JoinFailure } from '../../../protocol/network/join-ward.ts';
import { pipeAddress, pipeTransport } from '../../../protocol/network/pipe-transport.ts';
import { keepCustody } from '../../../protocol/replica/custody.ts';
import { openReplica } from '../../../protocol/replica/open-replica.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import { openIndexedDbStore } from '../../../protocol/store/indexeddb-store.ts';
import type { ItemStore } from '../../../protocol/store/item-store.ts';
import { deviceSigner } from '../../../protocol/sync/heartbeat-memory.ts';
import { createSync } from '../../../protocol/sync/link-driver.ts';
import type { Failure } from '../port.ts';
import { browserEnvironment } from './browser-environment.ts';
import { newPageKey, readPageDevice, writePageDevice, type PageDevice } from './page-device.ts';
import { RequestFailed } from './request-failed.ts';

export interface PageWard {
  readonly device: PageDevice;
  readonly replica: Replica;
  readonly host: Host;
  /** The digest of everything that is here now. */
  readonly root: () => Uint8Array;
  /** Whose disk counts as 'saved here', when it is not this page's own. */
  readonly savedBy: DeviceId | undefined;
  close(): Promise<void>;
}

/** Whether the log has removed this page, or the tablet that it is on. */
export function isShutOut({ replica, device, savedBy }: Pick<PageWard, 'replica' | 'device' | 'savedBy'>): boolean {
  const { devices } = replica.state();
  return [device.id, ...(savedBy === undefined ? [] : [savedBy])].some((id) => devices.get(hexOf(id))?.removal !== undefined);
}

const environment = browserEnvironment;
const PREDECESSOR_PATIENCE = 5_000;
const isTablet = self.location.protocol === 'http:';

/** Undefined when this page has not joined a ward. */
export async function openPageWard(): Promise<PageWard | undefined> {
  const device = await readPageDevice();
  return device?.joined === true ? runPageWard(device) : undefined;
}

/** Enrols the page with a one-time code and opens the ward. Throws `RequestFailed`. */
export async function joinPageWard(text: string): Promise<PageWard> {
  const code = decodeJoinCode(text);
  if (!code.ok) throw new RequestFailed('bad-code');
  const { ward, inviter } = code.value;
  const begun = await readPageDevice();
  const key = begun !== undefined && equalBytes(begun.ward, ward) ? begun.key : await newPageKey((length) => environment.entropy.randomBytes(length));
  await writePageDevice({ ward, key, home: inviter, joined: false });

  const { replica } = await openPageReplica(ward);
  try {
    const joined = await joinWard({
      code: code.value, kind: 'client', deviceKey: key.device, replica, environment,
      transport: pipeTransport({ timers: environment.timers }), addresses: [pipeAddress(self.location.origin)],
    });
    if (!joined.ok) throw new RequestFailed(...JOIN_FAILURES[joined.failure]);
  } finally {
    await replica.close();
  }
  await writePageDevice({ ward, key, home: inviter, joined: true });
  const device = await readPageDevice();
  if (device === undefined) throw new RequestFailed('storage');
  return runPageWard(device);
}

async function runPageWard(device: PageDevice): Promise<PageWard> {
  const { replica, store } = await openPageReplica(device.ward);
  const origin = pipeAddress(self.location.origin);
  const custodian = await keepCustody({ replica, key: device.key.device, clock: environment.clock, log: environment.log });
  const sync = createSync({ replica, environment, signer: deviceSigner(device.key.device, device.ward), memory: store });
  const host = await startHost({
    deviceKey: device.key.device,
    replica,
    environment,
    transport: pipeTransport({ timers: environment.timers }),
    listen: [],
    // A tablet's page talks to its own node alone.
    addressesOf: ({ id, kind }) => (isSame(id, device.home) || (!isTablet && kind === 'archive') ? [origin] : []),
    // Shares lie on the other nodes too: the page's own server leads to each of them.
    unlockAddressesOf: ({ kind }) => (kind === 'archive' || kind === 'tablet' ? [origin] : []),
    openLink: (channel) => sync.openLink(channel),
  });
  return {
    device,
    replica,
    host,
    root: () => sync.root(),
    savedBy: isTablet ? device.home : undefined,
    async close() {
      sync.close();
      await host.stop();
      await custodian.stop();
      await replica.close();
    },
  };
}

async function openPageReplica(ward: WardId): Promise<{ replica: Replica; store: ItemStore }> {
  // The worker before this one, which was just ended, may still be letting go.
  const store = await openIndexedDbStore(`wardsync-${hexOf(ward)}`, { signal: AbortSignal.timeout(PREDECESSOR_PATIENCE) });
  return { replica: await openReplica({ store, ward, log: environment.log }), store };
}

function isSame(a: DeviceId, b: DeviceId): boolean {
  return equalBytes(a, b);
}

const JOIN_FAILURES: Readonly<Record<JoinFailure, [Failure['code']]>> = {
  unreachable: ['no-peer'],
  'cut-off': ['no-peer'],
  refused: ['bad-code'],
  expired: ['code-used'],
  used: ['code-used'],
  'not-the-ward': ['bad-code'],
};
