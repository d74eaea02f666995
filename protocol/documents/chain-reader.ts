/**
 * Reads the chains of one document as far as they go: opens grants into the keyring and changesets into changes, each
 * in its chain's order, and stops a chain where a key is missing or its author cheats. What is disputed is opened too,
 * and merged only as far as accepted work rests on it (DOC-8).
 */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, type AuthorId, type DocumentId, type Hex, type ItemId, type TeamId } from '../codec/ids.ts';
import type { Item } from '../items/item.ts';
import type { Keyring } from '../keys/keyring.ts';
import { acceptedUpTo } from '../membership/standing.ts';
import type { Replica } from '../replica/replica.ts';
import { isDisputed } from '../replica/standing.ts';
import { ChangeGraph, type OpenedItem } from './change-graph.ts';
import { CHAIN_START, openChangeset, readChange, type ChainPosition, type ChangesetFailure } from './changeset.ts';

/** Items of one chain that were not merged, and why: shown to people, never lost. */
export interface SetAside {
  readonly document: DocumentId;
  readonly author: AuthorId;
  /** The first of them. */
  readonly item: ItemId;
  readonly items: number;
  /**
   * `disputed` waits for a review. `depends-on-missing` rests on work that is not here, waits for a key or was set aside
   * itself. `grant` is a key that nobody should believe. The others are their author's doing.
   */
  readonly reason: Exclude<ChangesetFailure, 'no-key'> | 'grant' | 'disputed' | 'depends-on-missing' | 'engine-refused' | 'engine-died';
}

const READ_LIMIT = { maxItems: 256, maxBytes: 4 * 1024 * 1024 };

export class ChainReader {
  readonly #replica: Replica;
  readonly #keyring: Keyring;
  readonly #document: DocumentId;
  readonly #graph: ChangeGraph;
  readonly #positions = new Map<Hex<AuthorId>, ChainPosition>();
  /** Up to where closed chains were looked through for break-glass wraps. */
  readonly #searched = new Map<Hex<AuthorId>, number>();
  /** Up to where grants were read beyond the place where a chain waits for a key. */
  readonly #grantsRead = new Map<Hex<AuthorId>, number>();
  readonly #stopped = new Map<Hex<AuthorId>, { readonly item: Item; readonly reason: ChangesetFailure }>();
  /** Up to where each chain was accepted when it was first read. */
  readonly #acceptedUpTo = new Map<Hex<AuthorId>, number>();
  /** Grants that did not open yet: tried again when new team keys are here. */
  #unopenedGrants: Item[] = [];
  /** Tried again when other keys are here: what contradicts an invention may be honest. */
  #refusedGrants: Item[] = [];
  /** Read only when accepted work is sealed under them, or rests on what is. */
  #disputedGrants: Item[] = [];
  /** A grant has opened since the refused ones were tried. */
  #hasNewKey = false;
  /** The one under which the document was read. */
  #historyKey: Uint8Array | undefined;
  #setAside: readonly SetAside[] = [];

  readonly #alsoAccepted: AuthorId | undefined;

  /** `isLeftOut` tells which items must never be merged; `alsoAccepted` is an author whose work is read as if none of it were disputed. */
  constructor(replica: Replica, keyring: Keyring, document: DocumentId, isLeftOut: (item: ItemId) => boolean, alsoAccepted?: AuthorId) {
    this.#replica = replica;
    this.#keyring = keyring;
    this.#document = document;
    this.#graph = new ChangeGraph(isLeftOut);
    this.#alsoAccepted = alsoAccepted;
  }

