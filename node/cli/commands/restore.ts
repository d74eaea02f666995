import { resolve } from 'node:path';
import { restoreBackup } from '../../backup/restore-backup.ts';
import { CommandFailed, type Command } from '../command.ts';
import { FOLDER_OPTION } from '../folder-options.ts';
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
  about: `The backup has no device key: a restored archive is a new device, and catches up with its peers from where the backup ends.
The folder must be new. It appears whole, or not at all.`,
  async run(args, io) {
    const path = resolve(args.must('folder'));
    const file = resolve(args.positionals[0] ?? '');
    let items = 0;
    const joined = await joinDevice({
      code: args.must('code'), kind: 'archive', path, hosts: [], peers: [], environment: realEnvironment(silentLog),
      fill: async (folder, ward) => {
        const restored = await restoreBackup({ file, folder, ward, onProgress: ({ bytes, totalBytes }) => io.progress(bytes, totalBytes, 'checking and restoring') });
        if (restored.ok) items = restored.value.items;
        return restored;
      },
    });
    if (!joined.ok) throw new CommandFailed(joined.failure.message);
    io.result({ folder: path, items }, `Restored ${items} items; joined as a new archive. Start it with 'wardsync archive --folder ${path}'.`);
  },
};
