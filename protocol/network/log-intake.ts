/** Offers the runs of a log to a replica, in whatever order they come: what waits for another chain is offered again. */
import { hexOf, LOG_DOCUMENT, type AuthorId, type Hex } from '../codec/ids.ts';
import { decodeItem, type EncodedItem } from '../items/item.ts';
import type { Replica } from '../replica/replica.ts';

export class LogIntake {
  readonly #replica: Replica;
  /** Runs of each chain, in order. */
  readonly #waiting = new Map<Hex<AuthorId>, (readonly EncodedItem[])[]>();
  #broken = false;

  constructor(replica: Replica) {
    this.#replica = replica;
  }

  async add(run: readonly EncodedItem[]): Promise<void> {
    const [first] = run;
    if (first === undefined) return;
    const author = hexOf(decodeItem(first).fields.author);
    this.#waiting.set(author, [...(this.#waiting.get(author) ?? []), run]);
    while (!this.#broken && (await this.#offerAll()));
  }

  isWhole(): boolean {
    return !this.#broken && this.#waiting.size === 0 && this.#replica.count > 0;
  }

  /** Whether anything went in, so that it is worth another round. */
  async #offerAll(): Promise<boolean> {
    let progress = false;
    for (const [name, [run, ...later]] of this.#waiting) {
      const left = run === undefined ? [] : await this.#offer(run);
      progress ||= left.length < (run?.length ?? 0);
      const runs = left.length > 0 ? [left, ...later] : later;
      if (runs.length > 0) this.#waiting.set(name, runs);
      else this.#waiting.delete(name);
    }
    return progress;
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
