/** Made-up items for store tests. A store looks at nothing but places, so neither signatures nor links are real. */
import { authorId, documentId, itemId, type AuthorId, type DocumentId, type ItemId } from '../../protocol/codec/ids.ts';
import type { Chain, EncodedItem } from '../../protocol/items/item.ts';
import type { Append, ChainHead, StoredItem } from '../../protocol/store/item-store.ts';

export function documentNumber(number: number): DocumentId {
  return documentId.from(filled(16, number));
}

export function authorNumber(number: number): AuthorId {
  return authorId.from(filled(32, number));
}

export function idNumber(number: number): ItemId {
  return itemId.from(filled(32, number));
}

export function chainNumber(document: number, author: number): Chain {
  return { document: documentNumber(document), author: authorNumber(author) };
}

/** `length` bytes of body; content follows from chain and seq and `variant`. */
export function sampleItem(chain: Chain, seq: number, length = 100, variant = 0): StoredItem {
  const item: EncodedItem = {
    fields: filled(120, seq + variant),
    body: filled(length, seq * 7 + (chain.document[15] ?? 0) + variant),
    signature: seq % 2 === 0 ? filled(64, seq) : new Uint8Array(0),
  };
  return { document: chain.document, author: chain.author, seq, item };
}

export function sampleHead(chain: Chain, seq: number, heads = 1): ChainHead {
  return {
    document: chain.document, author: chain.author, seq, id: idNumber(seq),
    heads: Array.from({ length: heads }, (_, index) => idNumber(index + 1)), bytes: seq * 284,
  };
}

/** The items `from` to `to` of a chain and its head. */
export function sampleAppend(chain: Chain, from: number, to: number, length?: number): Append {
  const items: StoredItem[] = [];
  for (let seq = from; seq <= to; seq++) items.push(sampleItem(chain, seq, length));
  return { items, heads: [sampleHead(chain, to)] };
}

/** A 32-bit number, then its bytes scrambled: distinct numbers give distinct bytes, in the same order. */
function filled(length: number, number: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 4; i < length; i++) bytes[i] = (number * 31 + i * 17) & 0xff;
  if (length >= 4) new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}
