/** Folders that are made whole or not at all: what fails, or is stopped on the way, leaves nothing behind. */
import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fail, type Result } from '../../protocol/codec/result.ts';
import { ensureFolder } from '../../protocol/store/ensure-folder.ts';
import type { FolderFailure } from './device-folder.ts';
import { systemCode } from './system-error.ts';

/**
 * Runs `make` on a folder that is new, or there and empty. When it fails or throws, the folder is again as it was: gone,
 * or empty. The same when the process ends before it is done, unless it is killed.
 */
export async function makeFolder<T, F>(path: string, make: (path: string) => Promise<Result<T, F>>): Promise<Result<T, F | FolderFailure>> {
  let made: string | undefined;
  try {
    made = await ensureFolder(path);
    if ((await readdir(path)).length > 0) return fail({ code: 'not-empty', message: `${path} is not empty; name a new folder` });
  } catch (error) {
    return fail(unusable(path, error));
  }
  const undo = (): void => {
    for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
    if (made !== undefined) removeEmpty(resolve(path), made);
  };
  process.once('exit', undo);
  let isDone = false;
  try {
    const result = await make(path);
    isDone = result.ok;
    return result;
  } finally {
    process.removeListener('exit', undo);
    if (!isDone) undo();
  }
}

/** Removes `folder` and those above it up to `top`, as far as they are empty. */
export function removeEmpty(folder: string, top: string): void {
  try {
    rmdirSync(folder);
  } catch {
    return;
  }
  if (folder !== resolve(top)) removeEmpty(dirname(folder), top);
}

/** What the file system says of a folder that is to be written, as one line that says what to do. */
export function unusable(path: string, error: unknown): FolderFailure {
  const code = systemCode(error);
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return { code: 'not-writable', message: `${path} cannot be a folder: a file is in its way; name another` };
    case 'ENOSPC':
    case 'EDQUOT':
      return { code: 'not-writable', message: `${path} cannot be written: the disk is full; free some space, or choose another disk` };
    default:
      return { code: 'not-writable', message: `${path} cannot be written (${code}); choose another folder or mend its permissions` };
  }
}
