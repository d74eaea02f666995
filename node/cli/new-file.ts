/** Files that a command writes for people: new, whole or not at all, and readable by their owner alone. */
import { access } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { writeDurably } from '../device/device-folder.ts';
import { systemCode } from '../device/system-error.ts';
import { CommandFailed } from './command.ts';

/** Before the work is done for nothing. */
export async function assertNewFile(file: string): Promise<void> {
  const isThere = await access(file).then(() => true, () => false);
  if (isThere) throw new CommandFailed(reasonOf(file, 'EEXIST'));
  await access(dirname(file)).catch((error: unknown) => { throw new CommandFailed(reasonOf(file, systemCode(error))); });
}

export async function writeNewFile(file: string, content: string): Promise<void> {
  try {
    await writeDurably(dirname(file), basename(file), content);
  } catch (error) {
    throw new CommandFailed(reasonOf(file, systemCode(error)));
  }
}

function reasonOf(file: string, code: string): string {
  switch (code) {
    case 'EEXIST':
      return `${file} exists already, and nothing is replaced; name another file`;
    case 'ENOENT':
    case 'ENOTDIR':
      return `${file} cannot be written: its folder does not exist`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `${file} cannot be written: the disk is full, and nothing of it is left; free some space, or choose another disk`;
    default:
      return `${file} cannot be written (${code}): check who may write there`;
  }
}
