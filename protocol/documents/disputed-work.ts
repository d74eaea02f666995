/**
 * Disputed changesets of one document (ADMIT-3): opened and kept aside, so that none is merged unseen and none that the
 * work of others rests on is missing from it (DOC-8).
 */
import { toHex } from '../codec/bytes.ts';
import { hexOf, type AuthorId, type Hex } from '../codec/ids.ts';
import type { Item } from '../items/item.ts';
import { readChangeHeader } from './change-header.ts';
import type { ChainPosition } from './changeset.ts';

export interface DisputedItem {
  readonly item: Item;
  /** Of the chain, after this item. */
  readonly position: ChainPosition;
  /** None for a grant. */
  readonly changes: readonly Uint8Array[];
}

export class DisputedWork {
  /** Of each author, in the order of the chain. */
  readonly #aside = new Map<Hex<AuthorId>, DisputedItem[]>();
  /** Which item a change is in, by the change's hash. */
  readonly #places = new Map<string, Item>();
  /** Hashes of the changes that merged ones depend on. */
  readonly #wanted = new Set<string>();

  get isEmpty(): boolean {
    return this.#aside.size === 0;
  }

  /** The first item that is aside of each author. */
  *firsts(): Iterable<Item> {
    for (const [first] of this.#aside.values()) if (first !== undefined) yield first.item;
  }

  /** How far the chain has been read on, beyond what was merged. */
  positionOf(author: AuthorId): ChainPosition | undefined {
    return this.#aside.get(hexOf(author))?.at(-1)?.position;
  }

  /** Keeps the item that comes next, or one that was kept unopened and has been opened now. */
  keep(disputed: DisputedItem): void {
    const { author, seq } = disputed.item.fields;
    const before = this.#aside.get(hexOf(author));
    if (before?.at(-1)?.item.fields.seq === seq) before.pop();
    if (before === undefined) this.#aside.set(hexOf(author), [disputed]);
    else before.push(disputed);
    for (const change of disputed.changes) this.#places.set(toHex(readChangeHeader(change).hash), disputed.item);
  }

  forget(author: AuthorId): void {
    this.#aside.delete(hexOf(author));
  }

  /** Says that the changes are merged, and so what they depend on is wanted. */
  merged(changes: readonly Uint8Array[]): void {
    for (const change of changes) for (const hash of readChangeHeader(change).deps) this.#wanted.add(toHex(hash));
  }

  /** Takes out what merged changes depend on, with what comes before it in its chain, and what that depends on in turn. */
  releaseWanted(): readonly DisputedItem[] {
    const released: DisputedItem[] = [];
    for (let found = this.#findWanted(); found !== undefined; found = this.#findWanted()) {
      const { author, seq } = found.fields;
      const aside = this.#aside.get(hexOf(author)) ?? [];
      const count = aside.findIndex(({ item }) => item.fields.seq === seq) + 1;
      const taken = aside.splice(0, count);
      if (aside.length === 0) this.#aside.delete(hexOf(author));
      for (const { changes } of taken) this.merged(changes);
      released.push(...taken);
    }
    return released;
  }

  #findWanted(): Item | undefined {
    for (const hash of this.#wanted) {
      const item = this.#places.get(hash);
      const first = item === undefined ? undefined : this.#aside.get(hexOf(item.fields.author))?.[0];
      if (item !== undefined && first !== undefined && first.item.fields.seq <= item.fields.seq) return item;
    }
    return undefined;
  }
}
