import { resolve } from 'node:path';
import { backupDevice, type NotedBackup } from '../../backup/device-backup.ts';
import { askControl } from '../../device/control.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { withKeeping } from '../keeping.ts';
import { CommandFailed, type Command, type CommandIo } from '../command.ts';
import { deviceFolder, FOLDER_OPTION } from '../folder-options.ts';

export const backup: Command = {
  words: ['backup'],
  summary: 'Copy everything a device has into one file, while it runs or not.',
  positionals: ['FILE'],
  options: FOLDER_OPTION,
  about: "FILE must not exist. It is as encrypted as the device: whoever finds it reads nothing. The device's own key is not in it.",
  async run(args, io) {
    const folder = await deviceFolder(args);
    const file = resolve(args.positionals[0] ?? '');
    const asked = await askControl(folder.path, 'backup', file, (progress) => report(io, progress));
    if (asked.running) {
      if (asked.error !== undefined) throw new CommandFailed(asked.error);
      if (!isReport(asked.value)) throw new CommandFailed('the running process is of another version: stop it, or use its program');
      return told(io, file, asked.value);
    }
    const { clock } = realEnvironment(silentLog);
    await withKeeping(folder, async ({ store, ...keeping }) => {
      const made = await backupDevice(keeping, { store, file, ward: folder.ward, deviceKind: folder.kind, created: clock.now(), onProgress: (progress) => report(io, progress) });
      if (!made.ok) throw new CommandFailed(made.failure.message);
      told(io, file, made.value);
    });
  },
};

function isReport(value: unknown): value is NotedBackup {
  return typeof value === 'object' && value !== null && 'noted' in value && 'items' in value && typeof value.items === 'number' && 'bytes' in value && typeof value.bytes === 'number';
}

function told(io: CommandIo, file: string, made: NotedBackup): void {
  io.result({ file, ...made }, `Backed up ${made.items} items (${Math.ceil(made.bytes / 1024)} KiB) to ${file}. 'wardsync restore' makes a new archive of it.
Should a patient be erased later, this backup holds sealed items until it is destroyed: ${made.noted ? `the ward lists it as ${made.id.slice(0, 8)} ('wardsync backups').` : 'and the ward does not know of it, because this device may not write any more.'}`);
}

function report(io: CommandIo, progress: unknown): void {
  const items = typeof progress === 'object' && progress !== null && 'items' in progress && typeof progress.items === 'number' ? progress.items : 0;
  io.progress(items, undefined, 'items copied');
}
