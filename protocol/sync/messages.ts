/**
 * The messages of `/wardsync/sync/1` (SPEC, SYNC) and their encoding.
 *
 * A frame's length is checked against the bound of its own type before anything of it is parsed; every list has a
 * bound; whatever a peer could say in two ways (order, duplicates) has one.
 */
import { compareBytes } from '../codec/bytes.ts';
import { authorId, deviceId, documentId, itemId, wardId, type Hex, type DocumentId } from '../codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { fixedBytes, fromBytes, list, oneOf, record, text, toBytes, uint, union, variableBytes, type Shape, type ValueOf } from '../codec/shape.ts';
import { MAX_BODY_LENGTH, SIGNATURE_LENGTH } from '../items/item.ts';
import { MAX_RUN_ITEMS } from '../replica/replica.ts';

export const SYNC_PROTOCOL = '/wardsync/sync/1';
export const SYNC_VERSION = 1;
/** Longest frame of any type (SYNC-1). */
export const MAX_FRAME_LENGTH = 2 * 1024 * 1024 + 64 * 1024;

export const MAX_SUBSCRIBED_DOCUMENTS = 1024;
/** Documents in a leaf of the digest trie (FRONT-2). */
export const MAX_LEAF_DOCUMENTS = 8;
/** Nodes asked for in one request. */
export const MAX_NODES = 64;
/** Chains asked for in one `want`. */
export const MAX_WANTS = 1024;
export const MAX_RUNS = 2048;
/** Entries of one document's frontier in one message; the rest follows in the next. */
export const MAX_ENTRIES = 4096;
export const MAX_RANGES = 1024;
export const MAX_ANSWERED_DOCUMENTS = 4096;
const MAX_FIELDS_ON_WIRE = 64 * 1024;
const HEX_PREFIX = /^[0-9a-f]*$/;

export const END_REASONS = ['done', 'version', 'ward', 'too-large', 'malformed', 'overload', 'revoked', 'internal', 'timeout'] as const;

const digest = fixedBytes(32);
const seq = uint(0xffffffff);
const request = uint(0xffffffff);
const sortedByDocument = <T extends { readonly document: Uint8Array }>(element: Shape<T>, max: number): Shape<readonly T[]> =>
  where(list(element, max), (values) => ascending(values.map((value) => value.document)), 'documents not in order');

const entry = record({ author: authorId.shape, seq, id: itemId.shape });
const entries = where(list(entry, MAX_ENTRIES), (values) => ascending(values.map((value) => value.author)), 'authors not in order');
const subscription = union({
  all: [1, record({})],
  documents: [2, record({ documents: list(documentId.shape, MAX_SUBSCRIBED_DOCUMENTS) })],
});

const node = union({
  /** Digests of the sixteen children; empty where there is no document. */
  inner: [1, record({ children: where(list(variableBytes(0, 32), 16), isSixteenDigests, 'not sixteen digests') })],
  leaf: [2, record({ documents: sortedByDocument(record({ document: documentId.shape, digest }), MAX_LEAF_DOCUMENTS) })],
});
/** Hex digits with which the documents under the node begin. */
const prefix = where(text(32), (value) => HEX_PREFIX.test(value), 'not a prefix');
const placedNodes = (max: number) => list(record({ prefix, node }), max);

const encodedItem = record({
  fields: variableBytes(1, MAX_FIELDS_ON_WIRE),
  body: variableBytes(0, MAX_BODY_LENGTH),
  signature: where(variableBytes(0, SIGNATURE_LENGTH), (bytes) => bytes.length === 0 || bytes.length === SIGNATURE_LENGTH, 'signature'),
});
const chain = { document: documentId.shape, author: authorId.shape };
const run = record({ ...chain, items: list(encodedItem, MAX_RUN_ITEMS) });
const documentEntries = record({ document: documentId.shape, entries });
const after = where(variableBytes(0, 32), (bytes) => bytes.length === 0 || bytes.length === 32, 'not an author');

