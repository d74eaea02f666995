/** A LevelDB's folder, where its files alone decide: whether it may be opened, has room, or is being emptied. */
import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { MalformedError } from '../codec/result.ts';

/** Opening a LevelDB writes its log out to a table and begins a new manifest and log. */
const NEEDED = 8 * 1024 * 1024;
const CHUNK = new Uint8Array(256 * 1024);
/** Stands while the database is being removed, so that a removal that was cut short is finished at the next opening. */
const MARKER = 'emptying';

/**
 * Throws the file system's own error when `folder` cannot take another 8 MiB. It writes them: free space as reported
 * knows nothing of quotas and limits.
 */
export async function assertSpace(folder: string): Promise<void> {
  const path = join(folder, 'space-probe');
  try {
    const file = await open(path, 'w', 0o600);
    try {
      for (let written = 0; written < NEEDED; ) written += (await file.write(CHUNK)).bytesWritten;
      await file.datasync();
    } finally {
      await file.close();
    }
  } finally {
    await unlink(path).catch(() => undefined);
  }
}

/**
 * Where the file `CURRENT` is missing LevelDB begins a new database and deletes the tables of the one before. So tables
 * or logs without it are damage (`MalformedError`), which a copy of that small file may heal.
 */
export async function assertNotHeadless(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.includes('CURRENT') || !names.some((name) => /\.(ldb|sst|log)$/.test(name))) return;
  throw new MalformedError('the file CURRENT is missing');
}

export async function isBeingEmptied(folder: string): Promise<boolean> {
  return (await readdir(folder)).includes(MARKER);
}

/** Durable: from here on the content of `folder` is lost. */
export async function beginEmptying(folder: string): Promise<void> {
  const file = await open(join(folder, MARKER), 'w', 0o600);
  await file.close();
  await flushFolder(folder);
}

/** Removes the files of a closed database, so that their bytes leave the disk, and then the marker. */
export async function removeDatabase(folder: string): Promise<void> {
  await ClassicLevel.destroy(folder);
  await flushFolder(folder);
  await unlink(join(folder, MARKER));
  await flushFolder(folder);
}

/** Makes creations and removals in `folder` durable. Windows knows no such thing and refuses to open a folder. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
