/** CPU profiles of the processes of a benchmark, one for each question that they answer: `--profile DIR`. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

export const PROFILE_VARIABLE = 'WARDSYNC_BENCH_PROFILE';

export interface Profiler {
  /** Writes what has run since the last call as `<program>-<pid>-<number>-<name>.cpuprofile`. */
  cut(name: string): Promise<void>;
}

/** Undefined unless profiles were asked for. */
export async function startProfiler(program: string): Promise<Profiler | undefined> {
  const folder = process.env[PROFILE_VARIABLE];
  if (folder === undefined) return undefined;
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  let number = 0;
  return {
    async cut(name) {
      const { profile } = await session.post('Profiler.stop');
      writeFileSync(join(folder, `${program}-${process.pid}-${number++}-${name}.cpuprofile`), JSON.stringify(profile));
      await session.post('Profiler.start');
    },
  };
}
