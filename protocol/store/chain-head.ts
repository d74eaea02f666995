/** How a chain grows by an item: what links them, and what the store keeps about the chain's end. */
import { equalBytes } from '../codec/bytes.ts';
import { encodeItem, itemLength, type Item } from '../items/item.ts';
import type { ChainHead } from './item-store.ts';

/** Whether `item` is the one after `head`, or the first of its chain when there is none (ITEM-3). */
export function follows(head: ChainHead | undefined, { fields }: Item): boolean {
  if (head === undefined) return fields.seq === 1;
  return fields.seq === head.seq + 1
    && equalBytes(fields.document, head.document) && equalBytes(fields.author, head.author) && equalBytes(fields.prev, head.id);
}

/** The head after `item`, which follows `head`. Empty log heads are 'as before' (ITEM-4). */
export function headAfter(head: ChainHead | undefined, item: Item): ChainHead {
  const { document, author, seq, heads } = item.fields;
  return {
    document, author, seq, id: item.id,
    heads: heads.length > 0 ? heads : (head?.heads ?? []),
    bytes: (head?.bytes ?? 0) + itemLength(encodeItem(item)),
  };
}
