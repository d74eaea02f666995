/** Live items on their way to the peer, and how many bytes of them it has not dealt with yet (SYNC-6). */
import { encodeItem, itemLength } from '../items/item.ts';
import type { Admitted } from '../replica/replica.ts';
import type { Message } from './messages.ts';

/** Bytes pushed and not acknowledged. */
export const PUSH_CREDIT = 1024 * 1024;

export class Pushing {
  readonly #unacknowledged = new Map<number, number>();
  #bytes = 0;
  #next = 1;
  #behind = false;

  /** Nothing is on its way. */
  get idle(): boolean {
    return this.#unacknowledged.size === 0;
  }

  /** Something was not pushed for want of credit, and the peer has not caught up yet. */
  get behind(): boolean {
    return this.#behind;
  }

  /** The message to send, or undefined when the peer is behind. */
  push({ document, author, items }: Admitted): Message | undefined {
    const encoded = items.map(encodeItem);
    const bytes = encoded.reduce((sum, item) => sum + itemLength(item), 0);
    // A single run may be as large as the credit.
    if (this.#behind || (this.#bytes > 0 && this.#bytes + bytes > PUSH_CREDIT)) {
      this.#behind = true;
      return undefined;
    }
    const push = this.#next++;
    this.#unacknowledged.set(push, bytes);
    this.#bytes += bytes;
    return { type: 'push', push, runs: [{ document, author, items: encoded }] };
  }

  /** The peer has dealt with these. Returns whether it has caught up after having been behind. */
  acknowledge(pushes: readonly number[]): boolean {
    for (const push of pushes) {
      this.#bytes -= this.#unacknowledged.get(push) ?? 0;
      this.#unacknowledged.delete(push);
    }
    const caughtUp = this.#behind && this.idle;
    if (caughtUp) this.#behind = false;
    return caughtUp;
  }
}
