import { areBackupEntries, type BackupEntry } from '../../device/backups-control.ts';
import type { Command } from '../command.ts';
import { deviceFolder, FOLDER_OPTION } from '../folder-options.ts';
import { askAboutBackups } from '../keeping.ts';

export const backups: Command = {
  words: ['backups'],
  summary: 'List the backups that the ward knows of, and which hold sealed items of erased patients.',
  options: FOLDER_OPTION,
  about: `Each 'wardsync backup' is noted, signed by the device it was made of. Copies of a backup, and copies of disks made by other means, are not known here.
When a backup is destroyed, with every copy, say so: 'wardsync backups destroyed BACKUP'.`,
  async run(args, io) {
    const listed = await askAboutBackups(await deviceFolder(args), 'backups', '', areBackupEntries);
    io.result(listed, listed.length === 0 ? 'The ward knows of no backup.' : listed.map(lineOf).join('\n'));
  },
};

export function lineOf({ id, device, created, destroyed, erasedSince }: BackupEntry): string {
  const made = `${id.slice(0, 8)}  made ${created.slice(0, 16).replace('T', ' ')} of device ${device.slice(0, 8)}`;
  if (destroyed !== null) return `${made}; destroyed, as said ${destroyed.slice(0, 16).replace('T', ' ')}`;
  return erasedSince === 0 ? made : `${made}; made before ${erasedSince === 1 ? 'an erasure' : `${erasedSince} erasures`}: holds sealed items until it is destroyed`;
}
