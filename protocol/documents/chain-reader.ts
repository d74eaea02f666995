/**
 * Reads the chains of one document as far as they go: opens grants into the keyring and changesets into changes, each
 * in its chain's order, and stops a chain where a key is missing or its author cheats. What is disputed is opened and
 * kept aside, and merged when an admin has accepted it or accepted work depends on it (DOC-8).
 */
import { hexOf, type AuthorId, type DocumentId, type Hex, type ItemId } from '../codec/ids.ts';
import type { Item } from '../items/item.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Replica } from '../replica/replica.ts';
import { acceptedUpTo } from '../membership/standing.ts';
import { isDisputed } from '../replica/standing.ts';
import { CHAIN_START, openChangeset, type ChainPosition, type ChangesetFailure } from './changeset.ts';
import { DisputedWork } from './disputed-work.ts';

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
  /** Read only when work that is accepted was sealed under them. */
  #disputedGrants: Item[] = [];
  /** Undefined until something disputed is met; then the document is read anew, to know what depends on what. */
  #disputed: DisputedWork | undefined;
  /** Up to where disputed work was merged because others depend on it. */
  readonly #released = new Map<Hex<AuthorId>, number>();
  readonly #alsoAccepted: AuthorId | undefined;
  #waitsForKey = false;

  /** `alsoAccepted` is an author whose work is to be read as if none of it were disputed. */
  constructor(replica: Replica, keyring: Keyring, document: DocumentId, alsoAccepted?: AuthorId) {
    this.#replica = replica;
    this.#keyring = keyring;
    this.#document = document;
    this.#alsoAccepted = alsoAccepted;
  }

  /** Something is here that this user has no key for (yet). */
  get waitsForKey(): boolean {
    return this.#waitsForKey;
  }

  get setAside(): readonly SetAside[] {
    const disputed = [...this.#disputed?.firsts() ?? []].map(({ id, fields: { author, document } }) => ({ document, author, item: id, reason: 'disputed' as const }));
    return [...this.#stopped.values(), ...disputed];
  }

  position(author: AuthorId): ChainPosition {
    return this.#positions.get(hexOf(author)) ?? CHAIN_START;
  }

  /** Tells that an item of one's own has been written, so that it is not read back. */
  wrote(author: AuthorId, position: ChainPosition): void {
    this.#positions.set(hexOf(author), position);
  }

  /** Whether something was merged that has become disputed since. */
  get isStale(): boolean {
    const state = this.#replica.state();
    return this.#replica.frontier(this.#document).some(({ author }) => {
      const { seq } = this.position(author);
      if (seq === 0 || this.#isAlsoAccepted(author)) return false;
      const signatory = this.#replica.signatoryOf({ document: this.#document, author });
      return signatory !== undefined && seq > Math.max(acceptedUpTo({ document: this.#document, author }, signatory, state), this.#released.get(hexOf(author)) ?? 0);
    });
  }

  /** Changes that became readable since the last call; some may be those of an earlier call. */
  async read(): Promise<readonly OpenedChange[]> {
    for (const first of this.#disputed?.firsts() ?? []) if (!isDisputed(this.#replica, first)) this.#disputed?.forget(first.fields.author);
    const isFirst = this.#disputed === undefined;
    const changes = await this.#readOn();
    if (!isFirst || this.#disputed === undefined) return changes;
    this.#positions.clear();
    this.#stopped.clear();
    this.#disputed = new DisputedWork();
    return this.#readOn();
  }

  async #readOn(): Promise<readonly OpenedChange[]> {
    const changes: OpenedChange[] = [];
    this.#unopenedGrants = this.#unopenedGrants.filter((grant) => this.#keyring.readDocumentGrant(grant) === 'no-key');
    // A chain may wait for a grant that stands in another chain of the document: go round until nothing moves.
    for (let moved = true; moved;) {
      moved = false;
      this.#waitsForKey = false;
      for (const { author, seq } of this.#replica.frontier(this.#document)) {
        const before = this.#readUpTo(author).seq;
        if (before < seq && !this.#stopped.has(hexOf(author))) await this.#readChain(author, seq, changes);
        moved ||= this.#readUpTo(author).seq > before;
      }
    }
    for (const { item, position, changes: released } of this.#disputed?.releaseWanted() ?? []) {
      this.#positions.set(hexOf(item.fields.author), position);
      this.#released.set(hexOf(item.fields.author), position.seq);
      for (const bytes of released) changes.push({ item: item.id, author: item.fields.author, bytes });
    }
    return changes;
  }

  async #readChain(author: AuthorId, until: number, changes: OpenedChange[]): Promise<void> {
    const chain = { document: this.#document, author };
    while (this.#readUpTo(author).seq < until) {
      const items = await this.#replica.read(chain, this.#readUpTo(author).seq + 1, READ_LIMIT);
      if (items.length === 0) return;
      for (const item of items) {
        const isAside = !this.#isAlsoAccepted(author) && isDisputed(this.#replica, item);
        if (!(isAside ? this.#keepAside(item) : this.#readItem(item, changes))) return;
      }
    }
  }

  /** The end of what was merged, or of what is kept aside beyond it. */
  #readUpTo(author: AuthorId): ChainPosition {
    return this.#disputed?.positionOf(author) ?? this.position(author);
  }

  #isAlsoAccepted(author: AuthorId): boolean {
    return this.#alsoAccepted !== undefined && hexOf(this.#alsoAccepted) === hexOf(author);
  }

  /** False when the chain cannot be read on. */
  #keepAside(item: Item): boolean {
    this.#disputed ??= new DisputedWork();
    const before = this.#readUpTo(item.fields.author);
    if (item.fields.content.type !== 'changeset') {
      if (item.fields.content.type === 'grant') this.#disputedGrants.push(item);
      this.#disputed.keep({ item, position: { ...before, seq: item.fields.seq }, changes: [] });
      return true;
    }
    const opened = this.#open(item, item.fields.content.epoch, before);
    if (!opened.ok) {
      // Nobody can depend on what does not open. It is listed, and read again should it be accepted.
      this.#disputed.keep({ item, position: before, changes: [] });
      return false;
    }
    this.#disputed.keep({ item, ...opened.value });
    return true;
  }

  /** A key that only a disputed grant has is taken from there: work that is accepted may have been sealed under it. */
  #open(item: Item, epoch: number, position: ChainPosition): ReturnType<typeof openChangeset> {
    const open = (): ReturnType<typeof openChangeset> =>
      openChangeset(this.#replica.ward, this.#keyring.documentSecrets(this.#document, epoch), item, position);
    const opened = open();
    if (opened.ok || opened.failure !== 'no-key' || this.#disputedGrants.length === 0) return opened;
    for (const grant of this.#disputedGrants) this.#keyring.readDocumentGrant(grant);
    return open();
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
    const opened = this.#open(item, content.epoch, position);
    if (!opened.ok) {
      if (opened.failure === 'no-key') this.#waitsForKey = true;
      else this.#stop(item, opened.failure);
      return false;
    }
    this.#positions.set(hexOf(author), opened.value.position);
    this.#disputed?.merged(opened.value.changes);
    for (const bytes of opened.value.changes) changes.push({ item: item.id, author, bytes });
    return true;
  }

  #stop(item: Item, reason: SetAside['reason']): void {
    const { author, document } = item.fields;
    this.#stopped.set(hexOf(author), { document, author, item: item.id, reason });
  }
}
