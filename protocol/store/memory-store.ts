/** An `ItemStore` that forgets everything with the process: for tests, simulations and trials. */
import { hexOf, type DocumentId } from '../codec/ids.ts';
import type { Chain, EncodedItem } from '../items/item.ts';
import {
  StoreError,
  type Append, type ChainHead, type ForkEvidence, type ItemStore, type ReadLimit, type Retraction, type StoredItem,
} from './item-store.ts';
import { ReadBudget } from './read-limit.ts';

export class MemoryStore implements ItemStore {
  readonly #chains = new Map<string, StoredItem[]>();
  readonly #heads = new Map<string, ChainHead>();
  readonly #forks = new Map<string, ForkEvidence>();
  readonly #local = new Map<string, Uint8Array>();
  #closed = false;

  async append(append: Append): Promise<void> {
    this.#assertOpen();
    for (const stored of append.items) this.#put({ ...stored, item: copyOf(stored.item) });
    for (const head of append.heads) this.#heads.set(keyOf(head), head);
    for (const fork of append.forks ?? []) this.#forks.set(keyOf(fork), { ...fork, other: copyOf(fork.other) });
  }

  async *heads(): AsyncIterable<ChainHead> {
    this.#assertOpen();
    yield* Array.from(this.#heads.values());
  }

  async *forks(): AsyncIterable<ForkEvidence> {
    this.#assertOpen();
    yield* Array.from(this.#forks.values());
  }

  async read(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<readonly StoredItem[]> {
    this.#assertOpen();
    const items = this.#chains.get(keyOf(chain)) ?? [];
    const budget = new ReadBudget(limit);
    const result: StoredItem[] = [];
    for (let index = placeOf(items, fromSeq); index < items.length; index++) {
      const stored = items[index];
      if (stored === undefined || !budget.take(stored.item)) break;
      result.push(stored);
    }
    return result;
  }

  async *examine(chain: Chain): AsyncIterable<StoredItem> {
    this.#assertOpen();
    yield* Array.from(this.#chains.get(keyOf(chain)) ?? []);
  }

  async retract(retractions: readonly Retraction[]): Promise<void> {
    this.#assertOpen();
    for (const { chain, records, head } of retractions) {
      const key = keyOf(chain);
      this.#chains.set(key, (this.#chains.get(key) ?? []).filter(({ seq }) => !records.includes(seq)));
      if (head === undefined) this.#heads.delete(key);
      else this.#heads.set(key, head);
    }
  }

  async getLocal(key: string): Promise<Uint8Array | null> {
    this.#assertOpen();
    return this.#local.get(key)?.slice() ?? null;
  }

  async setLocal(key: string, value: Uint8Array | null): Promise<void> {
    this.#assertOpen();
    if (value === null) this.#local.delete(key);
    else this.#local.set(key, value.slice());
  }

  async erase(documents: readonly DocumentId[]): Promise<void> {
    this.#assertOpen();
    for (const map of [this.#chains, this.#heads, this.#forks]) {
      for (const key of map.keys()) if (documents.some((document) => key.startsWith(hexOf(document)))) map.delete(key);
    }
  }

  async destroy(): Promise<void> {
    this.#assertOpen();
    for (const map of [this.#chains, this.#heads, this.#forks, this.#local]) map.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** Chains grow at the end, so the search is short in practice. */
  #put(stored: StoredItem): void {
    const key = keyOf(stored);
    const items = this.#chains.get(key);
    if (items === undefined) {
      this.#chains.set(key, [stored]);
      return;
    }
    const place = placeOf(items, stored.seq);
    items.splice(place, items[place]?.seq === stored.seq ? 1 : 0, stored);
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreError('closed', 'The store is closed.');
  }
}

/** Index of the first item whose seq is not below `seq`. */
function placeOf(items: readonly StoredItem[], seq: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keyOf(chain: Chain): string {
  return hexOf(chain.document) + hexOf(chain.author);
}

/** The caller's bytes may be views of a frame that is reused. */
function copyOf(item: EncodedItem): EncodedItem {
  return { fields: item.fields.slice(), body: item.body.slice(), signature: item.signature.slice() };
}
