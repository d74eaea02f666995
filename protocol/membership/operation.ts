/** The operations of the ward log (SPEC, LOG) and their encoding. */
import { authorId, deviceId, documentId, inviteId, itemId, teamId, userId } from '../codec/ids.ts';
import { fixedBytes, fromBytes, list, oneOf, optional, record, text, toBytes, uint, union, variableBytes, type ValueOf } from '../codec/shape.ts';
import { MAX_BODY_LENGTH } from '../items/item.ts';
import { KIT_EVENTS } from './account-state.ts';
import { certificateShape } from './certificate.ts';
import { dealingShape, MAX_UNLOCK_NODES } from './dealing.ts';
import { GLASS_FINDINGS, MAX_GLASS_DOCUMENTS } from './glass.ts';
import { DESKTOP_POWERS, DEVICE_KINDS, ROLES, VERDICTS } from './ward-state.ts';

/** Entries of a cut in one operation; what is longer is signed as several removals at the same time. */
export const MAX_CUT = 8192;
export const MAX_HOLDERS = 16;
/** The lasting record and every stay of one patient. */
export const MAX_ERASED = 512;
/** A day: longer than any shift. */
export const MAX_GRACE_HOURS = 24;
const sealedName = variableBytes(0, 512);
const bundle = variableBytes(1, 4096);
const signingKey = fixedBytes(32);
const kemKey = fixedBytes(1216);
const position = record({ document: documentId.shape, author: authorId.shape, seq: uint(0xffffffff), id: itemId.shape });
const cut = list(position, MAX_CUT);
const user = record({ user: userId.shape, handle: text(32), role: oneOf(ROLES), signingKey, kemKey, bundle, sealedName });
const device = record({ device: deviceId.shape, kind: oneOf(DEVICE_KINDS), sealedName });
const role = record({ user: userId.shape, role: oneOf(ROLES) });
/** `threshold` of the holders together can make a user an admin. */
const quorum = record({ threshold: uint(MAX_HOLDERS), holders: list(userId.shape, MAX_HOLDERS) });

/** What takes two admins (LOG-12), by the number of the operation that it becomes. A `checkpoint` is proposed as itself. */
const actionShape = union({
  'set-role': [3, role],
  'remove-user': [4, record({ user: userId.shape })],
  'set-quorum': [27, quorum],
});

