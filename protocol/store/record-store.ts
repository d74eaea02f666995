/**
 * An `ItemStore` over anything that keeps sorted records: LevelDB in a process of its own, IndexedDB in a browser.
 */
import type { DocumentId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import type { Chain } from '../items/item.ts';
import { GroupCommit } from './group-commit.ts';
import {
  StoreError,
  type Append, type ChainHead, type DamagedItem, type ForkEvidence, type ItemStore, type ReadLimit, type Retraction, type StoredItem,
} from './item-store.ts';
import { ReadBudget } from './read-limit.ts';
import {
  ALL_FORKS, ALL_HEADS, FORMAT_VERSION, VERSION_KEY,
  examineItem, forkRecord, headRecord, itemKey, itemRecord, itemsFrom, localKey, localRecord, noHeadRecord,
  readFork, readHead, readItem, readLocal, readVersion, recordsOf, versionRecord,
  type KeyRange, type RecordEntry, type RecordWrite,
} from './records.ts';

/** What a database does for a store. Every method throws `StoreError` for what its user can do something about. */
export interface RecordBackend {
  /** How the database is called in messages, like `The store in /folder`. */
  readonly title: string;
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** In order of keys. `limit` is about how many will be read. */
  scan(range: KeyRange, limit: number): AsyncIterable<RecordEntry>;
  isEmpty(): Promise<boolean>;
  /** All or nothing, and durable. Not called again before it is done. */
  write(writes: readonly RecordWrite[]): Promise<void>;
  /** Rewrites what lies in these ranges, so that the bytes of removed records leave the disk; called twice, with something removed in each range between. */
  compact(ranges: readonly KeyRange[]): Promise<void>;
  /** Afterwards, durably, there is nothing but `writes`. */
  reset(writes: readonly RecordWrite[]): Promise<void>;
  close(): Promise<void>;
}

const REMOVED_AT_ONCE = 1000;

export class RecordStore implements ItemStore {
  readonly #backend: RecordBackend;
  readonly #commits: GroupCommit;
  #closing: Promise<void> | undefined;

  private constructor(backend: RecordBackend) {
    this.#backend = backend;
    this.#commits = new GroupCommit((writes) => backend.write(writes));
  }

  /** Checks the format, or begins a new store in an empty database. Closes the backend when it throws. */
  static async open(backend: RecordBackend): Promise<RecordStore> {
    try {
      const value = await backend.get(VERSION_KEY);
      if (value !== undefined) checkVersion(backend.title, value);
      else if (await backend.isEmpty()) await backend.write([versionRecord()]);
      else throw new StoreError('corrupt', `${backend.title} is not a Wardsync store, or has lost its version record. Nothing was changed in it.`);
      return new RecordStore(backend);
    } catch (error) {
      await backend.close();
      throw error;
    }
  }

  async append(append: Append): Promise<void> {
    this.#assertOpen();
    const writes = [
      ...append.items.map(itemRecord),
      ...append.heads.map(headRecord),
      ...(append.forks ?? []).map(forkRecord),
    ];
    if (writes.length > 0) await this.#commits.add(writes);
  }

  async *heads(): AsyncIterable<ChainHead> {
    yield* this.#scan(ALL_HEADS, Number.POSITIVE_INFINITY, readHead);
  }

  async *forks(): AsyncIterable<ForkEvidence> {
    yield* this.#scan(ALL_FORKS, Number.POSITIVE_INFINITY, readFork);
  }

  async read(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<readonly StoredItem[]> {
    const budget = new ReadBudget(limit);
    const items: StoredItem[] = [];
    for await (const stored of this.#scan(itemsFrom(chain, fromSeq), Math.max(1, limit.maxItems), readItem)) {
      if (!budget.take(stored.item)) break;
      items.push(stored);
    }
    return items;
  }

  async *examine(chain: Chain): AsyncIterable<StoredItem | DamagedItem> {
    yield* this.#scan(itemsFrom(chain, 1), Number.POSITIVE_INFINITY, examineItem);
  }

  async retract(retractions: readonly Retraction[]): Promise<void> {
    this.#assertOpen();
    const writes = retractions.flatMap(({ chain, records, head }): readonly RecordWrite[] => [
      ...records.map((seq) => ({ key: itemKey(chain, seq), value: null })),
      head === undefined ? noHeadRecord(chain) : headRecord(head),
    ]);
    if (writes.length > 0) await this.#commits.add(writes);
  }

  async getLocal(name: string): Promise<Uint8Array | null> {
    this.#assertOpen();
    const key = localKey(name);
    const value = await this.#backend.get(key);
    return value === undefined ? null : understood(this.#backend.title, () => readLocal({ key, value }));
  }

  async setLocal(name: string, value: Uint8Array | null): Promise<void> {
    this.#assertOpen();
    await this.#commits.add([localRecord(name, value)]);
  }

  async erase(documents: readonly DocumentId[]): Promise<void> {
    this.#assertOpen();
    // Everything appended before is on disk, and found by what follows.
    await this.#commits.add([]);
    const ranges = documents.flatMap(recordsOf);
    for (const range of ranges) await this.#removeAll(range);
    // The first round may leave a table in which records stand beside their own removal; the second lies over it.
    for (let round = 0; round < 2; round++) {
      await this.#commits.add(ranges.flatMap(({ first, last }) => [{ key: first, value: null }, { key: last, value: null }]));
      await this.#backend.compact(ranges);
    }
  }

  async #removeAll(range: KeyRange): Promise<void> {
    for (;;) {
      const writes: RecordWrite[] = [];
      for await (const { key } of this.#backend.scan(range, REMOVED_AT_ONCE)) {
        writes.push({ key, value: null });
        if (writes.length === REMOVED_AT_ONCE) break;
      }
      if (writes.length === 0) return;
      await this.#commits.add(writes);
    }
  }

  async destroy(): Promise<void> {
    this.#assertOpen();
    await this.#commits.settled();
    await this.#backend.reset([versionRecord()]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#commits.settled().then(() => this.#backend.close());
    return this.#closing;
  }

  async *#scan<T>(range: KeyRange, limit: number, decode: (entry: RecordEntry) => T): AsyncIterable<T> {
    this.#assertOpen();
    for await (const entry of this.#backend.scan(range, limit)) {
      yield understood(this.#backend.title, () => decode(entry));
      this.#assertOpen();
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StoreError('closed', `${this.#backend.title} is closed.`);
  }
}

/** One text for damage of every kind, since there is one thing to do about it. */
export function damaged(title: string, cause: unknown): StoreError {
  const what = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(
    'corrupt',
    `${title} is damaged (${what}). Move it away, then restore a backup or let this device fetch everything again from its peers.`,
    { cause },
  );
}

function checkVersion(title: string, value: Uint8Array): void {
  const version = understood(title, () => readVersion({ key: VERSION_KEY, value }));
  if (version === FORMAT_VERSION) return;
  throw new StoreError(
    'newer-format',
    `${title} has format ${version}; this program reads format ${FORMAT_VERSION}. Update the program. Nothing was changed in the store.`,
  );
}

function understood<T>(title: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedError) throw damaged(title, error);
    throw error;
  }
}
