/**
 * The format on disk, version 1, the same for LevelDB and IndexedDB: sorted binary keys and checked values.
 *
 *     00                              → [format name, version]
 *     01 ‖ document ‖ author ‖ seq    → [fields, body, signature]         one record per item, seq as 4 bytes big-endian
 *     02 ‖ document ‖ author          → [seq, id, heads, bytes]           the chain's head
 *     03 ‖ document ‖ author          → [seq, kept, [fields, body, signature]]   evidence of a fork
 *     04 ‖ name in ASCII              → [value]                           of this replica's own
 *
 * A value is CBOR followed by 4 bytes, the CRC-32 (big-endian) of key ‖ CBOR: LevelDB does not check its blocks when
 * it reads them, and so a record that has rotted or stands at a wrong place is noticed here.
 */
import { concatBytes, utf8 } from '../codec/bytes.ts';
import { authorId, documentId, itemId, type DocumentId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fromBytes, list, record, text, toBytes, uint, variableBytes, type Shape } from '../codec/shape.ts';
import { MAX_BODY_LENGTH, MAX_HEADS, SIGNATURE_LENGTH, type Chain } from '../items/item.ts';
import { crc32 } from './checksum.ts';
import type { ChainHead, DamagedItem, ForkEvidence, StoredItem } from './item-store.ts';

export const FORMAT_VERSION = 1;

