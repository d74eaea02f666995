/**
 * Group commit: while one flush is under way, the appends that arrive wait together and share the next one. A flush
 * costs the same for one append as for a hundred.
 */
import type { RecordWrite } from './records.ts';

/** Ends a group, so that a flush takes a bounded time. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024;

interface Waiting {
  readonly writes: readonly RecordWrite[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #flush: (writes: readonly RecordWrite[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  /** `flush` writes all or nothing, durably; it is never called twice at once. */
  constructor(flush: (writes: readonly RecordWrite[]) => Promise<void>) {
    this.#flush = flush;
  }

  /** Resolves when `writes` are durable; rejects with what `flush` threw for the group they were in. */
  add(writes: readonly RecordWrite[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, bytes: bytesOf(writes), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is under way or waiting. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#flush(group.flatMap(({ writes }) => writes));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }

  #takeGroup(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count > 0 && bytes > MAX_GROUP_BYTES) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}

function bytesOf(writes: readonly RecordWrite[]): number {
  let bytes = 0;
  for (const { key, value } of writes) bytes += key.length + (value?.length ?? 0);
  return bytes;
}
