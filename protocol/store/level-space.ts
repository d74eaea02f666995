import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Opening a LevelDB writes its log out to a table and begins a new manifest and log. */
const NEEDED = 8 * 1024 * 1024;
const CHUNK = new Uint8Array(256 * 1024);

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
