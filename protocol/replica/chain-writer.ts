/**
 * Appends one's own items to one's chains: gives each its place and offers it, one at a time per chain.
 */
import type { Clock } from '../codec/environment.ts';
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, type AuthorId, type DocumentId, type ItemId } from '../codec/ids.ts';
import { encodeItem, type Item, type ItemPlace } from '../items/item.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { Replica, Verdict } from './replica.ts';

export interface ChainWriterOptions {
  readonly replica: Replica;
  /** Whoever signs: a session, a device (receipts) or an invitation. */
  readonly author: AuthorId;
  readonly clock: Clock;
}

/** The replica did not store the author's own item: its rights have changed, or the caller has built it wrong. */
export class NotAdmittedError extends Error {
  override readonly name = 'NotAdmittedError';
  readonly verdict: Verdict;
  constructor(verdict: Verdict) {
    super(`own item not admitted: ${JSON.stringify(verdict)}`);
    this.verdict = verdict;
  }
}

export class ChainWriter {
  readonly #replica: Replica;
  readonly #author: AuthorId;
  readonly #clock: Clock;
  readonly #lock = new KeyedLock();

  constructor({ replica, author, clock }: ChainWriterOptions) {
    this.#replica = replica;
    this.#author = author;
    this.#clock = clock;
  }

  /**
   * Puts the next item into the author's chain in `document`. `build` gets the item's place, to encode fields, seal and
   * sign. Resolves when the item is durable; throws `NotAdmittedError` when it was refused, `StoreError` when it could
   * not be written, and what `build` throws.
   */
  append(document: DocumentId, build: (place: ItemPlace) => Item | Promise<Item>): Promise<Item> {
    return this.#lock.run(hexOf(document), async () => {
      const item = await build(this.#nextPlace(document));
      const verdict = await this.#replica.offer({ document, author: this.#author, items: [encodeItem(item)] });
      if (verdict.outcome !== 'stored') throw new NotAdmittedError(verdict);
      return item;
    });
  }

  #nextPlace(document: DocumentId): ItemPlace {
    const author = this.#author;
    const head = this.#replica.head({ document, author });
    const heads = this.#replica.state().headsAfter(head?.heads ?? []);
    return {
      document,
      author,
      seq: (head?.seq ?? 0) + 1,
      prev: head?.id ?? new Uint8Array(0),
      heads: head !== undefined && areSame(heads, head.heads) ? [] : heads,
      time: this.#clock.now(),
    };
  }
}

/** ITEM-4: named once, and again when they have changed. */
function areSame(a: readonly ItemId[], b: readonly ItemId[]): boolean {
  return a.length === b.length && a.every((head, at) => equalBytes(head, b[at] ?? head.subarray(1)));
}
