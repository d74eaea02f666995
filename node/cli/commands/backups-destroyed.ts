import { isBackupEntry } from '../../device/backups-control.ts';
import type { Command } from '../command.ts';
import { deviceFolder, FOLDER_OPTION } from '../folder-options.ts';
import { askAboutBackups } from '../keeping.ts';
import { lineOf } from './backups.ts';

export const backupsDestroyed: Command = {
  words: ['backups', 'destroyed'],
  summary: 'Say that a backup is destroyed, with every copy of it.',
  positionals: ['BACKUP'],
  options: FOLDER_OPTION,
  about: "BACKUP is the beginning of its id, as 'wardsync backups' shows it (8 digits or more). This device signs it; nobody can check it.",
  async run(args, io) {
    const entry = await askAboutBackups(await deviceFolder(args), 'backup-destroyed', args.positionals[0] ?? '', isBackupEntry);
    io.result(entry, lineOf(entry));
  },
};
