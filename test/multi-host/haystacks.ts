/** Where a secret could be left: a process's memory, a folder, a capture of the network. All as streams of bytes. */
import { createReadStream } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK = 4 * 1024 * 1024;

/** Everything the process has written to memory; what it only maps from files is left out. */
export async function* memoryOf(pid: number): AsyncIterable<Uint8Array> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  const memory = await open(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of maps.split('\n')) {
      const [, from = '', to = '', rights = '', path = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
      if (!rights.startsWith('r') || path === '[vvar]' || path === '[vsyscall]' || (path.startsWith('/') && !rights.startsWith('rw'))) continue;
      yield* region(memory, Number.parseInt(from, 16), Number.parseInt(to, 16));
    }
  } finally {
    await memory.close();
  }
}

/** How the process was called: its command line, which every user of the machine can read, and its environment. */
export async function* callOf(pid: number): AsyncIterable<Uint8Array> {
  yield await readFile(`/proc/${pid}/cmdline`);
  yield await readFile(`/proc/${pid}/environ`);
}

/** Whether the system lets one look, as it does not everywhere. Says so where it does not. */
export async function isMemoryReadable(pid: number): Promise<boolean> {
  try {
    const memory = await open(`/proc/${pid}/mem`, 'r');
    await memory.close();
    return true;
  } catch (error) {
    console.error(`NOT RUN: the memory of other processes is not searched (${error instanceof Error ? error.message : 'unknown'})`);
    return false;
  }
}

/** The bytes of every file below. */
export async function* filesIn(folder: string): AsyncIterable<Uint8Array> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) yield* createReadStream(join(entry.parentPath, entry.name), { highWaterMark: CHUNK }) as AsyncIterable<Buffer>;
  }
}

/** Regions of one process end where others begin, so a seam between two means nothing; what is gone meanwhile is skipped. */
async function* region(memory: Awaited<ReturnType<typeof open>>, from: number, to: number): AsyncIterable<Uint8Array> {
  for (let position = from; position < to;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, to - position));
    const read = await memory.read(chunk, 0, chunk.length, position).catch(() => undefined);
    if (read === undefined || read.bytesRead === 0) return;
    yield chunk.subarray(0, read.bytesRead);
    position += read.bytesRead;
  }
}
