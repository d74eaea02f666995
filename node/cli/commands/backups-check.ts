import { resolve } from 'node:path';
import { isBackupContent } from '../../device/backups-control.ts';
import type { Command } from '../command.ts';
import { deviceFolder, FOLDER_OPTION } from '../folder-options.ts';
import { askAboutBackups } from '../keeping.ts';

export const backupsCheck: Command = {
  words: ['backups', 'check'],
  summary: 'Look into a backup for anything of a patient who was erased since it was made.',
  positionals: ['FILE'],
  options: FOLDER_OPTION,
  about: 'Reads the whole file and checks its hash. What counts is the erasures that this device knows of.',
  async run(args, io) {
    const file = resolve(args.positionals[0] ?? '');
    const { id, items, erasedItems } = await askAboutBackups(await deviceFolder(args), 'backup-content', file, isBackupContent);
    const clean = erasedItems === 0;
    io.result({ file, id, items, erasedItems, clean }, clean
      ? `${file} (${id.slice(0, 8)}) holds nothing of an erased patient, in ${items} items.`
      : `${file} (${id.slice(0, 8)}) holds ${erasedItems} sealed items of erased patients. Destroy it and every copy, then: 'wardsync backups destroyed ${id.slice(0, 8)}'.`);
  },
};
