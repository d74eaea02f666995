/**
 * Items in a browser's IndexedDB: one object store of the same records that LevelDB keeps, transactions with
 * `durability: 'strict'`, reads in batches.
 *
 * Two pages with one database would each believe they are alone, so a Web Lock is held while the store is open.
 */
import { MalformedError } from '../codec/result.ts';
import { indexedDbError, openingError } from './indexeddb-error.ts';
import { StoreError, type ItemStore } from './item-store.ts';
import { RecordStore, type RecordBackend } from './record-store.ts';
import type { KeyRange, RecordEntry, RecordWrite } from './records.ts';

export interface IndexedDbOptions {
  /** Default: the browser's own; null where there is none, which is right only if nobody else can open the database. */
  readonly locks?: LockManager | null;
  /** Waits for another page to let go until this aborts (a page that reloads). Without it the answer comes at once. */
  readonly signal?: AbortSignal;
}

/**
 * Opens or makes the database `name`. Throws `StoreError`: `in-use` by another page, `not-writable` where the browser
 * keeps nothing (private window), `disk-full` beyond its quota, `newer-format`, `corrupt`.
 */
export async function openIndexedDbStore(name: string, options: IndexedDbOptions = {}): Promise<ItemStore> {
  const title = `The store “${name}” in this browser`;
  const locks = options.locks === undefined ? navigator.locks : options.locks;
  const release = locks === null ? () => undefined : await hold(locks, `wardsync-store/${name}`, title, options.signal);
  try {
    const database = await openDatabase(name, title);
    return await RecordStore.open(new IndexedDbBackend(title, database, release));
  } catch (error) {
    release();
    throw error;
  }
}

const RECORDS = 'records';
const CONTAINER_VERSION = 1;
const FIRST_BATCH = 32;
const LARGEST_BATCH = 256;

class IndexedDbBackend implements RecordBackend {
  readonly title: string;
  readonly #database: IDBDatabase;
  readonly #release: () => void;

  constructor(title: string, database: IDBDatabase, release: () => void) {
    this.title = title;
    this.#database = database;
    this.#release = release;
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const value = await this.#read((records) => records.get(key.slice()));
    return value === undefined ? undefined : bytesOf(value, 'record');
  }

  /**
   * Each batch is a transaction of its own, since one that waits for its reader would end by itself; batches double,
   * so that a short read is cheap and a long one is fast.
   */
  async *scan(range: KeyRange, limit: number): AsyncIterable<RecordEntry> {
    let rest = IDBKeyRange.bound(range.first.slice(), range.last.slice());
    let left = limit;
    for (let size = FIRST_BATCH; left > 0; size = Math.min(2 * size, LARGEST_BATCH)) {
      const entries = await this.#batch(rest, Math.min(size, left));
      yield* entries;
      const last = entries[size - 1];
      if (last === undefined) return;
      rest = IDBKeyRange.bound(last.key.slice(), range.last.slice(), true);
      left -= size;
    }
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#read((records) => records.count())) === 0;
  }

  write(writes: readonly RecordWrite[]): Promise<void> {
    return this.#change((records) => put(records, writes));
  }

  /** When the browser rewrites its files is its own affair. */
  async compact(): Promise<void> {}

  reset(writes: readonly RecordWrite[]): Promise<void> {
    return this.#change((records) => {
      records.clear();
      put(records, writes);
    });
  }

  async close(): Promise<void> {
    this.#database.close();
    this.#release();
  }

  #batch(range: IDBKeyRange, size: number): Promise<readonly RecordEntry[]> {
    return this.#guard(async () => {
      const records = this.#database.transaction(RECORDS).objectStore(RECORDS);
      const [keys, values] = await Promise.all([answer(records.getAllKeys(range, size)), answer(records.getAll(range, size))]);
      return keys.map((key, index) => ({ key: bytesOf(key, 'record key'), value: bytesOf(values[index], 'record') }));
    });
  }

  #read<T>(ask: (records: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return this.#guard(() => answer(ask(this.#database.transaction(RECORDS).objectStore(RECORDS))));
  }

  #change(change: (records: IDBObjectStore) => void): Promise<void> {
    return this.#guard(() => new Promise<void>((resolve, reject) => {
      const transaction = this.#database.transaction(RECORDS, 'readwrite', { durability: 'strict' });
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(transaction.error));
      change(transaction.objectStore(RECORDS));
      transaction.commit();
    }));
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw indexedDbError(this.title, error);
    }
  }
}

/** Resolves, once the lock is held, with what lets it go. */
function hold(locks: LockManager, name: string, title: string, signal: AbortSignal | undefined): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(new StoreError('in-use', `${title} is in use by another tab or window. Close that one, and this one opens.`));
    const options = signal === undefined ? { ifAvailable: true } : { signal };
    locks.request(name, options, (lock) => {
      if (lock === null) return refuse();
      return new Promise<void>((release) => resolve(release));
    }).catch((error: unknown) => (signal?.aborted === true ? refuse() : reject(error)));
  });
}

function openDatabase(name: string, title: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, CONTAINER_VERSION);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(RECORDS));
    request.addEventListener('success', () => {
      const database = request.result;
      // Somebody deletes the database ('forget this device'): let go, so that they can.
      database.addEventListener('versionchange', () => database.close());
      resolve(database);
    });
    request.addEventListener('error', () => reject(openingError(title, request.error)));
  });
}

function put(records: IDBObjectStore, writes: readonly RecordWrite[]): void {
  for (const { key, value } of writes) {
    if (value === null) records.delete(key.slice());
    else records.put(value, key.slice());
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

/** A binary key comes back as an `ArrayBuffer`, a value as it was put. */
function bytesOf(value: unknown, title: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new MalformedError(`${title}: not bytes`);
}
