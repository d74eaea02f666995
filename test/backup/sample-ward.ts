/** A ward's items as a blind peer sees them: signed and linked for real, with bodies that mean nothing. */
import { sha256 } from '../../protocol/crypto/signing/hash.ts';
import { signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { authorId, documentId, LOG_DOCUMENT, RECEIPTS_DOCUMENT, type DocumentId, type ItemId, type WardId } from '../../protocol/codec/ids.ts';
import { utf8 } from '../../protocol/codec/bytes.ts';
import { encodeFields, encodeItem, NO_WARD, signItem, type Item, type ItemContent } from '../../protocol/items/item.ts';
import { wardIdOf } from '../../protocol/membership/genesis.ts';
import { headAfter } from '../../protocol/store/chain-head.ts';
import type { Append, ChainHead, ItemStore, StoredItem } from '../../protocol/store/item-store.ts';

const OPERATION: ItemContent = { type: 'operation' };
const CHANGESET: ItemContent = { type: 'changeset', epoch: 1, history: new Uint8Array(32) };

export interface SampleWard {
  readonly ward: WardId;
  readonly genesis: Item;
}

export function keyNumber(number: number): SigningKey {
  return signingKeyFromSeed(sha256(utf8(`key ${number}`)));
}

export function documentNumber(number: number): DocumentId {
  return documentId.from(sha256(utf8(`document ${number}`)).slice(0, 16));
}

export function sampleWard(number = 0): SampleWard {
  const key = keyNumber(number);
  const fields = encodeFields({ document: LOG_DOCUMENT, author: authorId.from(key.publicKey), seq: 1, prev: new Uint8Array(0), heads: [], time: 1 }, OPERATION);
  const genesis = signItem(key, NO_WARD, fields, utf8('genesis'));
  return { ward: wardIdOf(genesis.id), genesis };
}

/** `count` items after `head`, of which only the last is signed, as in a run. */
export function growChain(
  { ward, genesis }: SampleWard, key: SigningKey, document: DocumentId, count: number, length = 200, head?: ChainHead,
): { readonly append: Append; readonly head: ChainHead; readonly last: Item } {
  let last: Item | undefined;
  let reached = head;
  const items: StoredItem[] = [];
  for (let index = 1; index <= count; index++) {
    const heads: readonly ItemId[] = reached === undefined ? [genesis.id] : [];
    const place = { document, author: authorId.from(key.publicKey), seq: (reached?.seq ?? 0) + 1, prev: reached?.id ?? new Uint8Array(0), heads, time: 2 };
    const signed = signItem(key, ward, encodeFields(place, contentFor(document)), noise(length, place.seq));
    last = index === count ? signed : { ...signed, signature: undefined };
    reached = headAfter(reached, last);
    items.push({ document, author: place.author, seq: place.seq, item: encodeItem(last) });
  }
  if (last === undefined || reached === undefined) throw new RangeError('an empty chain');
  return { append: { items, heads: [reached] }, head: reached, last };
}

/** A genesis, `chains` chains of different lengths, a receipt, and evidence of one fork. */
export async function fillStore(store: ItemStore, sample: SampleWard, chains = 12): Promise<void> {
  await store.append(genesisAppend(sample));
  for (let number = 1; number <= chains; number++) {
    const { append } = growChain(sample, keyNumber(number), documentNumber(number % 5), number * 3);
    await store.append(append);
  }
  await store.append(growChain(sample, keyNumber(100), RECEIPTS_DOCUMENT, 3).append);
  await store.setLocal('device-key', utf8('canary-device-key'));
  await store.append({ items: [], heads: [], forks: [forkOf(sample)] });
}

export function genesisAppend({ genesis }: SampleWard): Append {
  const { document, author, seq } = genesis.fields;
  return { items: [{ document, author, seq, item: encodeItem(genesis) }], heads: [headAfter(undefined, genesis)] };
}

/** Another second item of chain 1 of `fillStore`. */
function forkOf(sample: SampleWard) {
  const document = documentNumber(1);
  const good = growChain(sample, keyNumber(1), document, 2).last;
  const bad = growChain(sample, keyNumber(1), document, 2, 201).last;
  return { document, author: good.fields.author, seq: 2, kept: good.id, other: encodeItem(bad) };
}

/** Bytes that do not compress, as ciphertext does not; the same for one seed. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761 + 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

function contentFor(document: DocumentId): ItemContent {
  return document === RECEIPTS_DOCUMENT ? { type: 'receipt' } : CHANGESET;
}
