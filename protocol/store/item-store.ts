/**
 * Where a replica keeps its items: a tiny interface, one contract suite (`test/store/contract.ts`) and three
 * implementations (memory, LevelDB, IndexedDB). A store knows chains and bytes; it checks nothing and decides nothing.
 */
import type { AuthorId, DocumentId, ItemId } from '../codec/ids.ts';
import type { Chain, EncodedItem } from '../items/item.ts';

export interface StoredItem {
  readonly document: DocumentId;
  readonly author: AuthorId;
  readonly seq: number;
  readonly item: EncodedItem;
}

/** The last item of a chain. `heads` are the ward-log heads in force there (ITEM-4), `bytes` the chain's stored size. */
export interface ChainHead extends Chain {
  readonly seq: number;
  readonly id: ItemId;
  readonly heads: readonly ItemId[];
  readonly bytes: number;
}

/** A record that is not what was written there. */
export interface DamagedItem extends Chain {
  readonly seq: number;
  /** What is wrong with it, for the local log. */
  readonly damage: string;
}

/** What is given up of a chain (STORE-5): its damaged records, and its head, until what was lost has been fetched again. */
export interface Retraction {
  readonly chain: Chain;
  /** Numbers of the records that are removed. */
  readonly records: readonly number[];
  /** The last item before the first of them; undefined where there is none. What lies beyond stays. */
  readonly head: ChainHead | undefined;
}

/** Two different items with one place in a chain (ITEM-5); kept once per chain, the last one written. */
export interface ForkEvidence extends Chain {
  readonly seq: number;
  readonly kept: ItemId;
  readonly other: EncodedItem;
}

/** One atomic write: all of it is there after a crash, or none. */
export interface Append {
  readonly items: readonly StoredItem[];
  /** The new heads of the chains that `items` extend. */
  readonly heads: readonly ChainHead[];
  readonly forks?: readonly ForkEvidence[];
}

export interface ReadLimit {
  readonly maxItems: number;
  readonly maxBytes: number;
}

/** What can go wrong that a user can do something about. Thrown by every method. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: 'disk-full' | 'not-writable' | 'in-use' | 'corrupt' | 'newer-format' | 'closed';
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface ItemStore {
  /** Resolves when everything is durable (fsynced, or `durability: 'strict'`). Concurrent calls share one flush. */
  append(append: Append): Promise<void>;
  /** Every chain head, in no particular order. */
  heads(): AsyncIterable<ChainHead>;
  forks(): AsyncIterable<ForkEvidence>;
  /**
   * Items of a chain from `fromSeq` on, in order: at least one if there is one, then as many as fit the limit.
   */
  read(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<readonly StoredItem[]>;
  /** Every item of a chain in order, also what cannot be read any more: for checking. */
  examine(chain: Chain): AsyncIterable<StoredItem | DamagedItem>;
  /** One write: all of it is there after a crash, or none. */
  retract(retractions: readonly Retraction[]): Promise<void>;
  /** A small value of this replica's own (device name, notes to itself); null when absent. Keys are up to 64 ASCII characters. */
  getLocal(key: string): Promise<Uint8Array | null>;
  setLocal(key: string, value: Uint8Array | null): Promise<void>;
  /**
   * Removes all items, heads and forks of these documents, and their bytes from the disk as far as the store can.
   * Resolves when that is durable; what was interrupted is to be asked for again. Nothing is appended to them meanwhile.
   */
  erase(documents: readonly DocumentId[]): Promise<void>;
  /** Removes every item and every local value, durably; the store is then as new, and open. Nothing is appended meanwhile. */
  destroy(): Promise<void>;
  /** Idempotent. Calls after it throw `StoreError('closed')`. */
  close(): Promise<void>;
}
