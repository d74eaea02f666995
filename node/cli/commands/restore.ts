import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { restoreBackup } from '../../backup/restore-backup.ts';
import { CommandFailed, type Command } from '../command.ts';
import { FOLDER_OPTION } from '../folder-options.ts';
import { removeFolder } from '../../device/running-device.ts';
import { realEnvironment, silentLog } from '../../device/real-environment.ts';
import { joinDevice } from '../../device/join-device.ts';

export const restore: Command = {
  words: ['restore'],
  summary: 'Make a new archive of a backup: checks all of it, then joins the ward as a new device.',
  positionals: ['FILE'],
  options: {
    ...FOLDER_OPTION,
    code: { type: 'string', value: 'CODE', help: "a one-time code for an archive, from 'wardsync pair --kind archive'", required: true },
  },
  about: 'The backup has no device key: a restored archive is a new device, and catches up with its peers from where the backup ends.',
  async run(args, io) {
    const path = resolve(args.must('folder'));
    const file = resolve(args.positionals[0] ?? '');
    const beside = `${path}.restored`;
    await mkdir(join(path, '..'), { recursive: true });
    const restored = await restoreBackup({ file, folder: beside, onProgress: ({ bytes, totalBytes }) => io.progress(bytes, totalBytes, 'checking and restoring') });
    if (!restored.ok) throw new CommandFailed(restored.failure.message);
    const joined = await joinDevice({ code: args.must('code'), kind: 'archive', path, hosts: [], peers: [], environment: realEnvironment(silentLog), items: beside });
    if (!joined.ok) {
      await removeFolder({ path: beside });
      throw new CommandFailed(joined.failure.message);
    }
    io.result({ folder: path, items: restored.value.items }, `Restored ${restored.value.items} items; joined as a new archive. Start it with 'wardsync archive --folder ${path}'.`);
  },
};
