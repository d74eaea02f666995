/**
 * ADMIT-2 to ADMIT-5: may this item enter a replica? A pure decision over what the replica has.
 *
 * Bounds, parse, chain and signature were checked before (ADMIT-1). Operations of the log are decided by the log
 * itself (`WardLog.consider`).
 */
import { equalBytes } from '../codec/bytes.ts';
import {
  AUDIT_DOCUMENT, CUSTODY_DOCUMENT, deviceId, hexOf, isWardsOwn, LOG_DOCUMENT, RECEIPTS_DOCUMENT, SESSIONS_DOCUMENT,
  type AuthorId, type DocumentId, type ItemId,
} from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { decodeAudit } from '../items/audit.ts';
import type { Item, ItemKind } from '../items/item.ts';
import { decodeCustody } from '../items/custody.ts';
import { decodeReceipt } from '../items/receipt.ts';
import { isCertified, type Certificate } from './certificate.ts';
import { maySign } from './roles.ts';
import { decodeSessionEnd, decodeSessionStart, SESSION_END, SESSION_START } from './session-record.ts';
import { standingOf, type Signatory, type Standing } from './standing.ts';
import type { DeviceKind, Membership, WardState } from './ward-state.ts';
import type { WardLog } from './ward-log.ts';

export type Admission =
  | { readonly outcome: 'admitted'; readonly standing: Standing; readonly signatory: Signatory }
  | { readonly outcome: 'waiting'; readonly for: 'session' | 'log-heads' | 'log' }
  | { readonly outcome: 'refused'; readonly reason: AdmissionRefusal };

export type AdmissionRefusal = 'malformed' | 'broken-chain' | 'unknown-author' | 'removed-author' | 'role' | 'wrong-document';

export interface AdmissionContext {
  readonly log: WardLog;
  /** The ward after what is durable here. */
  readonly state: WardState;
  /** The certificate in the sessions document, if it is here. */
  certificateOf(author: AuthorId): Certificate | undefined;
  /** The log heads in force at the item before; undefined at the beginning of a chain. */
  readonly headsBefore: readonly ItemId[] | undefined;
}

export function admit(item: Item, context: AdmissionContext): Admission {
  const { fields } = item;
  if (!kindsOf(fields.document).includes(fields.content.type)) return refused('wrong-document');
  const heads = fields.heads.length > 0 ? fields.heads : context.headsBefore;
  if (heads === undefined) return refused('malformed');
  if (context.log.size === 0) return { outcome: 'waiting', for: 'log' };
  if (!context.state.knows(heads)) return { outcome: 'waiting', for: 'log-heads' };
  if (fields.heads.length > 0 && context.headsBefore !== undefined && !context.log.isPast(context.headsBefore, fields.heads)) return refused('broken-chain');
  switch (fields.content.type) {
    case 'session': return admitSession(item, heads, context);
    case 'receipt': return admitOfDevice(item, heads, context, ['archive'], () => decodeReceipt(item.body));
    case 'custody': return admitOfDevice(item, heads, context, ['archive', 'tablet', 'client', 'desktop'], () => decodeCustody(item.body));
    case 'audit': return admitAudit(item, heads, context);
    case 'grant': case 'changeset': return admitToDocument(item, heads, context);
    case 'operation': return refused('wrong-document');
  }
}

/** Which kinds of item a document takes. Ids that begin with fifteen zero bytes are the ward's own. */
export function kindsOf(document: DocumentId): readonly ItemKind[] {
  if (equalBytes(document, LOG_DOCUMENT)) return ['operation'];
  if (equalBytes(document, SESSIONS_DOCUMENT)) return ['session'];
  if (equalBytes(document, RECEIPTS_DOCUMENT)) return ['receipt'];
  if (equalBytes(document, CUSTODY_DOCUMENT)) return ['custody'];
  if (equalBytes(document, AUDIT_DOCUMENT)) return ['audit'];
  if (isWardsOwn(document)) return [];
  return ['grant', 'changeset'];
}

