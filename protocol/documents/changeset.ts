/** Changesets: Automerge changes on their way between the engine and the chain (SUITE-3, DOC-1, DOC-2). */
import { compareBytes, equalBytes, toHex } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import type { WardId } from '../codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { fromBytes, list, toBytes, variableBytes } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { hmacSha256 } from '../crypto/signing/hash.ts';
import type { SigningKey } from '../crypto/signing/signature.ts';
import { encodeFields, MAX_BODY_LENGTH, signItem, type Item, type ItemPlace } from '../items/item.ts';
import type { DocumentSecrets } from '../keys/grant.ts';
import { readChangeHeader, type ChangeHeader } from './change-header.ts';

const MAX_CHANGES = 1024;
const plaintextShape = list(variableBytes(1, MAX_BODY_LENGTH), MAX_CHANGES);

/** How far a chain has been read: what the next changeset must continue. */
export interface ChainPosition {
  /** Seq of the last item that was read. */
  readonly seq: number;
  readonly history: Uint8Array;
  /** Automerge sequence number of the session's last change in this document. */
  readonly changeSeq: number;
}

/** An Automerge change, with what is needed to put it in its place. Hashes are in hex. */
export interface Change {
  readonly bytes: Uint8Array;
  readonly hash: string;
  readonly deps: readonly string[];
}

export const CHAIN_START: ChainPosition = { seq: 0, history: new Uint8Array(32), changeSeq: 0 };

/** `no-key` may mend itself when a grant arrives; everything else is the author's doing. */
export type ChangesetFailure = 'no-key' | 'does-not-open' | 'malformed' | 'actor' | 'sequence' | 'history';

/** Seals and signs `changes` as the next item of the session's chain. */
export function sealChangeset(
  ward: WardId,
  session: SigningKey,
  secrets: DocumentSecrets,
  place: ItemPlace,
  position: ChainPosition,
  changes: readonly Uint8Array[],
  entropy: Entropy,
): { readonly item: Item; readonly position: ChainPosition } {
  const after = advance(secrets, { ...position, seq: place.seq - 1 }, changes, session.publicKey);
  if (!after.ok) throw new Error(`own changes do not continue the chain: ${after.failure}`);
  const fields = encodeFields(place, { type: 'changeset', epoch: secrets.epoch, history: after.value.position.history });
  const body = sealCommitted(secrets.key, contextOf(ward, place), fields, toBytes(plaintextShape, changes), entropy);
  return { item: signItem(session, ward, fields, body), position: after.value.position };
}

export interface OpenedChangeset {
  readonly changes: readonly Change[];
  /** Of the chain, after this changeset. */
  readonly position: ChainPosition;
}

/** Opens an admitted changeset with one of `candidates`, the document's keys of its epoch. */
export function openChangeset(
  ward: WardId,
  candidates: readonly DocumentSecrets[],
  item: Item,
  position: ChainPosition,
): Result<OpenedChangeset, ChangesetFailure> {
  const { content } = item.fields;
  if (content.type !== 'changeset') return fail('malformed');
  if (candidates.length === 0) return fail('no-key');
  for (const secrets of candidates) {
    const plaintext = openCommitted(secrets.key, contextOf(ward, item.fields), item.encodedFields, item.body);
    if (plaintext === null) continue;
    const changes = parse(plaintext);
    if (changes === undefined) return fail('malformed');
    const after = advance(secrets, position, changes, item.fields.author);
    if (!after.ok) return after;
    if (compareBytes(after.value.position.history, content.history) !== 0) return fail('history');
    return after;
  }
  return fail('does-not-open');
}

function advance(secrets: DocumentSecrets, position: ChainPosition, encoded: readonly Uint8Array[], author: Uint8Array): Result<OpenedChangeset, ChangesetFailure> {
  let { changeSeq } = position;
  const hashes: Uint8Array[] = [];
  const changes: Change[] = [];
  try {
    for (const bytes of encoded) {
      const header = readChangeHeader(bytes);
      if (!equalBytes(header.actor, author)) return fail('actor');
      if (header.seq !== changeSeq + 1) return fail('sequence');
      changeSeq = header.seq;
      hashes.push(header.hash);
      changes.push(changeOf(bytes, header));
    }
  } catch (error) {
    if (error instanceof MalformedError) return fail('malformed');
    throw error;
  }
  const history = hmacSha256(secrets.historyKey, position.history, ...hashes);
  return succeed({ changes, position: { seq: position.seq + 1, changeSeq, history } });
}

/** Throws `MalformedError`. */
export function readChange(bytes: Uint8Array): Change {
  return changeOf(bytes, readChangeHeader(bytes));
}

function changeOf(bytes: Uint8Array, { hash, deps }: ChangeHeader): Change {
  return { bytes, hash: toHex(hash), deps: deps.map(toHex) };
}

function parse(plaintext: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    const changes = fromBytes(plaintextShape, plaintext, MAX_BODY_LENGTH, 'changeset');
    return changes.length === 0 ? undefined : changes;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function contextOf(ward: WardId, { document }: Pick<ItemPlace, 'document'>) {
  return { label: LABEL.changesetKey, ward, subject: document };
}
