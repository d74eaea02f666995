/**
 * Carries erasures out (ERASE-2). What the log says is erased goes from the replica's view in the same turn, so that
 * digests agree with every peer that has the same log; then it is destroyed on disk. What is destroyed is noted, so
 * that a destruction that was interrupted is finished at the next start.
 */
import type { Log } from '../codec/environment.ts';
import { documentId, hexOf, type DocumentId, type Hex } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fromBytes, list, record, toBytes, uint } from '../codec/shape.ts';
import { StoreError, type ItemStore } from '../store/item-store.ts';
import type { Contents } from './contents.ts';

/** What this replica has destroyed. */
export interface Erased {
  /** Items that were here and are no more: they still count as ever stored. At least; a crash may count some twice. */
  items: number;
  documents: ReadonlySet<Hex<DocumentId>>;
}

const MAX_DOCUMENTS = 100_000;
const MAX_NOTE_LENGTH = 2 * 1024 * 1024;
const NOTE = 'erased';
const noteShape = record({ items: uint(), documents: list(documentId.shape, MAX_DOCUMENTS) });

export async function readErased(store: ItemStore): Promise<Erased> {
  const note = await store.getLocal(NOTE);
  if (note === null) return { items: 0, documents: new Set() };
  try {
    const { items, documents } = fromBytes(noteShape, note, MAX_NOTE_LENGTH, 'note of erasures');
    return { items, documents: new Set(documents.map(hexOf)) };
  } catch (error) {
    if (error instanceof MalformedError) throw new StoreError('corrupt', `The note of erasures in the store is damaged: ${error.message}.`);
    throw error;
  }
}

/** So many items more count as stored, although they are not here any more. */
export async function noteStored(store: ItemStore, items: number): Promise<void> {
  const { items: before, documents } = await readErased(store);
  await writeErased(store, before + items, documents);
}

function writeErased(store: ItemStore, items: number, documents: ReadonlySet<Hex<DocumentId>>): Promise<void> {
  return store.setLocal(NOTE, toBytes(noteShape, { items, documents: [...documents].map((hex) => documentId.fromHex(hex)) }));
}

export class Erasing {
  readonly #contents: Contents;
  readonly #log: Log;
  readonly #onDropped: (documents: readonly DocumentId[]) => void;
  readonly #onDestroyed: () => void;
  #working: Promise<void> = Promise.resolve();

  constructor(contents: Contents, log: Log, onDropped: (documents: readonly DocumentId[]) => void, onDestroyed: () => void) {
    this.#contents = contents;
    this.#log = log;
    this.#onDropped = onDropped;
    this.#onDestroyed = onDestroyed;
  }

  /** The log may say something new. */
  follow(): void {
    const { state: { erased }, index, forks, erased: done } = this.#contents;
    if (erased.size === 0 && done.documents.size === 0) return;
    const dropped = [...index.documents()].filter((document) => erased.has(hexOf(document)));
    for (const document of dropped) done.items += index.drop(document);
    for (const [chain, fork] of forks) if (erased.has(hexOf(fork.document))) forks.delete(chain);
    if (dropped.length > 0) this.#onDropped(dropped);
    this.#working = this.#working.then(() => this.#destroy());
  }

  /** Resolves when everything known by now is destroyed, or has failed to be. */
  idle(): Promise<void> {
    return this.#working;
  }

  /** A failure, as on a full disk, is logged; it is tried again when the log grows and at the next start. */
  async #destroy(): Promise<void> {
    const { state: { erased }, store, erased: done } = this.#contents;
    const owed = [...erased].filter((document) => !done.documents.has(document)).map((hex) => documentId.fromHex(hex));
    const isUndone = [...done.documents].some((document) => !erased.has(document));
    if (owed.length === 0 && !isUndone) return;
    try {
      await this.#note(done.documents);
      if (owed.length > 0) await store.erase(owed);
      const documents = new Set(erased);
      await this.#note(documents);
      done.documents = documents;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#log.event('erasure-failed', { code: error.code });
      return;
    }
    this.#onDestroyed();
  }

  #note(documents: ReadonlySet<Hex<DocumentId>>): Promise<void> {
    const { store, erased: { items } } = this.#contents;
    return writeErased(store, items, documents);
  }
}