const messageShape = union({
  hello: [1, record({
    version: uint(0xff), ward: wardId.shape, device: deviceId.shape, time: uint(), subscription,
    /** Digest of the log and the sessions document alone, and of the sender's own subscription. */
    foundation: digest, root: digest,
  })],
  heartbeat: [2, record({
    /** Items ever stored, digest of the agreed subscription, sender's clock: these three are signed (SYNC-8). */
    count: uint(), root: digest, time: uint(), signature: fixedBytes(64),
    foundation: digest,
    /** Whether the sender has nothing left to compare or to ask for. */
    settled: oneOf(['no', 'yes']),
  })],
  /** The sender's own nodes; the answer holds what differs below them. */
  nodes: [3, record({ request, nodes: placedNodes(MAX_NODES) })],
  frontiers: [4, record({
    request,
    /** All of the sender's frontier from `after` to the last entry, or to the end when `complete`. Answered by what the sender lacks. */
    ranges: list(record({ document: documentId.shape, after, entries, complete: oneOf(['no', 'yes']) }), MAX_RANGES),
    /** Only what the receiver was seen to lack. */
    ahead: list(documentEntries, MAX_RANGES),
  })],
  /** To `nodes` and `frontiers` alike. */
  answer: [5, record({
    request,
    nodes: placedNodes(16 * MAX_NODES),
    /** Whole frontiers of documents that differ. */
    frontiers: list(documentEntries, MAX_ANSWERED_DOCUMENTS),
    ahead: list(documentEntries, MAX_ANSWERED_DOCUMENTS),
    /** Documents that differ too but did not fit: to be asked for from `after` on. */
    resume: list(record({ document: documentId.shape, after }), MAX_ANSWERED_DOCUMENTS),
  })],
  want: [6, record({ request, wants: where(list(record({ ...chain, from: seq }), MAX_WANTS), (wants) => wants.length > 0, 'empty') })],
  /** Runs for the first of the wants, in their order; at least for one. A run without items: there is nothing from there. */
  runs: [7, record({ request, runs: list(run, MAX_RUNS) })],
  push: [8, record({ push: request, runs: list(run, MAX_RUNS) })],
  stored: [9, record({
    /** Pushes that were dealt with: their bytes may be pushed anew. */
    pushes: list(request, MAX_WANTS),
    /** Chains as far as they are durable. */
    chains: list(record({ ...chain, seq }), MAX_WANTS),
  })],
  end: [10, record({ reason: oneOf(END_REASONS) })],
});

export type Message = ValueOf<typeof messageShape>;
export type MessageOf<T extends Message['type']> = Extract<Message, { readonly type: T }>;
export type Node = ValueOf<typeof node>;
export type PlacedNode = { readonly prefix: string; readonly node: Node };
export type Entry = ValueOf<typeof entry>;
export type DocumentEntries = ValueOf<typeof documentEntries>;
export type FrontierRange = MessageOf<'frontiers'>['ranges'][number];
export type EndReason = (typeof END_REASONS)[number];
export type DocumentHex = Hex<DocumentId>;

const KIBI = 1024;
/** Longest frame of each type, by its number on the wire. */
const MAX_LENGTH = new Map<number, number>([
  [1, 24 * KIBI],
  [2, 256],
  [3, 64 * KIBI],
  [4, 1280 * KIBI],
  [5, 1792 * KIBI],
  [6, 80 * KIBI],
  [7, MAX_FRAME_LENGTH],
  [8, MAX_FRAME_LENGTH],
  [9, 80 * KIBI],
  [10, 16],
]);

export function encodeMessage(message: Message): Uint8Array {
  return toBytes(messageShape, message);
}

/** Bounds, version, then parse. */
export function parseMessage(frame: Uint8Array): Result<Message, 'too-large' | 'malformed' | 'version'> {
  // Every message is the array [number, [field…]]: two bytes name the type.
  const number = frame[0] === 0x82 ? frame[1] : undefined;
  const maxLength = number === undefined ? undefined : MAX_LENGTH.get(number);
  if (maxLength === undefined) return fail('malformed');
  if (frame.length > maxLength) return fail('too-large');
  // A hello of another version may have other fields; its version stands first in each.
  if (number === 1 && ((frame[2] ?? 0) & 0xe0) === 0x80 && frame[3] !== SYNC_VERSION) return fail('version');
  try {
    return succeed(fromBytes(messageShape, frame, maxLength, 'frame'));
  } catch (error) {
    if (error instanceof MalformedError) return fail('malformed');
    throw error;
  }
}

/** The part of a heartbeat that the device key signs. */
const signedHeartbeat = record({ count: uint(), root: digest, time: uint() });

export function heartbeatContent({ count, root, time }: ValueOf<typeof signedHeartbeat>): Uint8Array {
  return toBytes(signedHeartbeat, { count, root, time });
}

function where<T>(shape: Shape<T>, holds: (value: T) => boolean, complaint: string): Shape<T> {
  return {
    toCbor: (value) => {
      if (!holds(value)) throw new RangeError(complaint);
      return shape.toCbor(value);
    },
    fromCbor: (cbor, title) => {
      const value = shape.fromCbor(cbor, title);
      if (!holds(value)) throw new MalformedError(`${title}: ${complaint}`);
      return value;
    },
  };
}

function isSixteenDigests(children: readonly Uint8Array[]): boolean {
  return children.length === 16 && children.every(({ length }) => length === 0 || length === 32);
}

function ascending(keys: readonly Uint8Array[]): boolean {
  return keys.every((key, index) => {
    const before = keys[index - 1];
    return before === undefined || compareBytes(before, key) < 0;
  });
}
