/** The bodies of grant items: how keys travel to those who may have them (KEYS-2 to KEYS-7). */
import { concatBytes, equalBytes } from '../codec/bytes.ts';
import { encode } from '../codec/cbor.ts';
import type { Entropy } from '../codec/environment.ts';
import { documentId, teamId, userId, type AuthorId, type DocumentId, type TeamId, type UserId, type WardId } from '../codec/ids.ts';
import { fixedBytes, fromBytes, list, record, toBytes, uint, union, variableBytes, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { openFrom, sealTo, type KemKeyPair } from '../crypto/sealing/hpke.ts';
import { labelledHash, sha256 } from '../crypto/signing/hash.ts';
import { MAX_BODY_LENGTH } from '../items/item.ts';

/** Fits a body of 1 MiB; a larger team takes several grants of the same key. */
export const MAX_WRAPS = 800;
/** In one grant; what is older is linked from the grants of the epochs between (KEYS-2). */
export const MAX_EARLIER_KEYS = 256;
/** Keys of one document in one break-glass wrap. */
export const MAX_GLASS_SECRETS = 256;

const bodyShape = union({
  'team-epoch': [1, record({
    wraps: list(record({ user: userId.shape, sealed: variableBytes(1, 2048) }), MAX_WRAPS),
    /** Keys of earlier epochs, each sealed under this epoch's key. */
    earlier: list(record({ epoch: uint(0xffffffff), sealed: variableBytes(1, 256) }), MAX_EARLIER_KEYS),
  })],
  document: [2, record({
    epoch: uint(0xffffffff),
    /** 16 bytes in the document's origin, empty in every later grant. */
    nonce: variableBytes(0, 16),
    sealed: variableBytes(1, 256),
  })],
  /** The document's keys for whoever breaks the glass (GLASS-4); the team and epoch of the item are those of the all-clinicians key. */
  glass: [3, record({
    /** The newest epoch in it. */
    epoch: uint(0xffffffff),
    dealing: fixedBytes(16),
    point: fixedBytes(32),
    proof: fixedBytes(64),
    sealed: variableBytes(1, 16 * 1024),
    finder: variableBytes(1, 1024),
  })],
});

export type GrantBody = ValueOf<typeof bodyShape>;
export type GlassBody = Extract<GrantBody, { readonly type: 'glass' }>;

/** Throws `MalformedError`. */
export function decodeGrant(body: Uint8Array): GrantBody {
  return fromBytes(bodyShape, body, MAX_BODY_LENGTH, 'grant');
}

export interface TeamKey {
  readonly team: TeamId;
  readonly epoch: number;
  readonly key: Uint8Array;
}

export interface DocumentSecrets {
  readonly epoch: number;
  /** Opens and seals changesets of this epoch. 32 bytes. */
  readonly key: Uint8Array;
  /** Keys the `history` field; the same in every epoch. 32 bytes. */
  readonly historyKey: Uint8Array;
}

/** KEYS-7: only `author` can have made this document. */
export function originatedDocument(ward: WardId, author: AuthorId, nonce: Uint8Array): DocumentId {
  return documentId.from(labelledHash(LABEL.documentId, encode([ward, author, nonce])).slice(0, 16));
}

export function newTeamId(entropy: Entropy): TeamId {
  return teamId.from(entropy.randomBytes(16));
}

/** Seals a team key to each recipient. `fields` are the grant item's encoded fields. */
export async function teamGrantBody(
  ward: WardId,
  granted: TeamKey,
  fields: Uint8Array,
  recipients: readonly { readonly user: UserId; readonly kemKey: Uint8Array }[],
  earlier: readonly TeamKey[],
  entropy: Entropy,
): Promise<Uint8Array> {
  const wraps = [];
  for (const { user, kemKey } of recipients) {
    const sealed = await sealTo(kemKey, teamInfo(ward, granted, kemKey), fields, granted.key, entropy);
    // A key in the log that cannot be sealed to belongs to nobody honest; its holder gets nothing, the others do.
    if (sealed.ok) wraps.push({ user, sealed: sealed.value });
  }
  return toBytes(bodyShape, {
    type: 'team-epoch',
    wraps,
    earlier: earlier.map((old) => ({ epoch: old.epoch, sealed: sealCommitted(granted.key, linkContext(ward, granted.team), encode(old.epoch), old.key, entropy) })),
  });
}

/** The team key if one of the wraps is for `user` and opens; null otherwise. */
export async function openTeamWrap(ward: WardId, granted: Omit<TeamKey, 'key'>, fields: Uint8Array, grant: GrantBody, user: UserId, kem: KemKeyPair): Promise<Uint8Array | null> {
  if (grant.type !== 'team-epoch') return null;
  for (const wrap of grant.wraps) {
    if (!equalBytes(wrap.user, user)) continue;
    const key = await openFrom(kem, teamInfo(ward, granted, kem.publicKey), fields, wrap.sealed);
    if (key !== null && key.length === 32) return key;
  }
  return null;
}

/** Earlier keys that a team key of a later epoch opens. */
export function openEarlierKeys(ward: WardId, holder: TeamKey, grant: GrantBody): TeamKey[] {
  if (grant.type !== 'team-epoch') return [];
  return grant.earlier.flatMap(({ epoch, sealed }) => {
    const key = openCommitted(holder.key, linkContext(ward, holder.team), encode(epoch), sealed);
    return key === null || key.length !== 32 || epoch >= holder.epoch ? [] : [{ team: holder.team, epoch, key }];
  });
}

export function documentGrantBody(ward: WardId, document: DocumentId, secrets: DocumentSecrets, nonce: Uint8Array, fields: Uint8Array, teamKey: TeamKey, entropy: Entropy): Uint8Array {
  const sealed = sealCommitted(teamKey.key, documentContext(ward, document), fields, concatBytes(secrets.key, secrets.historyKey), entropy);
  return toBytes(bodyShape, { type: 'document', epoch: secrets.epoch, nonce, sealed });
}

export function glassGrantBody(body: GlassBody): Uint8Array {
  return toBytes(bodyShape, body);
}

export function openDocumentGrant(ward: WardId, document: DocumentId, fields: Uint8Array, grant: GrantBody, teamKeys: readonly Uint8Array[]): DocumentSecrets | null {
  if (grant.type !== 'document') return null;
  for (const teamKey of teamKeys) {
    const secrets = openCommitted(teamKey, documentContext(ward, document), fields, grant.sealed);
    if (secrets?.length === 64) return { epoch: grant.epoch, key: secrets.slice(0, 32), historyKey: secrets.slice(32) };
  }
  return null;
}

/** Orders several keys of one epoch: the first is the one to write with (KEYS-7). */
export function keyRank(key: Uint8Array): Uint8Array {
  return sha256(key);
}

function teamInfo(ward: WardId, { team, epoch }: Omit<TeamKey, 'key'>, recipientKey: Uint8Array): Uint8Array {
  return encode([LABEL.teamGrant, ward, team, epoch, recipientKey]);
}

function linkContext(ward: WardId, team: TeamId) {
  return { label: LABEL.epochLink, ward, subject: team };
}

function documentContext(ward: WardId, document: DocumentId) {
  return { label: LABEL.documentGrant, ward, subject: document };
}
