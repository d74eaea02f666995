/** Reading more of a chain than fits in one go. */
import { itemLength, type Chain, type EncodedItem } from '../items/item.ts';
import type { ItemStore } from '../store/item-store.ts';

const STEP = { maxItems: 512, maxBytes: 4 * 1024 * 1024 };

/** For short chains: everything in memory. */
export async function readWholeChain(store: ItemStore, chain: Chain): Promise<readonly EncodedItem[]> {
  const items: EncodedItem[] = [];
  for (;;) {
    const some = await store.read(chain, items.length + 1, STEP);
    if (some.length === 0) return items;
    for (const { item } of some) items.push(item);
  }
}

/** Bytes that the chain's items from `fromSeq` on take. */
export async function bytesFrom(store: ItemStore, chain: Chain, fromSeq: number): Promise<number> {
  let bytes = 0;
  for (let seq = fromSeq; ; ) {
    const some = await store.read(chain, seq, STEP);
    if (some.length === 0) return bytes;
    for (const { item } of some) bytes += itemLength(item);
    seq += some.length;
  }
}
