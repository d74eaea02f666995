/** Items of every kind to try things on. */
import * as fc from 'fast-check';
import { compareBytes, toHex } from '../../protocol/codec/bytes.ts';
import { authorId, documentId, itemId, teamId, wardId, type WardId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { encodeFields, signItem, type Item, type ItemContent, type ItemPlace } from '../../protocol/items/item.ts';

export const WARD: WardId = wardId.from(new Uint8Array(32).fill(0xaa));
export const OTHER_WARD: WardId = wardId.from(new Uint8Array(32).fill(0xab));
export const KEY: SigningKey = signingKeyFromSeed(new Uint8Array(32).fill(3));
export const OTHER_KEY: SigningKey = signingKeyFromSeed(new Uint8Array(32).fill(4));

/** One of every kind; a kind that is missing here is an error of types. */
export const CONTENTS: { readonly [Kind in ItemContent['type']]: Extract<ItemContent, { readonly type: Kind }> } = {
  operation: { type: 'operation' },
  session: { type: 'session' },
  grant: { type: 'grant', team: teamId.from(new Uint8Array(16).fill(0x7e)), epoch: 3 },
  changeset: { type: 'changeset', epoch: 2, history: new Uint8Array(32).fill(0x41) },
  receipt: { type: 'receipt' },
  audit: { type: 'audit' },
  custody: { type: 'custody' },
};

export const PLACE: ItemPlace = {
  document: documentId.from(new Uint8Array(16).fill(0xd0)),
  author: authorId.from(KEY.publicKey),
  seq: 2,
  prev: new Uint8Array(32).fill(9),
  heads: [itemId.from(new Uint8Array(32).fill(1)), itemId.from(new Uint8Array(32).fill(2))],
  time: 1_700_000_000_000,
};

export function itemOf(content: ItemContent, place: Partial<ItemPlace> = {}, body: Uint8Array = new Uint8Array(5).fill(0xb0)): Item {
  return signItem(KEY, WARD, encodeFields({ ...PLACE, ...place }, content), body);
}

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const uint32 = fc.nat({ max: 0xffffffff });

export const contents: fc.Arbitrary<ItemContent> = fc.oneof(
  fc.constantFrom<ItemContent>({ type: 'operation' }, { type: 'session' }, { type: 'receipt' }, { type: 'audit' }, { type: 'custody' }),
  fc.record({ type: fc.constant('grant' as const), team: bytes(16).map(teamId.from), epoch: uint32 }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('changeset' as const), epoch: uint32, history: bytes(32) }, { noNullPrototype: true }),
);

export const places: fc.Arbitrary<ItemPlace> = fc
  .record({
    document: bytes(16).map(documentId.from),
    seq: fc.integer({ min: 1, max: 0xffffffff }),
    prev: bytes(32),
    heads: fc.uniqueArray(bytes(32).map(itemId.from), { maxLength: 16, selector: toHex }),
    time: fc.maxSafeNat(),
  }, { noNullPrototype: true })
  .map((place) => ({
    ...place,
    author: authorId.from(KEY.publicKey),
    prev: place.seq === 1 ? new Uint8Array(0) : place.prev,
    heads: place.heads.toSorted(compareBytes),
  }));
