import { askControl } from '../../device/control.ts';
import { countForks, type AlarmReport, type DeviceReport, type PeerReport } from '../../device/device-control.ts';
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
    const { replica, store } = opened.value;
    const report = {
      kind: folder.kind, ward: hexOf(replica.ward), device: hexOf(folder.id), items: replica.count, documents: [...replica.documents()].length,
      forks: await countForks(store),
    };
    await opened.value.close();
    const lines = [`Not running. ${report.kind} of ward ${report.ward.slice(0, 16)}…, ${report.items} items in ${report.documents} documents.`, ...forkLines(report.forks)];
    io.result({ running: false, ...report }, lines.join('\n'));
  },
};

function describe({ kind, ward, peerId, addresses, items, documents, forks, peers, memoryMiB }: DeviceReport): string {
  return [
    `${kind} of ward ${ward.slice(0, 16)}…, running, ${memoryMiB} MiB`, peerId, ...addresses, `${items} items in ${documents} documents`, ...forkLines(forks),
    `${peers.length} other devices`, ...peers.flatMap((peer) => [`  ${peer.kind.padEnd(8)} ${peer.device.slice(0, 16)}…  ${contactOf(peer)}`, ...peer.alarms.map((alarm) => `           ! ${alarmText(alarm)}`)]),
  ].join('\n');
}

function contactOf({ connected, inSync, lastContact }: PeerReport): string {
  if (connected) return inSync ? 'in sync' : 'syncing';
  return lastContact === undefined ? 'no contact since the start' : `last contact ${new Date(lastContact).toLocaleString()}`;
}

function alarmText(alarm: AlarmReport): string {
  const since = `(${new Date(alarm.at).toLocaleString()})`;
  switch (alarm.type) {
    case 'clock-skew':
      return `its clock is ${spanOf(Math.abs(alarm.milliseconds))} ${alarm.milliseconds > 0 ? 'ahead of' : 'behind'} this device's: set the one that is wrong ${since}`;
    case 'rolled-back':
      return `it has fewer items (${alarm.now}) than it once signed for (${alarm.before}): it was restored from a copy, or is not what it was ${since}`;
    case 'diverged':
      return `everything was compared, and it still claims to hold something else: look at its forks and its log ${since}`;
  }
}

function spanOf(milliseconds: number): string {
  const [unit, size] = SPANS.find(([, unitSize]) => milliseconds >= 2 * unitSize) ?? ['seconds', 1000];
  return `${Math.round(milliseconds / size)} ${unit}`;
}

const SPANS = [['days', 86_400_000], ['hours', 3_600_000], ['minutes', 60_000]] as const;

function forkLines(forks: number): readonly string[] {
  return forks === 0 ? [] : [`! ${forks} chains are forked: two versions of one place turned up, as when a device's folder was copied and both ran`];
}
