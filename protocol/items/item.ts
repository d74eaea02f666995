/**
 * Items: every signed thing that replicates (SPEC, ITEM).
 *
 * This room knows the envelope and nothing of what is inside: a body is bytes to it.
 */
import { compareBytes } from '../codec/bytes.ts';
import { encode } from '../codec/cbor.ts';
import {
  authorId, documentId, itemId, teamId, wardId,
  type AuthorId, type DocumentId, type ItemId, type WardId,
} from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fixedBytes, fromBytes, list, record, toBytes, uint, union, variableBytes, type ValueOf } from '../codec/shape.ts';
import { LABEL, SUITE } from '../crypto/labels.ts';
import { sha256 } from '../crypto/signing/hash.ts';
import { signFor, signWith, verifyFor, type DeviceKey, type SigningKey } from '../crypto/signing/signature.ts';

export const MAX_FIELDS_LENGTH = 4 * 1024;
export const MAX_BODY_LENGTH = 1024 * 1024;
export const MAX_HEADS = 16;
export const SIGNATURE_LENGTH = 64;

/** What a signature is bound to while no ward exists: the genesis item and the certificate in it. */
export const NO_WARD: WardId = wardId.from(new Uint8Array(32));

const content = union({
  operation: [1, record({})],
  session: [2, record({})],
  grant: [3, record({ team: teamId.shape, epoch: uint(0xffffffff) })],
  changeset: [4, record({ epoch: uint(0xffffffff), history: fixedBytes(32) })],
  receipt: [6, record({})],
  audit: [7, record({})],
  custody: [11, record({})],
});

const fieldsShape = record({
  suite: uint(255),
  document: documentId.shape,
  author: authorId.shape,
  seq: uint(0xffffffff),
  /** Id of the item before, or empty when `seq` is 1. */
  prev: variableBytes(0, 32),
  heads: list(itemId.shape, MAX_HEADS),
  time: uint(),
  content,
});

export type ItemContent = ValueOf<typeof content>;
export type ItemKind = ItemContent['type'];
export type ItemFields = ValueOf<typeof fieldsShape>;

export interface Item {
  readonly id: ItemId;
  readonly fields: ItemFields;
  /** The bytes that were hashed: associated data of what the body seals. */
  readonly encodedFields: Uint8Array;
  readonly body: Uint8Array;
  /** 64 bytes, or undefined for an item inside a run that a later signature covers. */
  readonly signature: Uint8Array | undefined;
}

/** The three byte strings of an item, as stored and sent. An absent signature is empty. */
export interface EncodedItem {
  readonly fields: Uint8Array;
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

/** Where an item goes in its chain: everything about it but its content. */
export type ItemPlace = Omit<ItemFields, 'suite' | 'content'>;

export function encodeFields(place: ItemPlace, itemContent: ItemContent): Uint8Array {
  return toBytes(fieldsShape, { ...place, suite: SUITE, content: itemContent });
}

/**
 * Signs `body` under fields made by `encodeFields`. `key` is the author's; `ward` is `NO_WARD` for genesis alone.
 */
export function signItem(key: SigningKey, ward: WardId, encodedFields: Uint8Array, body: Uint8Array): Item {
  const item = unsignedItem(encodedFields, body);
  return { ...item, signature: signFor(key, purposeOf(item.fields), ward, item.id) };
}

/** As `signItem`, with a device's key, which may not be in this program. */
export async function signItemWith(key: DeviceKey, ward: WardId, encodedFields: Uint8Array, body: Uint8Array): Promise<Item> {
  const item = unsignedItem(encodedFields, body);
  return { ...item, signature: await signWith(key, purposeOf(item.fields), ward, item.id) };
}

function unsignedItem(encodedFields: Uint8Array, body: Uint8Array): Omit<Item, 'signature'> {
  const fields = parseFields(encodedFields);
  if (body.length > MAX_BODY_LENGTH) throw new RangeError(`item body of ${body.length} bytes, at most ${MAX_BODY_LENGTH}`);
  return { id: itemIdOf(encodedFields, body), fields, encodedFields, body };
}

/** Bounds, then parse. Throws `MalformedError`; checks no signature. */
export function decodeItem(encoded: EncodedItem): Item {
  const { fields: encodedFields, body, signature } = encoded;
  if (body.length > MAX_BODY_LENGTH) throw new MalformedError(`item body: ${body.length} bytes, at most ${MAX_BODY_LENGTH}`);
  if (signature.length !== 0 && signature.length !== SIGNATURE_LENGTH) throw new MalformedError('item signature: not 0 or 64 bytes');
  const fields = parseFields(encodedFields);
  return {
    id: itemIdOf(encodedFields, body),
    fields,
    encodedFields,
    body,
    signature: signature.length === 0 ? undefined : signature,
  };
}

export function encodeItem(item: Item): EncodedItem {
  return { fields: item.encodedFields, body: item.body, signature: item.signature ?? new Uint8Array(0) };
}

/** Whether the item bears a valid signature of its author in `ward`. */
export function isSigned(item: Item, ward: WardId): boolean {
  return item.signature !== undefined && verifyFor(item.fields.author, purposeOf(item.fields), ward, item.id, item.signature);
}

/** Bytes an item takes on the wire, apart from framing. */
export function itemLength(item: EncodedItem): number {
  return item.fields.length + item.body.length + item.signature.length;
}

export interface Chain {
  readonly document: DocumentId;
  readonly author: AuthorId;
}

function parseFields(bytes: Uint8Array): ItemFields {
  const fields = fromBytes(fieldsShape, bytes, MAX_FIELDS_LENGTH, 'item');
  if (fields.suite !== SUITE) throw new MalformedError(`item: suite ${fields.suite} is not known`);
  if (fields.seq === 0) throw new MalformedError('item: seq starts at 1');
  if (fields.prev.length !== (fields.seq === 1 ? 0 : 32)) throw new MalformedError('item: prev does not fit seq');
  fields.heads.forEach((head, index) => {
    const before = fields.heads[index - 1];
    if (before !== undefined && compareBytes(before, head) >= 0) throw new MalformedError('item: heads not sorted');
  });
  return fields;
}

function itemIdOf(encodedFields: Uint8Array, body: Uint8Array): ItemId {
  return itemId.from(sha256(ITEM_ID_PREFIX, encode(encodedFields), body));
}

const ITEM_ID_PREFIX = encode(LABEL.itemId);

function purposeOf(fields: ItemFields): string {
  return `${LABEL.item}/${fields.content.type}`;
}