  /** Something is here that this user has no key for (yet). */
  get waitsForKey(): boolean {
    return [...this.#stopped.values()].some(({ item, reason }) => reason === 'no-key' && !isDisputed(this.#replica, item));
  }

  /** Teams to which a key of this document was given that does not open here. */
  get closedTo(): readonly TeamId[] {
    return this.#unopenedGrants.flatMap(({ fields: { content } }) => (content.type === 'grant' ? [content.team] : []));
  }

  /** As of the last `read`. */
  get setAside(): readonly SetAside[] {
    return this.#setAside;
  }

  /** The log or the keys have changed so that what was read is to be read anew, by another reader. */
  get isStale(): boolean {
    const historyKey = this.#keyring.allSecrets(this.#document)[0]?.historyKey;
    if (this.#historyKey !== undefined && (historyKey === undefined || !equalBytes(historyKey, this.#historyKey))) return true;
    return this.#replica.frontier(this.#document).some(({ author }) => {
      const before = this.#acceptedUpTo.get(hexOf(author));
      return before !== undefined && before !== this.#accepted(author);
    });
  }

  position(author: AuthorId): ChainPosition {
    return this.#positions.get(hexOf(author)) ?? CHAIN_START;
  }

  /** Tells that `changes`, which the engine made, have been written as the newest item of one's own chain. */
  wrote(author: AuthorId, position: ChainPosition, changes: readonly Uint8Array[]): void {
    const head = this.#replica.head({ document: this.#document, author });
    if (head === undefined) throw new Error('nothing has been written');
    this.#noteStanding(author);
    this.#positions.set(hexOf(author), position);
    this.#graph.addMerged({ item: head.id, author, isDisputed: false, changes: changes.map(readChange) });
  }

