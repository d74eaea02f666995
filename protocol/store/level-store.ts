/** Items in a folder, through LevelDB. Node only: apps under `node/` import it, browsers never do. */
import { ClassicLevel } from 'classic-level';
import { hexOf } from '../codec/ids.ts';
import { ensureFolder } from './ensure-folder.ts';
import type { ChainHead, ItemStore } from './item-store.ts';
import { levelError } from './level-error.ts';
import { assertNotHeadless, assertSpace, beginEmptying, isBeingEmptied, removeDatabase } from './level-folder.ts';
import { damaged, RecordStore, type RecordBackend } from './record-store.ts';
import { itemKey, type KeyRange, type RecordEntry, type RecordWrite } from './records.ts';

/**
 * Opens the store in `folder`, which is made if it is not there. One process at a time.
 *
 * Throws `StoreError`: `in-use`, `not-writable`, `disk-full`, `newer-format`, or `corrupt` when it is not a store or a
 * chain's head has no item; `unchecked` leaves that to the caller, who examines everything.
 */
export async function openLevelStore(folder: string, heads: 'checked' | 'unchecked' = 'checked'): Promise<ItemStore> {
  const backend = await LevelBackend.open(folder);
  const store = await RecordStore.open(backend);
  try {
    if (heads === 'checked') await backend.checkHeads(store.heads());
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

type Database = ClassicLevel<Uint8Array, Uint8Array>;

const EVERYTHING: KeyRange = { first: new Uint8Array(0), last: Uint8Array.of(0xff) };
const HEADS_AT_ONCE = 1000;

interface FailedWrite {
  readonly writes: readonly RecordWrite[];
  /** What stood there before, once it is known. */
  undo?: readonly RecordWrite[];
}

class LevelBackend implements RecordBackend {
  readonly title: string;
  readonly #folder: string;
  readonly #database: Database;
  /** Set by a failed write until the database was opened anew (see `#recover`). */
  #failed: FailedWrite | undefined;
  #reopening: Promise<void> | undefined;

  private constructor(folder: string, database: Database) {
    this.title = `The store in ${folder}`;
    this.#folder = folder;
    this.#database = database;
  }

  static async open(folder: string): Promise<LevelBackend> {
    try {
      await ensureFolder(folder);
      if (await isBeingEmptied(folder)) await removeDatabase(folder);
      await assertNotHeadless(folder);
      const database: Database = new ClassicLevel(folder, { keyEncoding: 'view', valueEncoding: 'view' });
      const backend = new LevelBackend(folder, database);
      await database.open();
      return backend;
    } catch (error) {
      throw levelError(`The store in ${folder}`, error);
    }
  }

  get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#guard(async () => {
      await this.#readable();
      const value = await this.#database.get(key);
      return value === undefined ? undefined : plain(value);
    });
  }

  async *scan(range: KeyRange, limit: number): AsyncIterable<RecordEntry> {
    try {
      await this.#readable();
      const options = { gte: range.first, lte: range.last, limit: Number.isFinite(limit) ? limit : -1 };
      for await (const [key, value] of this.#database.iterator(options)) yield { key: plain(key), value: plain(value) };
    } catch (error) {
      throw levelError(this.title, error);
    }
  }

  async isEmpty(): Promise<boolean> {
    for await (const _entry of this.scan(EVERYTHING, 1)) return false;
    return true;
  }

  write(writes: readonly RecordWrite[]): Promise<void> {
    return this.#guard(async () => {
      const failed = this.#failed;
      if (failed !== undefined) await this.#alone(() => this.#recover(failed));
      await this.#batch(writes);
    });
  }

  compact(ranges: readonly KeyRange[]): Promise<void> {
    return this.#guard(async () => {
      await this.#readable();
      for (const { first, last } of ranges) await this.#database.compactRange(first, last, { keyEncoding: 'view' });
    });
  }

  reset(writes: readonly RecordWrite[]): Promise<void> {
    return this.#guard(() => this.#alone(async () => {
      await this.#database.close();
      await beginEmptying(this.#folder);
      await removeDatabase(this.#folder);
      await this.#database.open();
      this.#failed = undefined;
      await this.#batch(writes);
    }));
  }

  async close(): Promise<void> {
    await this.#readable();
    await this.#database.close();
  }

  /** The item of every head has to be there: a store that lost a table file is noticed before it is served from. */
  async checkHeads(heads: AsyncIterable<ChainHead>): Promise<void> {
    let batch: ChainHead[] = [];
    const check = () => this.#guard(async () => {
      const present = await this.#database.hasMany(batch.map((head) => itemKey(head, head.seq)));
      const lost = batch[present.indexOf(false)];
      if (lost !== undefined) throw damaged(this.title, `item ${lost.seq} of a chain in document ${hexOf(lost.document)} is missing`);
      batch = [];
    });
    for await (const head of heads) {
      batch.push(head);
      if (batch.length === HEADS_AT_ONCE) await check();
    }
    await check();
  }

  /** Reading waits while the database is opened anew, and goes on whether or not that succeeded. */
  async #readable(): Promise<void> {
    await this.#reopening?.catch(() => undefined);
  }

  async #alone(action: () => Promise<void>): Promise<void> {
    this.#reopening = action().finally(() => { this.#reopening = undefined; });
    await this.#reopening;
  }

  async #batch(writes: readonly RecordWrite[]): Promise<void> {
    const operations = writes.map(({ key, value }) => (value === null ? { type: 'del' as const, key } : { type: 'put' as const, key, value }));
    try {
      await this.#database.batch(operations, { sync: true });
    } catch (error) {
      this.#failed ??= { writes };
      throw error;
    }
  }

  /**
   * After a failed write LevelDB's log may end in half a record, behind which later records would be lost at the next
   * opening although they were acknowledged; and the failed write may turn up again whole. So before anything else is
   * written the database is opened anew, which begins a new log, and the failed write is undone.
   *
   * While the disk is full the database stays as it is, readable.
   */
  async #recover(failed: FailedWrite): Promise<void> {
    failed.undo ??= await this.#asBefore(failed.writes);
    await assertSpace(this.#folder);
    await this.#database.close();
    await this.#database.open();
    await this.#batch(failed.undo);
    this.#failed = undefined;
  }

  async #asBefore(writes: readonly RecordWrite[]): Promise<readonly RecordWrite[]> {
    const keys = writes.map(({ key }) => key);
    const values = await this.#database.getMany(keys);
    return keys.map((key, index) => ({ key, value: values[index] ?? null }));
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw levelError(this.title, error);
    }
  }
}

/** LevelDB hands out `Buffer`s; callers get what they put in. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
