/** The operations of the ward log (SPEC, LOG) and their encoding. */
import { authorId, deviceId, documentId, inviteId, itemId, teamId, userId } from '../codec/ids.ts';
import { fixedBytes, fromBytes, list, oneOf, optional, record, text, toBytes, uint, union, variableBytes, type ValueOf } from '../codec/shape.ts';
import { MAX_BODY_LENGTH } from '../items/item.ts';
import { certificateShape } from './certificate.ts';
import { DEVICE_KINDS, ROLES } from './ward-state.ts';

/** Entries of a cut in one operation; what is longer is signed as several removals at the same time. */
export const MAX_CUT = 8192;
const sealedName = variableBytes(0, 512);
const bundle = variableBytes(1, 4096);
const signingKey = fixedBytes(32);
const kemKey = fixedBytes(1216);
const cut = list(record({ document: documentId.shape, author: authorId.shape, seq: uint(0xffffffff), id: itemId.shape }), MAX_CUT);
const user = record({ user: userId.shape, handle: text(32), role: oneOf(ROLES), signingKey, kemKey, bundle, sealedName });
const device = record({ device: deviceId.shape, kind: oneOf(DEVICE_KINDS), sealedName });

export const operationShape = union({
  /** The founder is an admin, and a member of both teams. `nonce` makes two wards of one founder different. */
  genesis: [1, record({ sealedName, founder: user, device, everyone: teamId.shape, admins: teamId.shape, nonce: fixedBytes(16) })],
  'add-user': [2, user],
  'set-role': [3, record({ user: userId.shape, role: oneOf(ROLES) })],
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
});

const bodyShape = record({ operation: operationShape, certificate: optional(certificateShape) });

export type Operation = ValueOf<typeof operationShape>;
export type OperationType = Operation['type'];
export type OperationBody = ValueOf<typeof bodyShape>;

export function encodeOperation(body: OperationBody): Uint8Array {
  return toBytes(bodyShape, body);
}

/** Throws `MalformedError`. */
export function decodeOperation(body: Uint8Array): OperationBody {
  return fromBytes(bodyShape, body, MAX_BODY_LENGTH, 'operation');
}
