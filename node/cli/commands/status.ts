import { askControl } from '../../device/control.ts';
import type { DeviceReport } from '../../device/device-control.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { openFolderReplica } from '../../device/running-device.ts';
import { hexOf } from '../../../protocol/codec/ids.ts';
import { CommandFailed, type Command } from '../command.ts';
import { deviceFolder, FOLDER_OPTION } from '../folder-options.ts';

export const status: Command = {
  words: ['status'],
  summary: 'Say how a device is: running or not, its peers, what it holds.',
  options: FOLDER_OPTION,
  about: 'Needs no password, and so shows no names: kinds, ids, numbers and times.',
  async run(args, io) {
    const folder = await deviceFolder(args);
    const asked = await askControl(folder.path, 'status', null);
    if (asked.running) {
      if (asked.error !== undefined) throw new CommandFailed(asked.error);
      const report = asked.value as DeviceReport;
      return io.result({ running: true, ...report }, describe(report));
    }
    const opened = await openFolderReplica(folder, realEnvironment(silentLog));
    if (!opened.ok) throw new CommandFailed(opened.failure.message);
    const { replica } = opened.value;
    const report = { kind: folder.kind, ward: hexOf(replica.ward), device: hexOf(folder.id), items: replica.count, documents: [...replica.documents()].length };
    await opened.value.close();
    io.result({ running: false, ...report }, `Not running. ${report.kind} of ward ${report.ward.slice(0, 16)}…, ${report.items} items in ${report.documents} documents.`);
  },
};

function describe({ kind, ward, peerId, addresses, items, documents, peers, memoryMiB }: DeviceReport): string {
  const lines = peers.map((peer) =>
    `  ${peer.kind.padEnd(8)} ${peer.device.slice(0, 16)}…  ${peer.connected ? (peer.inSync ? 'in sync' : 'syncing') : `last contact ${peer.lastContact === undefined ? 'never' : new Date(peer.lastContact).toLocaleString()}`}`);
  return [`${kind} of ward ${ward.slice(0, 16)}…, running, ${memoryMiB} MiB`, `${peerId}`, ...addresses, `${items} items in ${documents} documents`, `${peers.length} other devices`, ...lines].join('\n');
}
