/**
 * How safe one's own edits are: being saved, saved here, held by other devices, backed up (receipted by an archive).
 */
import { toHex } from '../codec/bytes.ts';
import { hexOf, isWardsOwn, RECEIPTS_DOCUMENT, type AuthorId, type DeviceId, type DocumentId, type Hex } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import type { Chain } from '../items/item.ts';
import { decodeReceipt } from '../items/receipt.ts';
import type { Edit } from '../documents/library.ts';
import type { Replica } from '../replica/replica.ts';

export type Standing = 'saving' | 'saved' | 'sent' | 'backed-up';

interface OwnEdit {
  readonly document: DocumentId;
  readonly paths: Edit['paths'];
  /** Infinite until it is written. */
  seq: number;
  saved: boolean;
  readonly heldBy: Set<string>;
}

/** An edit on its way: say which item it became, or that it came to nothing. */
export interface TrackedEdit {
  written(seq: number): void;
  failed(): void;
}

export interface StandingSummary {
  readonly saving: number;
  readonly unsent: number;
  readonly notBackedUp: number;
  /** On how many other devices everything is that was written here; 0 when nothing was. */
  readonly heldBy: number;
  /** When the newest receipt that covers own work was signed, by the archive's clock. */
  readonly backedUpAt: number | undefined;
}

export class Standings {
  readonly #replica: Replica;
  readonly #session: AuthorId;
  readonly #savedBy: string | undefined;
  readonly #edits: OwnEdit[] = [];
  /** Seq up to which a chain is receipted. */
  readonly #receipted = new Map<string, number>();
  readonly #receiptsRead = new Map<Hex<AuthorId>, number>();
  readonly #listeners = new Set<() => void>();
  #backedUpAt: number | undefined;

  /**
   * `savedBy` is the peer whose disk counts as 'saved here': a tablet's page keeps nothing itself and relies on its own
   * tablet node. Undefined where the replica's own store counts.
   */
  constructor(replica: Replica, session: AuthorId, savedBy: Uint8Array | undefined) {
    this.#replica = replica;
    this.#session = session;
    this.#savedBy = savedBy === undefined ? undefined : toHex(savedBy);
  }

  /** Called whenever `of` or `summary` may have another answer. Returns what takes the listener off. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  track(document: DocumentId, paths: Edit['paths']): TrackedEdit {
    const edit: OwnEdit = { document, paths, seq: Number.POSITIVE_INFINITY, saved: false, heldBy: new Set() };
    this.#edits.push(edit);
    return {
      written: (seq) => {
        edit.seq = seq;
        edit.saved = this.#savedBy === undefined;
        this.#changed();
      },
      failed: () => {
        this.#edits.splice(this.#edits.indexOf(edit), 1);
        this.#changed();
      },
    };
  }

  storedByPeer(peer: DeviceId, chain: Chain, seq: number): void {
    if (hexOf(chain.author) !== hexOf(this.#session)) return;
    const name = hexOf(chain.document);
    this.#held(peer, (edit) => edit.seq <= seq && hexOf(edit.document) === name);
  }

  /** The peer holds all that is here of the documents meant. */
  equalToPeer(peer: DeviceId, includes: (document: DocumentId) => boolean): void {
    this.#held(peer, (edit) => edit.seq < Number.POSITIVE_INFINITY && includes(edit.document));
  }

  /** Reads receipts that arrived since the last call. True when there were any. */
  async readReceipts(): Promise<boolean> {
    let any = false;
    for (const { author, seq } of this.#replica.frontier(RECEIPTS_DOCUMENT)) {
      for (let next = (this.#receiptsRead.get(hexOf(author)) ?? 0) + 1; next <= seq;) {
        const items = await this.#replica.read({ document: RECEIPTS_DOCUMENT, author }, next, { maxItems: 256, maxBytes: 4 * 1024 * 1024 });
        if (items.length === 0) break;
        for (const item of items) this.#readReceipt(item.body, item.fields.time);
        next += items.length;
        this.#receiptsRead.set(hexOf(author), next - 1);
        any = true;
      }
    }
    if (any) this.#changed();
    return any;
  }

  /**
   * Of an entry of a document, e.g. `['observations', id]`. For an entry that this session did not write, of the whole
   * document, and then no more is claimed than receipts prove: it is here.
   */
  of(document: DocumentId, path: readonly (string | number)[]): Standing {
    const own = this.#edits.findLast((edit) => hexOf(edit.document) === hexOf(document) && edit.paths.some((touched) => overlaps(touched, path)));
    if (own === undefined) return this.#isDocumentReceipted(document) ? 'backed-up' : 'saved';
    return this.#standingOf(own);
  }

  /** The seq up to which an archive has signed for the chain, whatever of it is here; 0 for none. */
  receiptedUpTo({ document, author }: Chain): number {
    return this.#receipted.get(chainName(document, author)) ?? 0;
  }

  /** Records (not what the ward keeps about itself) with something in them that no receipt here covers. */
  notBackedUp(): number {
    let count = 0;
    for (const document of this.#replica.documents()) if (!isWardsOwn(document) && !this.#isDocumentReceipted(document)) count += 1;
    return count;
  }

  summary(): StandingSummary {
    const counts: Record<Standing, number> = { saving: 0, saved: 0, sent: 0, 'backed-up': 0 };
    let heldBy = Number.POSITIVE_INFINITY;
    for (const edit of this.#edits) {
      counts[this.#standingOf(edit)] += 1;
      heldBy = Math.min(heldBy, edit.heldBy.size);
    }
    return {
      saving: counts.saving, unsent: counts.saved, notBackedUp: counts.sent,
      heldBy: Number.isFinite(heldBy) ? heldBy : 0, backedUpAt: this.#backedUpAt,
    };
  }

  #held(peer: DeviceId, isHeld: (edit: OwnEdit) => boolean): void {
    const name = hexOf(peer);
    let anyNew = false;
    for (const edit of this.#edits) {
      if ((name === this.#savedBy ? edit.saved : edit.heldBy.has(name)) || !isHeld(edit)) continue;
      if (name === this.#savedBy) edit.saved = true;
      else edit.heldBy.add(name);
      anyNew = true;
    }
    if (anyNew) this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #standingOf(edit: OwnEdit): Standing {
    if ((this.#receipted.get(chainName(edit.document, this.#session)) ?? 0) >= edit.seq) return 'backed-up';
    if (!edit.saved) return 'saving';
    return edit.heldBy.size > 0 ? 'sent' : 'saved';
  }

  #isDocumentReceipted(document: DocumentId): boolean {
    return this.#replica.frontier(document).every(({ author, seq }) => (this.#receipted.get(chainName(document, author)) ?? 0) >= seq);
  }

  #readReceipt(body: Uint8Array, time: number): void {
    try {
      for (const { document, author, seq } of decodeReceipt(body)) {
        const name = chainName(document, author);
        this.#receipted.set(name, Math.max(seq, this.#receipted.get(name) ?? 0));
        if (hexOf(author) === hexOf(this.#session)) this.#backedUpAt = time;
      }
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
    }
  }
}

function overlaps(touched: readonly (string | number)[], path: readonly (string | number)[]): boolean {
  const shared = Math.min(touched.length, path.length);
  for (let i = 0; i < shared; i++) if (touched[i] !== path[i]) return false;
  return true;
}

function chainName(document: DocumentId, author: AuthorId): string {
  return `${hexOf(document)}/${hexOf(author)}`;
}
