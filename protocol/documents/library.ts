/**
 * The documents that this user can open: follows the replica, opens what becomes readable, writes what is edited.
 *
 * The replica stays the truth. A document here is its reading, and can be thrown away and read again at any time,
 * which is also how the library gets over an engine that died (DOC-3).
 */
import { produceWithPatches, enablePatches, type Draft } from 'immer';
import { hexOf, type AuthorId, type DocumentId, type Hex, type ItemId, type TeamId } from '../codec/ids.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Replica } from '../replica/replica.ts';
import { ChainReader, type SetAside } from './chain-reader.ts';
import type { OpenedItem } from './change-graph.ts';
import type { ChainPosition } from './changeset.ts';
import { EngineDied, EngineRefused, type DocumentEngine, type EntryWriters, type JsonObject, type Patch } from './engine.ts';

enablePatches();

/** One document as it is now. `value` is frozen plain JSON; undefined while nothing of it could be opened. */
export interface OpenDocument {
  readonly id: DocumentId;
  readonly value: JsonObject | undefined;
  /** Grows by one with each new value, and when something else is set aside. */
  readonly version: number;
  /** Something of it is here for which there is no key. */
  readonly waitsForKey: boolean;
  /** Teams that have a key of it which is not here. */
  readonly closedTo: readonly TeamId[];
  /** What is here and not merged. */
  readonly setAside: readonly SetAside[];
}

/** Puts changes into the replica: seals, signs, offers. Rejects when they could not be made durable. */
export type WriteChanges = (document: DocumentId, position: ChainPosition, changes: readonly Uint8Array[]) => Promise<ChainPosition>;

export interface LibraryOptions {
  readonly replica: Replica;
  readonly keyring: Keyring;
  readonly engine: DocumentEngine;
  /** This session, which is the actor of its edits. */
  readonly session: AuthorId;
  readonly write: WriteChanges;
  readonly now: () => number;
}

interface Entry {
  readonly id: DocumentId;
  reader: ChainReader;
  value: JsonObject | undefined;
  version: number;
  /** The engine holds this document. */
  loaded: boolean;
  /** Items one by one, so that a dying engine names its culprit. */
  careful: boolean;
  /** Items that the engine refused or died of: never given to it again. */
  readonly culprits: Map<Hex<ItemId>, SetAside>;
  /** As it was shown last. */
  setAside: readonly SetAside[];
  queue: Promise<unknown>;
  /** A refresh that has not begun: it will read whatever arrives before it does. */
  due: Promise<void> | undefined;
}

/** What an edit did: which entries it touched, and where it stands in the chain. */
export interface Edit {
  readonly document: DocumentId;
  /** Seq of the item in this session's chain. */
  readonly seq: number;
  readonly paths: readonly (readonly (string | number)[])[];
}

export class Library {
  readonly #options: LibraryOptions;
  readonly #entries = new Map<Hex<DocumentId>, Entry>();
  readonly #listeners = new Set<(document: OpenDocument) => void>();

  constructor(options: LibraryOptions) {
    this.#options = options;
  }

  document(id: DocumentId): OpenDocument | undefined {
    const entry = this.#entries.get(hexOf(id));
    return entry && view(entry);
  }

  *documents(): Iterable<OpenDocument> {
    for (const entry of this.#entries.values()) yield view(entry);
  }

  /** Called after each new value. Returns what takes the listener off. */
  onChange(listener: (document: OpenDocument) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads on in a document after items or keys arrived. Resolves when everything readable now is shown. */
  refresh(id: DocumentId): Promise<void> {
    const entry = this.#entry(id);
    entry.due ??= this.#enqueue(entry, () => {
      entry.due = undefined;
      return this.#catchUp(entry);
    });
    return entry.due;
  }

