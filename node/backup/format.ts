/**
 * A backup is one file, version 1:
 *
 *     magic line · frames · SHA-256 of everything before it (32 bytes)
 *
 * A frame is 4 bytes of length, big-endian, and one CBOR message: first `header`; then `run`s, each with contiguous items
 * of one chain, all runs of a chain together and from its first item on; then `fork`s; last `end`, with the counts.
 *
 * What it holds is what a blind peer may see. It holds no key of any device and no receipts: a restored archive is a new
 * device, which signs receipts of its own.
 */
import { authorId, documentId, itemId, wardId } from '../../protocol/codec/ids.ts';
import { list, oneOf, record, uint, union, variableBytes, type ValueOf } from '../../protocol/codec/shape.ts';
import { MAX_BODY_LENGTH, SIGNATURE_LENGTH } from '../../protocol/items/item.ts';
import { DEVICE_KINDS } from '../../protocol/membership/ward-state.ts';

export const MAGIC_NAME = 'wardsync-backup ';
/** A later format changes the number, and nothing else about this line. */
export const MAGIC = `${MAGIC_NAME}1\n`;
export const HASH_LENGTH = 32;

export const MAX_ITEMS_PER_RUN = 256;
export const MAX_BYTES_PER_RUN = 1024 * 1024;
/** A single item may be larger than a run's bytes by its fields; the rest is CBOR's heads. */
export const MAX_FRAME_LENGTH = MAX_BYTES_PER_RUN + 128 * 1024;

const item = record({
  fields: variableBytes(0, 64 * 1024),
  body: variableBytes(0, MAX_BODY_LENGTH),
  signature: variableBytes(0, SIGNATURE_LENGTH),
});

const header = record({ ward: wardId.shape, deviceKind: oneOf(DEVICE_KINDS), created: uint() });

export const frameShape = union({
  header: [1, header],
  run: [2, record({ items: list(item, MAX_ITEMS_PER_RUN) })],
  fork: [3, record({ document: documentId.shape, author: authorId.shape, seq: uint(0xffffffff), kept: itemId.shape, other: item })],
  end: [4, record({ chains: uint(), items: uint(), forks: uint() })],
});

export type Frame = ValueOf<typeof frameShape>;

/** Whose items these are: the ward, the kind of device that made the backup, and when (milliseconds since 1970). */
export type BackupHeader = ValueOf<typeof header>;

export interface BackupCounts {
  readonly chains: number;
  readonly items: number;
  readonly forks: number;
}
