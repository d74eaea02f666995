/** Receipts: the archive's signed word that items are durable there ('backed up'). Batched; one item names many chains. */
import { authorId, documentId, itemId } from '../codec/ids.ts';
import { fromBytes, list, record, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import { MAX_BODY_LENGTH } from './item.ts';

export const MAX_RECEIPTED_CHAINS = 4096;

const receiptedShape = record({ document: documentId.shape, author: authorId.shape, seq: uint(0xffffffff), id: itemId.shape });
const bodyShape = list(receiptedShape, MAX_RECEIPTED_CHAINS);

/** Everything in the chain up to and including `seq` is on the archive's disk. */
export type Receipted = ValueOf<typeof receiptedShape>;

export function encodeReceipt(chains: readonly Receipted[]): Uint8Array {
  return toBytes(bodyShape, chains);
}

/** Throws `MalformedError`. */
export function decodeReceipt(body: Uint8Array): readonly Receipted[] {
  return fromBytes(bodyShape, body, MAX_BODY_LENGTH, 'receipt');
}
