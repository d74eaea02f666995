/**
 * A device put together as `node/device/running-device.ts` does it, with places to look in: at the store, at the frames
 * of its links, and, for a page, with its items in memory instead of the folder.
 */
import { copyItems } from '../../node/cli/copy-items.ts';
import { itemsFolder, readDeviceFolder, type DeviceFolder } from '../../node/device/device-folder.ts';
import { peerAddresses } from '../../node/device/peer-addresses.ts';
import { startHost, type Host } from '../../protocol/network/host.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { ItemStore } from '../../protocol/store/item-store.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import type { FrameChannel } from '../../protocol/sync/channel.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import type { Link } from '../../protocol/sync/link.ts';
import { createSync } from '../../protocol/sync/link-driver.ts';
import { environment, must } from './bench-ward.ts';

export interface DeviceSetUp {
  /** The device's folder. */
  readonly path: string;
  /** `memory`: the folder's items are copied at the start, and nothing is written back. */
  readonly keep: 'disk' | 'memory';
  readonly listen: boolean;
  /** Multiaddrs with `/p2p/…`. */
  readonly peers: readonly string[];
}

export interface LookIns {
  readonly store?: (store: ItemStore) => ItemStore;
  readonly channel?: (channel: FrameChannel) => FrameChannel;
}

export interface BenchDevice {
  readonly folder: DeviceFolder;
  readonly replica: Replica;
  readonly host: Host;
  /** With `/p2p/…`. */
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

/** The replica alone; `go` puts it on the network. */
export async function openBenchDevice({ path, keep, listen, peers }: DeviceSetUp, lookIns: LookIns = {}): Promise<{ readonly folder: DeviceFolder; readonly replica: Replica; go(): Promise<BenchDevice> }> {
  const folder = must(await readDeviceFolder(path));
  const looked = lookIns.store ?? ((store) => store);
  const store = looked(keep === 'disk' ? await openLevelStore(itemsFolder(folder)) : new MemoryStore());
  const replica = await openReplica({ store, ward: folder.ward, log: environment.log });
  if (keep === 'memory') await copyFromFolder(folder, replica);

  return {
    folder,
    replica,
    async go() {
      const addressOf = peerAddresses(peers);
      const sync = createSync({ replica, environment, signer: deviceSigner(folder.key, folder.ward), memory: store });
      const host = await startHost({
        deviceKey: folder.key,
        replica,
        environment,
        transport: tcpTransport(),
        listen: listen ? ['/ip4/127.0.0.1/tcp/0'] : [],
        addressesOf: ({ id }) => addressOf(id),
        openLink: (channel) => sync.openLink(lookIns.channel?.(channel) ?? channel),
      });
      return {
        folder, replica, host,
        addresses: host.addresses().map((address) => `${address}/p2p/${host.peerId}`),
        async stop() {
          sync.close();
          await host.stop();
          await replica.close();
        },
      };
    },
  };
}

/** Resolves with the first link that is in sync. */
export function inSync(host: Host): Promise<Link> {
  return new Promise((resolve) => {
    const watch = (link: Link): void => {
      if (link.inSync) resolve(link);
      link.onEvent((event) => { if (event.type === 'in-sync') resolve(link); });
    };
    host.links().forEach(watch);
    host.onLink(watch);
  });
}

async function copyFromFolder(folder: DeviceFolder, into: Replica): Promise<void> {
  const store = await openLevelStore(itemsFolder(folder));
  const replica = await openReplica({ store, ward: folder.ward, log: environment.log });
  await copyItems(replica, into);
  await replica.close();
}
