/**
 * The two items of a session's chain in the sessions document: the first is its certificate, the second, when it ends
 * in an orderly way, says where its chains end. Cuts of removals can then be read off closed sessions.
 */
import { documentId, itemId } from '../codec/ids.ts';
import { fromBytes, list, record, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import { MAX_BODY_LENGTH } from '../items/item.ts';
import { certificateShape, type Certificate } from './certificate.ts';

export const SESSION_START = 1;
export const SESSION_END = 2;

/** A session that wrote to more documents leaves the rest to the cut itself. */
export const MAX_ENDED_CHAINS = 8192;
const endShape = list(record({ document: documentId.shape, seq: uint(0xffffffff), id: itemId.shape }), MAX_ENDED_CHAINS);

/** The last item of each chain that the session wrote, its chain in the sessions document apart. */
export type SessionEnd = ValueOf<typeof endShape>;

export function encodeSessionStart(certificate: Certificate): Uint8Array {
  return toBytes(certificateShape, certificate);
}

/** Throws `MalformedError`. */
export function decodeSessionStart(body: Uint8Array): Certificate {
  return fromBytes(certificateShape, body, MAX_BODY_LENGTH, 'session');
}

export function encodeSessionEnd(end: SessionEnd): Uint8Array {
  return toBytes(endShape, end);
}

/** Throws `MalformedError`. */
export function decodeSessionEnd(body: Uint8Array): SessionEnd {
  return fromBytes(endShape, body, MAX_BODY_LENGTH, 'session end');
}
