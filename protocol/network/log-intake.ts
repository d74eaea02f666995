/**
 * Offers the runs of a log to a replica, in whatever order they come: what waits for another chain is offered again once
 * something has gone in. Whoever sends what nothing can be made of costs one offer a run, and a bounded number of them.
 */
import { hexOf, LOG_DOCUMENT, type AuthorId, type Hex } from '../codec/ids.ts';
import { decodeItem, type EncodedItem } from '../items/item.ts';
import type { Replica } from '../replica/replica.ts';

/** Chains that wait for others. Of an honest log, whose chains come in any order, nearly all may have to. */
const MAX_WAITING = 16_384;

export class LogIntake {
  readonly #replica: Replica;
  /** Runs of each chain, in order. */
  readonly #waiting = new Map<Hex<AuthorId>, (readonly EncodedItem[])[]>();
  #broken = false;
  /** What the replica held when the chains that wait were last tried. */
  #tried: number;

  constructor(replica: Replica) {
    this.#replica = replica;
    this.#tried = replica.count;
  }

  async add(run: readonly EncodedItem[]): Promise<void> {
    const [first] = run;
    if (first === undefined || this.#broken) return;
    const author = hexOf(decodeItem(first).fields.author);
    const earlier = this.#waiting.get(author);
    if (earlier !== undefined) {
      earlier.push(run);
      return;
    }
    this.#waiting.set(author, [run]);
    if (this.#waiting.size > MAX_WAITING) this.#broken = true;
    let mayGoIn = await this.#offerFirst(author);
    // Also what another link has brought meanwhile may be what the others wait for.
    while (!this.#broken && (mayGoIn || this.#replica.count > this.#tried)) {
      this.#tried = this.#replica.count;
      mayGoIn = false;
      for (const name of this.#waiting.keys()) mayGoIn = (await this.#offerFirst(name)) || mayGoIn;
    }
  }

  isWhole(): boolean {
    return !this.#broken && this.#waiting.size === 0 && this.#replica.count > 0;
  }

  /** Offers the first run of the chain that is left. Whether its next is to be tried at once. */
  async #offerFirst(name: Hex<AuthorId>): Promise<boolean> {
    const [run, ...later] = this.#waiting.get(name) ?? [];
    if (run === undefined || this.#broken) return false;
    const left = await this.#offer(run);
    const runs = left.length > 0 ? [left, ...later] : later;
    if (runs.length > 0) this.#waiting.set(name, runs);
    else this.#waiting.delete(name);
    return left.length === 0 && later.length > 0;
  }

  /** The items that are still to be offered. */
  async #offer(run: readonly EncodedItem[]): Promise<readonly EncodedItem[]> {
    const [first] = run;
    if (first === undefined) return [];
    const chain = { document: LOG_DOCUMENT, author: decodeItem(first).fields.author };
    const verdict = await this.#replica.offer({ ...chain, items: run });
    if (verdict.outcome === 'refused') this.#broken = true;
    const stored = this.#replica.head(chain)?.seq ?? 0;
    return run.filter((item) => decodeItem(item).fields.seq > stored);
  }
}