  /** What is to be merged beyond what earlier calls returned, each item after all that it rests on. */
  async read(): Promise<readonly OpenedItem[]> {
    await this.#readChains();
    if (this.#disputedGrants.length > 0 && (this.waitsForKey || this.#heldBack().some(({ isDisputed: aside }) => !aside))) {
      for (const grant of this.#disputedGrants.splice(0)) this.#readGrant(grant);
      await this.#readChains();
    }
    const items = this.#graph.take();
    this.#setAside = this.#listSetAside();
    return items;
  }

  /** A chain may wait for a grant that stands in another chain of the document: goes round until nothing moves. */
  async #readChains(): Promise<void> {
    for (let moved = true; moved;) {
      moved = this.#retryGrants();
      for (const { author, seq } of this.#replica.frontier(this.#document)) {
        const before = this.position(author).seq;
        const stop = this.#stopped.get(hexOf(author));
        if (stop?.reason === 'no-key') this.#stopped.delete(hexOf(author));
        else if (stop !== undefined) continue;
        if (before < seq) await this.#readChain(author, seq);
        moved ||= this.position(author).seq > before;
        if (this.#stopped.get(hexOf(author))?.reason === 'no-key') moved = await this.#readGrantsBeyond(author, seq) || moved;
      }
    }
  }

  async #readChain(author: AuthorId, until: number): Promise<void> {
    this.#noteStanding(author);
    const chain = { document: this.#document, author };
    while (this.position(author).seq < until) {
      const items = await this.#replica.read(chain, this.position(author).seq + 1, READ_LIMIT);
      if (items.length === 0) return;
      for (const item of items) if (!this.#readItem(item)) return this.#readWraps(author, item.fields.seq + 1, until);
    }
  }

  /** A chain that is closed here is looked through for break-glass wraps, each item once: they stand behind what they open. */
  async #readWraps(author: AuthorId, from: number, until: number): Promise<void> {
    for (let next = Math.max(from, (this.#searched.get(hexOf(author)) ?? 0) + 1); next <= until;) {
      const items = await this.#replica.read({ document: this.#document, author }, next, READ_LIMIT);
      if (items.length === 0) return;
      for (const item of items) if (item.fields.content.type === 'grant' && !isDisputed(this.#replica, item)) this.#keyring.readGlassWrap(item);
      next += items.length;
      this.#searched.set(hexOf(author), next - 1);
    }
  }

  /** A later grant may open what the chain waits at: a document was given to another team after it was written. True when one has opened. */
  async #readGrantsBeyond(author: AuthorId, until: number): Promise<boolean> {
    const chain = { document: this.#document, author };
    let opened = false;
    for (;;) {
      const from = this.#grantsReadTo(author) + 1;
      const items = from > until ? [] : await this.#replica.read(chain, from, READ_LIMIT);
      if (items.length === 0) return opened;
      for (const item of items) {
        if (item.fields.content.type !== 'changeset') opened = this.#takeGrant(item) || opened;
        this.#grantsRead.set(hexOf(author), item.fields.seq);
      }
    }
  }

  #grantsReadTo(author: AuthorId): number {
    return Math.max(this.position(author).seq, this.#grantsRead.get(hexOf(author)) ?? 0);
  }

  #takeGrant(item: Item): boolean {
    if (!this.#isAside(item)) return this.#readGrant(item);
    this.#disputedGrants.push(item);
    return false;
  }

  #isAside(item: Item): boolean {
    return isDisputed(this.#replica, item) && !(this.#alsoAccepted !== undefined && equalBytes(item.fields.author, this.#alsoAccepted));
  }

  /** False when the chain cannot be read on. */
  #readItem(item: Item): boolean {
    const { author, content } = item.fields;
    if (content.type !== 'changeset') {
      if (item.fields.seq > this.#grantsReadTo(author)) this.#takeGrant(item);
      this.#positions.set(hexOf(author), { ...this.position(author), seq: item.fields.seq });
      return true;
    }
    this.#historyKey ??= this.#keyring.allSecrets(this.#document)[0]?.historyKey;
    const secrets = this.#keyring.documentSecrets(this.#document, content.epoch);
    const opened = openChangeset(this.#replica.ward, secrets, item, this.position(author));
    if (!opened.ok) {
      this.#stopped.set(hexOf(author), { item, reason: opened.failure });
      return false;
    }
    this.#positions.set(hexOf(author), opened.value.position);
    this.#graph.add({ item: item.id, author, isDisputed: this.#isAside(item), changes: opened.value.changes });
    return true;
  }

  #readGrant(item: Item): boolean {
    const outcome = this.#keyring.readDocumentGrant(item);
    if (outcome === 'no-key') this.#unopenedGrants.push(item);
    if (outcome === 'refused') this.#refusedGrants.push(item);
    if (outcome !== 'opened') return false;
    this.#hasNewKey = true;
    // What did not open under one key of its epoch may open under another.
    for (const [author, { reason }] of this.#stopped) if (reason === 'does-not-open') this.#stopped.delete(author);
    return true;
  }

  /** True when one of them has opened. */
  #retryGrants(): boolean {
    const again = [...this.#unopenedGrants.splice(0), ...(this.#hasNewKey ? this.#refusedGrants.splice(0) : [])];
    this.#hasNewKey = false;
    return again.filter((grant) => this.#readGrant(grant)).length > 0;
  }

  #noteStanding(author: AuthorId): void {
    if (!this.#acceptedUpTo.has(hexOf(author))) this.#acceptedUpTo.set(hexOf(author), this.#accepted(author));
  }

  #accepted(author: AuthorId): number {
    const chain = { document: this.#document, author };
    const signatory = this.#replica.signatoryOf(chain);
    return signatory === undefined ? 0 : acceptedUpTo(chain, signatory, this.#replica.state());
  }

  #heldBack(): readonly OpenedItem[] {
    return [...this.#graph.unmerged()];
  }

  #listSetAside(): readonly SetAside[] {
    const listed = new Map<string, SetAside>();
    const list = (author: AuthorId, item: ItemId, reason: SetAside['reason'], items = 1): void => {
      const key = `${reason} ${hexOf(author)}`;
      const before = listed.get(key);
      listed.set(key, before === undefined ? { document: this.#document, author, item, items, reason } : { ...before, items: before.items + items });
    };
    for (const { author, item, isDisputed: aside } of this.#heldBack()) list(author, item, aside ? 'disputed' : 'depends-on-missing');
    for (const { id, fields } of this.#refusedGrants) list(fields.author, id, 'grant');
    for (const { item: { id, fields: { author, seq } }, reason } of this.#stopped.values()) {
      const rest = (this.#replica.head({ document: this.#document, author })?.seq ?? seq) - seq + 1;
      if (reason !== 'no-key') list(author, id, reason, rest);
      else if (seq > this.#accepted(author)) list(author, id, 'disputed', rest);
    }
    return [...listed.values()];
  }
}