export const operationShape = union({
  /** The founder is an admin, and a member of both teams. `nonce` makes two wards of one founder different. */
  genesis: [1, record({ sealedName, founder: user, device, everyone: teamId.shape, admins: teamId.shape, nonce: fixedBytes(16) })],
  'add-user': [2, user],
  'set-role': [3, role],
  'remove-user': [4, record({ user: userId.shape, cut })],
  'set-bundle': [5, record({ user: userId.shape, bundle })],
  'add-device': [6, device],
  'remove-device': [7, record({ device: deviceId.shape, cut })],
  invite: [8, record({ invite: inviteId.shape, kind: oneOf(DEVICE_KINDS), expires: uint(), sealedName })],
  /** Signed by the invitation's key; `proof` is the device key's signature over the invitation (label join). */
  join: [9, record({ device: deviceId.shape, certificateRequest: variableBytes(0, 2048), proof: fixedBytes(64) })],
  'add-team': [10, record({ team: teamId.shape, sealedName })],
  'add-member': [11, record({ team: teamId.shape, user: userId.shape })],
  'remove-member': [12, record({ team: teamId.shape, user: userId.shape })],
  'set-authority': [13, record({ certificate: variableBytes(1, 4096), sealedKey: variableBytes(1, 1024) })],
  'issue-certificate': [14, record({ device: deviceId.shape, certificate: variableBytes(1, 4096) })],
  /** What new dealings have to be; zero of zero is the unlock by password alone. */
  'set-unlock-policy': [15, record({ threshold: uint(MAX_UNLOCK_NODES), nodes: uint(MAX_UNLOCK_NODES) })],
  /** A bundle that opens by the ward's presence, with what nodes and clients have to know of it (UNLOCK-1). */
  'set-unlock': [16, record({ user: userId.shape, bundle, dealing: dealingShape, why: oneOf(['nodes-changed', 'password-set']) })],
  /** Lets a user who has no tries left try again. */
  'reset-tries': [25, record({ user: userId.shape })],
  /** Whom the user trusts to bring the keys back, `threshold` of them together; no holders: nobody any more. */
  'set-recovery': [20, record({
    user: userId.shape,
    deal: fixedBytes(16),
    threshold: uint(MAX_HOLDERS),
    holders: list(record({ user: userId.shape, sealed: variableBytes(1, 2048) }), MAX_HOLDERS),
    /** SHA-256 of the commitments, which travel inside the shares: in the open they would outlive the wait for a quantum computer. */
    commitments: fixedBytes(32),
    /** The user's seeds, sealed under the shared key. */
    sealed: variableBytes(0, 1024),
  })],
  /** Signed by a client's device key: whoever lost all keys has none to sign with. */
  'ask-recovery': [21, record({ user: userId.shape, kemKey })],
  /** A holder's share, sealed to the key in the question. */
  'release-share': [22, record({ ask: itemId.shape, recovery: itemId.shape, sealed: variableBytes(1, 2048) })],
  /** New keys for somebody who lost everything; what the old ones signed stands up to the cut. */
  'renew-user': [23, record({ user: userId.shape, signingKey, kemKey, bundle, cut })],
  /** `sealed`: the user's seeds, sealed under the kit's secret; empty unless a kit was made. */
  'set-kit': [24, record({ user: userId.shape, what: oneOf(KIT_EVENTS), sealed: variableBytes(0, 1024) })],
  /** Proposes that the log be closed up to here; in force once another admin approves it (LOG-14). */
  checkpoint: [17, record({})],
  /** What becomes of disputed items (of a chain, up to one of them), or of an operation in review. */
  settle: [18, record({ verdict: oneOf(VERDICTS), of: union({ items: [1, position], operation: [2, record({ operation: itemId.shape })] }) })],
  /** A second admin's word for what another proposed. `cut` belongs to a removal and is empty else. */
  approve: [19, record({ proposal: itemId.shape, cut })],
  'set-quorum': [27, quorum],
  propose: [28, record({ action: actionShape })],
  /** A holder's word that `user` be an admin; it takes effect when it names the `votes` of enough other holders (LOG-13). */
  appoint: [29, record({ user: userId.shape, votes: list(itemId.shape, MAX_HOLDERS) })],
  /** For how many hours a tablet node may keep what opens a user's keys with a PIN; zero: not at all (PIN-1). */
  'set-grace': [30, record({ hours: uint(MAX_GRACE_HOURS) })],
  /** What users may sign at desktops: what is their own, or all that their role may (PAGE-9). */
  'set-desktop-powers': [37, record({ powers: oneOf(DESKTOP_POWERS) })],
  /** Proposes that these documents be destroyed everywhere and for ever; nothing happens until another confirms it (ERASE-1). */
  erase: [35, record({ documents: list(documentId.shape, MAX_ERASED), sealedReason: variableBytes(1, 1024) })],
  'confirm-erasure': [36, record({ erasure: itemId.shape })],
  /** To which nodes the ward's break-glass key is dealt (GLASS-2). The team is that of `cliniciansTeam`. */
  'set-glass': [38, record({ team: teamId.shape, dealing: dealingShape })],
  /** Somebody in no care team of a patient opens these documents of the patient, until then (GLASS-3). */
  'break-glass': [39, record({ documents: list(documentId.shape, MAX_GLASS_DOCUMENTS), sealedReason: variableBytes(1, 1024), until: uint() })],
  /** The use is over: nobody answers for it any more, and what it opened gets new keys (GLASS-5). */
  'end-glass': [40, record({ use: itemId.shape })],
  'review-glass': [41, record({ use: itemId.shape, finding: oneOf(GLASS_FINDINGS) })],
});

const bodyShape = record({ operation: operationShape, certificate: optional(certificateShape) });

export type Operation = ValueOf<typeof operationShape>;
export type OperationType = Operation['type'];
export type Action = ValueOf<typeof actionShape>;
export type OperationBody = ValueOf<typeof bodyShape>;

export function encodeOperation(body: OperationBody): Uint8Array {
  return toBytes(bodyShape, body);
}

/** Throws `MalformedError`. */
export function decodeOperation(body: Uint8Array): OperationBody {
  return fromBytes(bodyShape, body, MAX_BODY_LENGTH, 'operation');
}
