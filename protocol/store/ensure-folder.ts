/** Node only. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The folder `path` and those above it, for their owner alone. Resolves with the topmost one it made, `undefined` when
 * `path` was there. Throws the file system's own error.
 *
 * `mkdir` with `recursive` would do, were it not that it never returns under a file system that refuses with ENOENT
 * although the folder above is there (`/proc`, Node 18 to 24).
 */
export async function ensureFolder(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: 0o700 });
    return path;
  } catch (error) {
    if (isCode(error, 'EEXIST') && (await stat(path)).isDirectory()) return undefined;
    if (!isCode(error, 'ENOENT') || dirname(path) === path) throw error;
  }
  const top = await ensureFolder(dirname(path));
  await mkdir(path, { mode: 0o700 });
  return top ?? path;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
