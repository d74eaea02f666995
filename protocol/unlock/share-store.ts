/**
 * Where a node keeps shares and counters: small records by name. The contract (`test/unlock/share-store.ts`) holds for
 * every implementation: what `put` has resolved for survives a crash, and what `destroy` has is not to be had again.
 */
export interface ShareStore {
  /** Every record, and the names of those that are there and cannot be read. */
  load(): Promise<StoredShares>;
  /** Replaces the record, whole or not at all; durable (fsync) when it resolves. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Overwrites the record and removes it; durable when it resolves. A record that is not there is gone already. */
  destroy(name: string): Promise<void>;
}

export interface StoredShares {
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly damaged: readonly string[];
}

/** Names are lower-case hex, `-` and one extension. */
export function isRecordName(name: string): boolean {
  return /^[0-9a-f]{1,64}(?:-[0-9a-f]{1,64})?\.[a-z]{1,8}$/.test(name);
}

/** For tests, and for a node that is to keep nothing. */
export class MemoryShareStore implements ShareStore {
  readonly #records = new Map<string, Uint8Array>();

  load(): Promise<StoredShares> {
    return Promise.resolve({ records: new Map(Array.from(this.#records, ([name, bytes]) => [name, bytes.slice()])), damaged: [] });
  }

  put(name: string, bytes: Uint8Array): Promise<void> {
    if (!isRecordName(name)) throw new RangeError(`no name of a record: ${name}`);
    this.#records.set(name, bytes.slice());
    return Promise.resolve();
  }

  destroy(name: string): Promise<void> {
    this.#records.get(name)?.fill(0);
    this.#records.delete(name);
    return Promise.resolve();
  }
}