/** `value` null removes the record. */
export interface RecordWrite {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export interface RecordEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Both ends belong to it. */
export interface KeyRange {
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

const VERSION = 0;
const ITEM = 1;
const HEAD = 2;
const FORK = 3;
const LOCAL = 4;

const MAX_SEQ = 0xffffffff;
const MAX_LOCAL_KEY = 64;
const CHAIN_LENGTH = 16 + 32;
const CHECKSUM_LENGTH = 4;
/** More than any record takes. */
const MAX_RECORD_LENGTH = 2 * 1024 * 1024;
/** Of a fragment, the kind with the longest fields (ITEM-1). */
const MAX_STORED_FIELDS = 64 * 1024;
const FORMAT_NAME = 'wardsync-store';

const versionShape = record({ format: text(32), version: uint() });
const itemShape = record({
  fields: variableBytes(0, MAX_STORED_FIELDS),
  body: variableBytes(0, MAX_BODY_LENGTH),
  signature: variableBytes(0, SIGNATURE_LENGTH),
});
const headShape = record({ seq: uint(MAX_SEQ), id: itemId.shape, heads: list(itemId.shape, MAX_HEADS), bytes: uint() });
const forkShape = record({ seq: uint(MAX_SEQ), kept: itemId.shape, other: itemShape });
const localShape = record({ value: variableBytes(0, MAX_RECORD_LENGTH - 16) });

export const VERSION_KEY: Uint8Array = Uint8Array.of(VERSION);
export const ALL_HEADS: KeyRange = everything(HEAD);
export const ALL_FORKS: KeyRange = everything(FORK);

export function versionRecord(version: number = FORMAT_VERSION): RecordWrite {
  return write(VERSION_KEY, versionShape, { format: FORMAT_NAME, version });
}

/** Throws `MalformedError` when it is the version record of something else. */
export function readVersion(entry: RecordEntry): number {
  const { format, version } = read(entry, versionShape, 'version record');
  if (format !== FORMAT_NAME) throw new MalformedError('version record: of another program');
  return version;
}

export function itemRecord(stored: StoredItem): RecordWrite {
  return write(itemKey(stored, stored.seq), itemShape, stored.item);
}

export function readItem(entry: RecordEntry): StoredItem {
  return { ...placeOf(entry), item: read(entry, itemShape, 'item record') };
}

/** As `readItem`, of a record that may be damaged. */
export function examineItem(entry: RecordEntry): StoredItem | DamagedItem {
  try {
    return readItem(entry);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { ...placeOf(entry), damage: error.message };
  }
}

function placeOf({ key }: RecordEntry): Chain & { readonly seq: number } {
  return { ...chainOf(key, 4), seq: new DataView(key.buffer, key.byteOffset).getUint32(1 + CHAIN_LENGTH) };
}

/** The chain has no head any more. */
export function noHeadRecord(chain: Chain): RecordWrite {
  return { key: chainKey(HEAD, chain), value: null };
}

/** Keys of a chain's items from `fromSeq` to its end. */
export function itemsFrom(chain: Chain, fromSeq: number): KeyRange {
  return { first: itemKey(chain, fromSeq), last: itemKey(chain, MAX_SEQ) };
}

/** Keys of all heads, all forks, and all items of a document: in this order they may be removed, since a head without its item is damage. */
export function recordsOf(document: DocumentId): readonly KeyRange[] {
  return [HEAD, FORK, ITEM].map((type) => ({
    first: concatBytes(Uint8Array.of(type), document),
    last: concatBytes(Uint8Array.of(type), document, new Uint8Array(CHAIN_LENGTH - 16 + 4 + 1).fill(0xff)),
  }));
}

export function headRecord(head: ChainHead): RecordWrite {
  return write(chainKey(HEAD, head), headShape, head);
}

export function readHead(entry: RecordEntry): ChainHead {
  return { ...chainOf(entry.key, 0), ...read(entry, headShape, 'head record') };
}

export function forkRecord(fork: ForkEvidence): RecordWrite {
  return write(chainKey(FORK, fork), forkShape, fork);
}

export function readFork(entry: RecordEntry): ForkEvidence {
  return { ...chainOf(entry.key, 0), ...read(entry, forkShape, 'fork record') };
}

/** Throws `RangeError` for a name that is not 1 to 64 printable ASCII characters. */
export function localKey(name: string): Uint8Array {
  if (!/^[\x20-\x7e]+$/.test(name) || name.length > MAX_LOCAL_KEY) throw new RangeError(`not a local key: ${JSON.stringify(name)}`);
  return concatBytes(Uint8Array.of(LOCAL), utf8(name));
}

export function localRecord(name: string, value: Uint8Array | null): RecordWrite {
  const key = localKey(name);
  return value === null ? { key, value } : write(key, localShape, { value });
}

export function readLocal(entry: RecordEntry): Uint8Array {
  return read(entry, localShape, 'local record').value;
}

export function itemKey(chain: Chain, seq: number): Uint8Array {
  const end = new Uint8Array(4);
  new DataView(end.buffer).setUint32(0, seq);
  return concatBytes(chainKey(ITEM, chain), end);
}

function chainKey(type: number, chain: Chain): Uint8Array {
  return concatBytes(Uint8Array.of(type), chain.document, chain.author);
}

function chainOf(key: Uint8Array, more: number): Chain {
  if (key.length !== 1 + CHAIN_LENGTH + more) throw new MalformedError('record key: wrong length');
  return { document: documentId.from(key.slice(1, 17)), author: authorId.from(key.slice(17, 49)) };
}

function everything(type: number): KeyRange {
  return { first: Uint8Array.of(type), last: Uint8Array.of(type, ...new Uint8Array(CHAIN_LENGTH + 1).fill(0xff)) };
}

function write<T>(key: Uint8Array, shape: Shape<T>, value: T): RecordWrite {
  const content = toBytes(shape, value);
  return { key, value: concatBytes(content, checksum(key, content)) };
}

function read<T>(entry: RecordEntry, shape: Shape<T>, title: string): T {
  const length = entry.value.length - CHECKSUM_LENGTH;
  if (length < 1) throw new MalformedError(`${title}: too short`);
  const content = entry.value.subarray(0, length);
  const expected = checksum(entry.key, content);
  if (expected.some((byte, index) => byte !== entry.value[length + index])) throw new MalformedError(`${title}: checksum does not fit`);
  return fromBytes(shape, content, MAX_RECORD_LENGTH, title);
}

function checksum(key: Uint8Array, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHECKSUM_LENGTH);
  new DataView(bytes.buffer).setUint32(0, crc32(key, content));
  return bytes;
}
