/** What a running device answers on its control socket: how it is, and a backup. Public facts only. */
import { hexOf } from '../../protocol/codec/ids.ts';
import type { Environment } from '../../protocol/codec/environment.ts';
import type { ItemStore } from '../../protocol/store/item-store.ts';
import { backupDevice } from '../backup/device-backup.ts';
import type { Alarm } from './alarms.ts';
import { backupsControl } from './backups-control.ts';
import type { ControlHandlers } from './control.ts';
import type { RunningDevice } from './running-device.ts';

export interface PeerReport {
  readonly device: string;
  readonly kind: string;
  readonly connected: boolean;
  readonly inSync: boolean;
  readonly address?: string;
  /** ISO time. */
  readonly lastContact?: string;
  /** What its link told lately that somebody should look at. */
  readonly alarms: readonly AlarmReport[];
}

export type AlarmReport = Alarm & {
  /** ISO time. */
  readonly at: string;
};

export interface DeviceReport {
  readonly kind: string;
  readonly ward: string;
  readonly device: string;
  readonly peerId: string;
  readonly addresses: readonly string[];
  readonly items: number;
  readonly documents: number;
  /** Chains of which two versions turned up: a device that was copied or restored, or somebody who cheats (ITEM-5). */
  readonly forks: number;
  readonly peers: readonly PeerReport[];
  readonly memoryMiB: number;
}

export function deviceControl(device: RunningDevice, environment: Environment): ControlHandlers {
  return {
    status: () => reportOf(device),
    backup: async (argument, progress) => {
      if (typeof argument !== 'string') throw new Error('backup needs a file');
      const made = await backupDevice(device, {
        store: device.store, file: argument, ward: device.folder.ward, deviceKind: device.folder.kind, created: environment.clock.now(), onProgress: progress,
      });
      if (!made.ok) throw new Error(made.failure.message);
      return made.value;
    },
    ...backupsControl(device),
  };
}

async function reportOf({ folder, replica, store, host, alarms }: RunningDevice): Promise<DeviceReport> {
  const { devices } = replica.state();
  return {
    kind: folder.kind,
    ward: hexOf(replica.ward),
    device: hexOf(folder.id),
    peerId: host.peerId,
    addresses: host.addresses(),
    items: replica.count,
    documents: [...replica.documents()].length,
    forks: await countForks(store),
    peers: host.peers().flatMap(({ device, link, address, lastContact }): PeerReport[] => {
      const known = devices.get(hexOf(device));
      if (known === undefined || known.removal !== undefined) return [];
      return [{
        device: hexOf(device), kind: known.kind, connected: link !== undefined, inSync: link?.inSync ?? false,
        ...(address !== undefined && { address }), ...(lastContact !== undefined && { lastContact: new Date(lastContact).toISOString() }),
        alarms: alarms.of(device).map((alarm) => ({ ...alarm, at: new Date(alarm.at).toISOString() })),
      }];
    }),
    memoryMiB: Math.round(process.memoryUsage.rss() / 1024 / 1024),
  };
}

export async function countForks(store: Pick<ItemStore, 'forks'>): Promise<number> {
  let count = 0;
  for await (const _fork of store.forks()) count += 1;
  return count;
}