  /** Reads anew what the log or new keys have put in another light. */
  async followLog(): Promise<void> {
    const stale = [...this.#entries.values()].filter((entry) => entry.reader.isStale);
    await Promise.all(stale.map((entry) => this.refresh(entry.id)));
  }

  /**
   * The way of an edit, from a recipe to a changeset on disk. Resolves with null when the recipe changed nothing.
   * Rejects with `EngineRefused` or what the store threw; the document is then as it was.
   */
  edit(id: DocumentId, recipe: (draft: Draft<JsonObject>) => void, onApplied?: (paths: Edit['paths']) => void): Promise<Edit | null> {
    const entry = this.#entry(id);
    return this.#enqueue(entry, async () => {
      await this.#catchUp(entry);
      const { engine, session, write, now } = this.#options;
      if (entry.setAside.some(({ author }) => hexOf(author) === hexOf(session))) throw new EngineRefused('earlier work of this session was set aside');
      const [, patches] = produceWithPatches(entry.value ?? {}, (draft) => { recipe(draft); });
      if (patches.length === 0) return null;
      await this.#load(entry);
      const edited = await this.#guarded(() => engine.edit(hexOf(id), patches as readonly Patch[], now()));
      if (edited.change === null) return null;
      this.#show(entry, edited.value);
      const paths = patches.map((patch) => patch.path);
      onApplied?.(paths);
      try {
        const position = await write(id, entry.reader.position(session), [edited.change]);
        entry.reader.wrote(session, position, [edited.change]);
        return { document: id, seq: position.seq, paths };
      } catch (error) {
        this.#forget(entry);
        await this.#catchUp(entry);
        throw error;
      }
    });
  }

  /** The document as it would be if all that `author` wrote in it were accepted; undefined where nothing of it can be read. */
  async withWorkOf(id: DocumentId, author: AuthorId): Promise<JsonObject | undefined> {
    const { replica, keyring, engine } = this.#options;
    const { culprits } = this.#entry(id);
    const items = await new ChainReader(replica, keyring, id, (item) => culprits.has(hexOf(item)), author).read();
    if (items.length === 0) return undefined;
    const name = `preview ${hexOf(id)}`;
    try {
      return (await this.#guarded(() => engine.open(name, bytesOf(items)))).value;
    } catch (error) {
      if (error instanceof EngineRefused || error instanceof EngineDied) return undefined;
      throw error;
    } finally {
      await engine.close(name).catch(() => {});
    }
  }

  /** Whose sessions wrote the entries of the document (DOC-9), and of which of its versions; undefined where nothing of it is open. */
  writers(id: DocumentId): Promise<{ readonly version: number; readonly entries: readonly EntryWriters[] } | undefined> {
    const entry = this.#entry(id);
    return this.#enqueue(entry, async () => {
      if (entry.value === undefined) return undefined;
      await this.#load(entry);
      const entries = await this.#guarded(() => this.#options.engine.writers(hexOf(id)));
      return { version: entry.version, entries };
    });
  }

  /** Closes an erased document; listeners are shown that it has no value any more. What is under way in it is let go. */
  drop(id: DocumentId): void {
    const entry = this.#entries.get(hexOf(id));
    if (entry === undefined) return;
    this.#entries.delete(hexOf(id));
    entry.value = undefined;
    entry.version += 1;
    entry.queue = entry.queue.then(() => this.#options.engine.close(hexOf(id))).catch(() => {});
    const shown = view(entry);
    for (const listener of this.#listeners) listener(shown);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#entries.values()].map((entry) => entry.queue));
    this.#options.engine.end();
    this.#entries.clear();
    this.#listeners.clear();
  }

  #entry(id: DocumentId): Entry {
    const name = hexOf(id);
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      const culprits: Entry['culprits'] = new Map();
      entry = {
        id, reader: this.#reader(id, culprits), value: undefined, version: 0, loaded: false, careful: false, culprits, setAside: [], queue: Promise.resolve(), due: undefined,
      };
      this.#entries.set(name, entry);
    }
    return entry;
  }

  #reader(id: DocumentId, culprits: Entry['culprits']): ChainReader {
    return new ChainReader(this.#options.replica, this.#options.keyring, id, (item) => culprits.has(hexOf(item)));
  }

  /** One thing at a time in each document. */
  #enqueue<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    const result = entry.queue.then(work, work);
    entry.queue = result.catch(() => {});
    return result;
  }

  async #catchUp(entry: Entry): Promise<void> {
    for (;;) {
      const { reader } = entry;
      const items = await reader.read();
      // The engine may have died of another document meanwhile, and the log or the keys may have changed.
      if (entry.reader !== reader) continue;
      if (reader.isStale) this.#forget(entry);
      else if (items.length === 0) return this.#showRest(entry);
      else if (await (entry.careful ? this.#applyEach(entry, items) : this.#applyAll(entry, items))) return;
      else this.#forget(entry);
    }
  }

  /** False when the document has to be read anew: carefully, or without the culprit. */
  async #applyAll(entry: Entry, items: readonly OpenedItem[]): Promise<boolean> {
    const { engine } = this.#options;
    const bytes = bytesOf(items);
    try {
      const { value } = entry.loaded ? await engine.apply(hexOf(entry.id), bytes) : await engine.open(hexOf(entry.id), bytes);
      entry.loaded = true;
      this.#show(entry, value);
      return true;
    } catch (error) {
      entry.careful ||= error instanceof EngineRefused || this.#isCulprit(entry, error);
      this.#lostEngine(error);
      return false;
    }
  }

  async #applyEach(entry: Entry, items: readonly OpenedItem[]): Promise<boolean> {
    const { engine } = this.#options;
    const name = hexOf(entry.id);
    let value: JsonObject | undefined;
    for (const opened of items) {
      try {
        if (!entry.loaded) await engine.open(name, []);
        entry.loaded = true;
        value = (await engine.apply(name, bytesOf([opened]))).value;
      } catch (error) {
        if (error instanceof EngineRefused || this.#isCulprit(entry, error)) {
          const { item, author } = opened;
          const reason = error instanceof EngineRefused ? 'engine-refused' : 'engine-died';
          entry.culprits.set(hexOf(item), { document: entry.id, author, item, items: 1, reason });
        }
        this.#lostEngine(error);
        return false;
      }
    }
    entry.careful = false;
    if (value !== undefined) this.#show(entry, value);
    return true;
  }

  /** Passes every error on, after noting that a dead engine holds no document any more. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#lostEngine(error);
      throw error;
    }
  }

  #isCulprit(entry: Entry, error: unknown): boolean {
    return error instanceof EngineDied && error.document === hexOf(entry.id);
  }

  /** The engine starts empty after it died; every document is loaded again when it is next needed. */
  #lostEngine(error: unknown): void {
    if (error instanceof EngineRefused) return;
    if (!(error instanceof EngineDied)) throw error;
    for (const entry of this.#entries.values()) if (entry.loaded) this.#forget(entry);
  }

  /** The document is read from the replica again when it is next needed. */
  #forget(entry: Entry): void {
    entry.loaded = false;
    entry.reader = this.#reader(entry.id, entry.culprits);
  }

  /** Makes sure that the engine holds the document as far as it is readable. */
  async #load(entry: Entry): Promise<void> {
    if (entry.loaded) return;
    this.#forget(entry);
    await this.#catchUp(entry);
    if (entry.loaded) return;
    await this.#options.engine.open(hexOf(entry.id), []);
    entry.loaded = true;
  }

  #show(entry: Entry, value: JsonObject | undefined): void {
    if (this.#entries.get(hexOf(entry.id)) !== entry) return; // dropped meanwhile
    entry.value = value;
    entry.setAside = [...entry.reader.setAside, ...entry.culprits.values()];
    entry.version += 1;
    const shown = view(entry);
    for (const listener of this.#listeners) listener(shown);
  }

  /** When nothing is merged: what was read before may be gone, or something new may be set aside. */
  #showRest(entry: Entry): void {
    const setAside = [...entry.reader.setAside, ...entry.culprits.values()];
    const value = entry.loaded ? entry.value : undefined;
    if (value !== entry.value || !sameSetAside(setAside, entry.setAside)) this.#show(entry, value);
  }
}

function bytesOf(items: readonly OpenedItem[]): readonly Uint8Array[] {
  return items.flatMap(({ changes }) => changes.map(({ bytes }) => bytes));
}

function sameSetAside(a: readonly SetAside[], b: readonly SetAside[]): boolean {
  return a.length === b.length && a.every(({ item, items, reason }, at) => {
    const other = b[at];
    return other !== undefined && items === other.items && reason === other.reason && hexOf(item) === hexOf(other.item);
  });
}

function view({ id, value, version, reader, setAside }: Entry): OpenDocument {
  return { id, value, version, waitsForKey: reader.waitsForKey, closedTo: reader.closedTo, setAside };
}
