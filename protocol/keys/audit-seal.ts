/**
 * What was opened, sealed to those who may look it up (AUDIT-2): a random key for each session, sealed to every reader by
 * HPKE, and entries sealed under it. Whoever unlocked the session has the key until it locks, and nobody else but the readers.
 */
import { equalBytes } from '../codec/bytes.ts';
import { encode } from '../codec/cbor.ts';
import type { Entropy } from '../codec/environment.ts';
import { documentId, type AuthorId, type UserId, type WardId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fromBytes, list, oneOf, record, text, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { openFrom, sealTo, type KemKeyPair } from '../crypto/sealing/hpke.ts';
import { MAX_SEALED_AUDIT, type AuditBody } from '../items/audit.ts';

/** How something was opened: read on a screen, taken out of the ward as a file, read as part of a review of disputed work, printed. */
export const OPENING_WAYS = ['screen', 'export', 'review', 'print'] as const;
/** UTF-16 units. */
export const MAX_OPENING_LABEL = 120;
/** In one item; the longest of them fit its bound. */
export const MAX_ENTRIES = 16;

const openingShape = record({
  /** Milliseconds since 1970, by the device's clock. */
  at: uint(),
  how: oneOf(OPENING_WAYS),
  /** The patient's record; the readers need not be able to open it, so the patient's name and number are here. */
  patient: documentId.shape,
  name: text(MAX_OPENING_LABEL),
  number: text(MAX_OPENING_LABEL),
  /** What of it: the record, stays. */
  documents: list(documentId.shape, 16),
});

const entriesShape = list(openingShape, MAX_ENTRIES);

export type Opening = ValueOf<typeof openingShape>;

export interface AuditReader {
  readonly user: UserId;
  readonly kemKey: Uint8Array;
}

/** A new key of a chain, sealed to each reader; a reader whose key in the log cannot be sealed to is left out. `fields` are the item's. */
export async function sealAuditKey(key: Uint8Array, ward: WardId, session: AuthorId, readers: readonly AuditReader[], fields: Uint8Array, entropy: Entropy): Promise<AuditBody['readers']> {
  const sealed = await Promise.all(readers.map(async ({ user, kemKey }) => ({ user, result: await sealTo(kemKey, keyInfo(ward, session, kemKey), fields, key, entropy) })));
  return sealed.flatMap(({ user, result }) => (result.ok ? [{ user, sealed: result.value }] : []));
}

/** Null for who is no reader of it. */
export async function openAuditKey({ readers }: AuditBody, ward: WardId, session: AuthorId, fields: Uint8Array, reader: UserId, kem: KemKeyPair): Promise<Uint8Array | null> {
  for (const { user, sealed } of readers) {
    if (!equalBytes(user, reader)) continue;
    const key = await openFrom(kem, keyInfo(ward, session, kem.publicKey), fields, sealed);
    if (key?.length === 32) return key;
  }
  return null;
}

export function sealOpenings(key: Uint8Array, ward: WardId, session: AuthorId, openings: readonly Opening[], fields: Uint8Array, entropy: Entropy): Uint8Array {
  return sealCommitted(key, entryContext(ward, session), fields, toBytes(entriesShape, openings), entropy);
}

/** Null when it does not open, or holds something else. */
export function openOpenings(key: Uint8Array, ward: WardId, session: AuthorId, sealed: Uint8Array, fields: Uint8Array): readonly Opening[] | null {
  const opened = openCommitted(key, entryContext(ward, session), fields, sealed);
  if (opened === null) return null;
  try {
    return fromBytes(entriesShape, opened, MAX_SEALED_AUDIT, 'openings');
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

function keyInfo(ward: WardId, session: AuthorId, readersKey: Uint8Array): Uint8Array {
  return encode([LABEL.auditKey, ward, session, readersKey]);
}

function entryContext(ward: WardId, session: AuthorId) {
  return { label: LABEL.audit, ward, subject: session };
}

