/**
 * A disk that takes time to make a write durable, and a process that may die in between: what was not durable then is
 * there or not, as chance has it, but never in part.
 */
import type { Timers } from '../../protocol/codec/environment.ts';
import type { DocumentId } from '../../protocol/codec/ids.ts';
import type { Chain } from '../../protocol/items/item.ts';
import type { Append, ChainHead, DamagedItem, ForkEvidence, ItemStore, ReadLimit, Retraction, StoredItem } from '../../protocol/store/item-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import type { Random } from '../support/seeded.ts';

const MAX_FLUSH_MS = 8;

/** What is left of a device when its process dies. */
export class SimulatedDisk {
  readonly durable = new MemoryStore();
  readonly #timers: Timers;
  readonly #random: Random;
  #open: CrashingStore | undefined;

  constructor(timers: Timers, random: Random) {
    this.#timers = timers;
    this.#random = random;
  }

  /** For the process that starts now. */
  open(): ItemStore {
    this.#open = new CrashingStore(this.durable, this.#timers, this.#random);
    return this.#open;
  }

  crash(): void {
    this.#open?.crash();
  }
}

/** Of a dead process nothing comes back: its promises stay open for ever. */
class CrashingStore implements ItemStore {
  readonly #durable: MemoryStore;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #pending = new Set<() => Promise<void>>();
  #flushed: Promise<void> = Promise.resolve();
  #dead = false;

  constructor(durable: MemoryStore, timers: Timers, random: Random) {
    this.#durable = durable;
    this.#timers = timers;
    this.#random = random;
  }

  append(append: Append): Promise<void> {
    return this.#write(() => this.#durable.append(append));
  }

  setLocal(key: string, value: Uint8Array | null): Promise<void> {
    return this.#write(() => this.#durable.setLocal(key, value));
  }

  heads(): AsyncIterable<ChainHead> {
    return this.#durable.heads();
  }

  forks(): AsyncIterable<ForkEvidence> {
    return this.#durable.forks();
  }

  read(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<readonly StoredItem[]> {
    return this.#dead ? forever() : this.#durable.read(chain, fromSeq, limit);
  }

  examine(chain: Chain): AsyncIterable<StoredItem | DamagedItem> {
    return this.#durable.examine(chain);
  }

  retract(retractions: readonly Retraction[]): Promise<void> {
    return this.#write(() => this.#durable.retract(retractions));
  }

  getLocal(key: string): Promise<Uint8Array | null> {
    return this.#dead ? forever() : this.#durable.getLocal(key);
  }

  erase(documents: readonly DocumentId[]): Promise<void> {
    return this.#write(() => this.#durable.erase(documents));
  }

  destroy(): Promise<void> {
    return this.#durable.destroy();
  }

  async close(): Promise<void> {}

  crash(): void {
    this.#dead = true;
    let kept = true;
    // Writes reach the disk in order: the first that is lost takes the later ones with it.
    for (const write of this.#pending) {
      kept &&= this.#random.below(2) === 0;
      if (kept) void write();
    }
    this.#pending.clear();
  }

  #write(write: () => Promise<void>): Promise<void> {
    if (this.#dead) return forever();
    this.#pending.add(write);
    const delay = 1 + this.#random.below(MAX_FLUSH_MS);
    const before = this.#flushed;
    const written = new Promise<void>((resolve) => {
      this.#timers.after(delay, () => {
        void before.then(async () => {
          if (this.#dead) return;
          this.#pending.delete(write);
          await write();
          resolve();
        });
      });
    });
    this.#flushed = written;
    return written;
  }
}

function forever<T>(): Promise<T> {
  return new Promise(() => undefined);
}