/** LOG-3: a session begins with its certificate, signed by a user who is in, for a device that is in. */
function admitSession(item: Item, heads: readonly ItemId[], context: AdmissionContext): Admission {
  const { author, seq } = item.fields;
  if (seq > SESSION_END) return refused('broken-chain');
  const certificate = seq === SESSION_START ? readBody(() => decodeSessionStart(item.body)) : context.certificateOf(author);
  if (certificate === undefined || !equalBytes(certificate.session, author)) return refused('malformed');
  if (seq === SESSION_END && readBody(() => decodeSessionEnd(item.body)) === undefined) return refused('malformed');
  const admission = admitMember(item, certificate, 'session', heads, context);
  if (admission.outcome !== 'admitted' || seq === SESSION_END) return admission;
  const signingKey = context.log.signingKeyOf(certificate.user, heads);
  return signingKey !== undefined && isCertified(signingKey, context.log.ward, certificate) ? admission : refused('unknown-author');
}

/** Receipts are an archive's word, custody notes that of any device that keeps records; signed with the device key. */
function admitOfDevice(item: Item, heads: readonly ItemId[], { state }: AdmissionContext, kinds: readonly DeviceKind[], read: () => unknown): Admission {
  const device = deviceId.from(item.fields.author);
  const refusal = refusalOf(state.deviceMembershipOf(device, heads));
  if (refusal !== undefined) return refused(refusal);
  const kind = state.devices.get(hexOf(device))?.kind;
  if (kind === undefined || !kinds.includes(kind)) return refused('role');
  if (readBody(read) === undefined) return refused('malformed');
  return admitted(item, { user: undefined, device, certificate: undefined }, state);
}

/** AUDIT-2: what it says is sealed; that somebody can open it is seen by who reads it. */
function admitAudit(item: Item, heads: readonly ItemId[], context: AdmissionContext): Admission {
  const certificate = context.certificateOf(item.fields.author);
  if (certificate === undefined) return { outcome: 'waiting', for: 'session' };
  const audit = readBody(() => decodeAudit(item.body));
  if (audit === undefined || (item.fields.seq === 1 && audit.readers.length === 0)) return refused('malformed');
  return admitMember(item, certificate, 'audit', heads, context);
}

/** A team's own document takes that team's grants, by admins; every other takes grants and changesets. */
function admitToDocument(item: Item, heads: readonly ItemId[], context: AdmissionContext): Admission {
  const { author, document, content } = item.fields;
  const certificate = context.certificateOf(author);
  if (certificate === undefined) return { outcome: 'waiting', for: 'session' };
  const ownTeam = context.log.teamOfDocument(document, heads);
  if (content.type === 'changeset' && ownTeam !== undefined) return refused('wrong-document');
  if (content.type === 'grant') {
    if (ownTeam !== undefined && ownTeam !== hexOf(content.team)) return refused('wrong-document');
    if (!context.log.hasTeam(hexOf(content.team), heads)) return refused('wrong-document');
    if (ownTeam !== undefined && context.state.roleAt(certificate.user, heads) !== 'admin') return refused('role');
    // Whom a team's key is given to is an admin's word.
    if (ownTeam !== undefined && context.state.isHeldShortAt(certificate.device, heads)) return refused('role');
  }
  return admitMember(item, certificate, content.type === 'grant' ? 'grant' : 'changeset', heads, context);
}

function admitMember(item: Item, certificate: Certificate, what: 'session' | 'grant' | 'changeset' | 'audit', heads: readonly ItemId[], { state }: AdmissionContext): Admission {
  const { user, device } = certificate;
  const refusal = refusalOf(state.membershipOf(user, heads)) ?? refusalOf(state.deviceMembershipOf(device, heads));
  if (refusal !== undefined) return refused(refusal);
  if (state.renewalOf(certificate) !== state.renewalAt(user, heads)) return refused('removed-author');
  const role = state.roleAt(user, heads);
  if (role === undefined || !maySign(role, what)) return refused('role');
  return admitted(item, { user, device, certificate }, state);
}

/** ADMIT-2: refused by every peer is who was never in, and who knew the own removal. */
function refusalOf(membership: Membership): 'unknown-author' | 'removed-author' | undefined {
  if (membership === 'never') return 'unknown-author';
  return membership === 'removed-before' ? 'removed-author' : undefined;
}

function admitted(item: Item, signatory: Signatory, state: WardState): Admission {
  const { document, author, seq } = item.fields;
  return { outcome: 'admitted', standing: standingOf({ document, author, seq, id: item.id }, signatory, state), signatory };
}

function refused(reason: AdmissionRefusal): Admission {
  return { outcome: 'refused', reason };
}

function readBody<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
