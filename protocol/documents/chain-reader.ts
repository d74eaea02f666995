/**
 * Reads the chains of one document as far as they go: opens grants into the keyring and changesets into changes, each
 * in its chain's order, and stops a chain where a key is missing, where it is disputed, or where its author cheats.
 */
import { hexOf, type AuthorId, type DocumentId, type Hex, type ItemId } from '../codec/ids.ts';
import type { Item } from '../items/item.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Replica } from '../replica/replica.ts';
import { isDisputed } from '../replica/standing.ts';
import { CHAIN_START, openChangeset, type ChainPosition, type ChangesetFailure } from './changeset.ts';

/** An item that was not merged, and why: shown to people, never lost. */
export interface SetAside {
  readonly document: DocumentId;
  readonly author: AuthorId;
  readonly item: ItemId;
  readonly reason: Exclude<ChangesetFailure, 'no-key'> | 'grant' | 'disputed' | 'engine-refused' | 'engine-died';
}

export interface OpenedChange {
  readonly item: ItemId;
  readonly author: AuthorId;
  readonly bytes: Uint8Array;
}

const READ_LIMIT = { maxItems: 256, maxBytes: 4 * 1024 * 1024 };

export class ChainReader {
  readonly #replica: Replica;
  readonly #keyring: Keyring;
  readonly #document: DocumentId;
  readonly #positions = new Map<Hex<AuthorId>, ChainPosition>();
  readonly #stopped = new Map<Hex<AuthorId>, SetAside>();
  /** Grants that did not open yet: tried again when new team keys are here. */
  #unopenedGrants: Item[] = [];
  #waitsForKey = false;

  constructor(replica: Replica, keyring: Keyring, document: DocumentId) {
    this.#replica = replica;
    this.#keyring = keyring;
    this.#document = document;
  }

  /** Something is here that this user has no key for (yet). */
  get waitsForKey(): boolean {
    return this.#waitsForKey;
  }

  get setAside(): readonly SetAside[] {
    return [...this.#stopped.values()];
  }

  position(author: AuthorId): ChainPosition {
    return this.#positions.get(hexOf(author)) ?? CHAIN_START;
  }

  /** Tells that an item of one's own has been written, so that it is not read back. */
  wrote(author: AuthorId, position: ChainPosition): void {
    this.#positions.set(hexOf(author), position);
  }

  /** Changes that became readable since the last call. */
  async read(): Promise<readonly OpenedChange[]> {
    const changes: OpenedChange[] = [];
    this.#unopenedGrants = this.#unopenedGrants.filter((grant) => this.#keyring.readDocumentGrant(grant) === 'no-key');
    // A chain may wait for a grant that stands in another chain of the document: go round until nothing moves.
    for (let moved = true; moved;) {
      moved = false;
      this.#waitsForKey = false;
      for (const { author, seq } of this.#replica.frontier(this.#document)) {
        const before = this.position(author).seq;
        if (before < seq && !this.#stopped.has(hexOf(author))) await this.#readChain(author, seq, changes);
        moved ||= this.position(author).seq > before;
      }
    }
    return changes;
  }

  async #readChain(author: AuthorId, until: number, changes: OpenedChange[]): Promise<void> {
    const chain = { document: this.#document, author };
    while (this.position(author).seq < until) {
      const items = await this.#replica.read(chain, this.position(author).seq + 1, READ_LIMIT);
      if (items.length === 0) return;
      for (const item of items) {
        if (isDisputed(this.#replica, item)) return this.#stop(item, 'disputed');
        if (!this.#readItem(item, changes)) return;
      }
    }
  }

  /** False when the chain cannot be read on. */
  #readItem(item: Item, changes: OpenedChange[]): boolean {
    const { author, content } = item.fields;
    const position = this.position(author);
    if (content.type === 'grant') {
      const outcome = this.#keyring.readDocumentGrant(item);
      if (outcome === 'no-key') this.#unopenedGrants.push(item);
      this.#positions.set(hexOf(author), { ...position, seq: item.fields.seq });
      return true;
    }
    if (content.type !== 'changeset') return true;
    const opened = openChangeset(this.#replica.ward, this.#keyring.documentSecrets(this.#document, content.epoch), item, position);
    if (!opened.ok) {
      if (opened.failure === 'no-key') this.#waitsForKey = true;
      else this.#stop(item, opened.failure);
      return false;
    }
    this.#positions.set(hexOf(author), opened.value.position);
    for (const bytes of opened.value.changes) changes.push({ item: item.id, author, bytes });
    return true;
  }

  #stop(item: Item, reason: SetAside['reason']): void {
    const { author, document } = item.fields;
    this.#stopped.set(hexOf(author), { document, author, item: item.id, reason });
  }
}
