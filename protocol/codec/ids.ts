/**
 * Branded identifiers. A cast to a brand happens here and nowhere else, behind a length check.
 *
 * In memory ids are bytes; as keys of maps they are lower-case hex (`Hex<…>` keeps the brand).
 */
import { assertBytes, fromHex, toHex } from './bytes.ts';
import { fixedBytes, type Shape } from './shape.ts';

type Branded<Name extends string> = Uint8Array & { readonly __brand: Name };

/** SHA-256 of the ward's signed genesis item. 32 bytes. */
export type WardId = Branded<'WardId'>;
/** Random, given when a user is added. 16 bytes. */
export type UserId = Branded<'UserId'>;
/** A device's Ed25519 public key; its libp2p PeerId is made of the same key. 32 bytes. */
export type DeviceId = Branded<'DeviceId'>;
/** A session's Ed25519 public key, which is also the Automerge actor. 32 bytes. */
export type SessionId = Branded<'SessionId'>;
/** The public key of a one-time invitation. 32 bytes. */
export type InviteId = Branded<'InviteId'>;
/** Whoever may sign an item: a session, a device (receipts) or an invitation (joining). 32 bytes. */
export type AuthorId = SessionId | DeviceId | InviteId;
/** 16 bytes. */
export type TeamId = Branded<'TeamId'>;
/** 16 bytes. */
export type DocumentId = Branded<'DocumentId'>;
/** SHA-256 over an item's fields and body. 32 bytes. */
export type ItemId = Branded<'ItemId'>;

/** Hex text of an id, usable as a map key. */
export type Hex<Id extends Uint8Array> = string & { readonly __hex: Id };

export function hexOf<Id extends Uint8Array>(id: Id): Hex<Id> {
  return toHex(id) as Hex<Id>;
}

interface IdKind<Id extends Uint8Array> {
  readonly shape: Shape<Id>;
  /** Throws `MalformedError` on another length. */
  readonly from: (bytes: Uint8Array) => Id;
  readonly fromHex: (text: string) => Id;
}

function idKind<Id extends Uint8Array>(length: number, title: string): IdKind<Id> {
  const from = (bytes: Uint8Array): Id => assertBytes(bytes, length, title) as Id;
  return { shape: fixedBytes<Id>(length), from, fromHex: (text) => from(fromHex(text, title)) };
}

export const wardId = idKind<WardId>(32, 'ward id');
export const userId = idKind<UserId>(16, 'user id');
export const deviceId = idKind<DeviceId>(32, 'device id');
export const sessionId = idKind<SessionId>(32, 'session id');
export const inviteId = idKind<InviteId>(32, 'invitation id');
export const authorId = idKind<AuthorId>(32, 'author id');
export const teamId = idKind<TeamId>(16, 'team id');
export const documentId = idKind<DocumentId>(16, 'document id');
export const itemId = idKind<ItemId>(32, 'item id');

/** Documents that every ward has. Random document ids never begin with fifteen zero bytes. */
export const LOG_DOCUMENT = wellKnown(1);
export const SESSIONS_DOCUMENT = wellKnown(2);
export const RECEIPTS_DOCUMENT = wellKnown(3);
/** The read audit. */
export const AUDIT_DOCUMENT = wellKnown(4);
/** What each device says of what it keeps: erasures that it has carried out, backups that it has made. */
export const CUSTODY_DOCUMENT = wellKnown(11);

/** Whether a document is the ward's own, whose kinds of item are fixed (SPEC, ADMIT-2): those above, and what is reserved beside them. */
export function isWardsOwn(document: DocumentId): boolean {
  return document.subarray(0, 15).every((byte) => byte === 0);
}

function wellKnown(number: number): DocumentId {
  const bytes = new Uint8Array(16);
  bytes[15] = number;
  return documentId.from(bytes);
}
