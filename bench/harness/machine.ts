/** What the figures were measured on: without it they say nothing. */
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median, now } from './statistics.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Median milliseconds of writing 500 bytes and flushing them to the disk that the benchmarks use. */
  readonly flushMilliseconds: number;
  /** Processes that wanted a core over the last minute, before anything was measured: above 0.5 somebody else is at work. */
  readonly loadBefore: number;
}

export async function describeMachine(): Promise<Machine> {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    flushMilliseconds: Math.round((await flushMilliseconds()) * 100) / 100,
  };
}

async function flushMilliseconds(): Promise<number> {
  const path = join(tmpdir(), `wardsync-bench-flush-${process.pid}`);
  const file = await open(path, 'w');
  const times: number[] = [];
  try {
    for (let round = 0; round < 50; round++) {
      const start = now();
      await file.write(randomBytes(500));
      await file.datasync();
      times.push(now() - start);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return median(times);
}
