/** How much one `read` may return: at least one item, then as many as fit. */
import { itemLength, type EncodedItem } from '../items/item.ts';
import type { ReadLimit } from './item-store.ts';

export class ReadBudget {
  readonly #limit: ReadLimit;
  #items = 0;
  #bytes = 0;

  constructor(limit: ReadLimit) {
    this.#limit = limit;
  }

  /** Whether `item` still fits; if so it is counted. The first always fits. */
  take(item: EncodedItem): boolean {
    const bytes = this.#bytes + itemLength(item);
    if (this.#items > 0 && (this.#items >= this.#limit.maxItems || bytes > this.#limit.maxBytes)) return false;
    this.#items += 1;
    this.#bytes = bytes;
    return true;
  }
}
