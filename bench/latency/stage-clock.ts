/** Where the time of a change goes: marks at the seams between the product's own parts, none of it inside them. */
import { hexOf, type AuthorId, type DocumentId } from '../../protocol/codec/ids.ts';
import type { DocumentEngine } from '../../protocol/documents/engine.ts';
import type { ItemStore } from '../../protocol/store/item-store.ts';
import { now } from '../harness/statistics.ts';

/** When an item was handed to the store, and when it was durable there. */
export interface Stored {
  readonly handed: number;
  readonly durable: number;
}

/** When each item was stored here, by chain and seq. */
export class StoreClock {
  readonly #stored = new Map<string, Stored>();

  watch(store: ItemStore): ItemStore {
    return {
      append: async (append) => {
        const handed = now();
        await store.append(append);
        const stored = { handed, durable: now() };
        for (const { document, author, seq } of append.items) this.#stored.set(nameOf(document, author, seq), stored);
      },
      heads: () => store.heads(),
      forks: () => store.forks(),
      read: (chain, fromSeq, limit) => store.read(chain, fromSeq, limit),
      getLocal: (key) => store.getLocal(key),
      setLocal: (key, value) => store.setLocal(key, value),
      examine: (chain) => store.examine(chain),
      retract: (retractions) => store.retract(retractions),
      erase: (documents) => store.erase(documents),
      destroy: () => store.destroy(),
      close: () => store.close(),
    };
  }

  of(document: DocumentId, author: AuthorId, seq: number): Stored {
    const stored = this.#stored.get(nameOf(document, author, seq));
    if (stored === undefined) throw new Error('an item was not stored here');
    return stored;
  }
}

/** When the engine last answered an edit, and was last asked to apply something. */
export class EngineClock {
  edited = Number.NaN;
  asked = Number.NaN;

  watch(engine: DocumentEngine): DocumentEngine {
    return {
      open: (document, changes) => engine.open(document, changes),
      apply: (document, changes) => {
        this.asked = now();
        return engine.apply(document, changes);
      },
      edit: async (document, patches, time) => {
        const edited = await engine.edit(document, patches, time);
        this.edited = now();
        return edited;
      },
      writers: (document) => engine.writers(document),
      close: (document) => engine.close(document),
      end: () => engine.end(),
    };
  }
}

function nameOf(document: DocumentId, author: AuthorId, seq: number): string {
  return `${hexOf(document)}/${hexOf(author)}/${seq}`;
}
