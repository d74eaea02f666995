/**
 * What is said on `/wardsync/join/1` (JOIN-2), in frames like those of the sync protocol:
 *
 *     joiner                                inviter
 *     ask [version, ward, invite, proof] →
 *                                         ← log [run] …, log-end
 *     join [item]                        →
 *                                         ← answer [code]
 *
 * The proof comes first: the ward log holds the users' sealed bundles, which are for nobody who was not invited.
 */
import { concatBytes } from '../codec/bytes.ts';
import { inviteId, wardId, type WardId } from '../codec/ids.ts';
import { fixedBytes, fromBytes, list, oneOf, record, toBytes, uint, union, variableBytes, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { signFor, verifyFor, type SigningKey } from '../crypto/signing/signature.ts';
import { MAX_BODY_LENGTH, MAX_FIELDS_LENGTH, SIGNATURE_LENGTH } from '../items/item.ts';
import { MAX_RUN_ITEMS } from '../replica/replica.ts';
import { MAX_FRAME_LENGTH } from '../sync/messages.ts';

export const JOIN_PROTOCOL = '/wardsync/join/1';
export const JOIN_VERSION = 1;
/** What a stranger may send in all. */
export const MAX_STRANGER_BYTES = 32 * 1024;
/** What a joiner takes of a log: hundreds of users and years of changes fit many times over. */
export const MAX_LOG_BYTES = 64 * 1024 * 1024;

const item = record({
  fields: variableBytes(1, MAX_FIELDS_LENGTH),
  body: variableBytes(0, MAX_BODY_LENGTH),
  signature: variableBytes(0, SIGNATURE_LENGTH),
});

const ANSWERS = ['joined', 'refused', 'expired', 'used'] as const;

const message = union({
  ask: [1, record({ version: uint(255), ward: wardId.shape, invite: inviteId.shape, proof: fixedBytes(64) })],
  log: [2, record({ run: list(item, MAX_RUN_ITEMS) })],
  'log-end': [3, record({})],
  join: [4, record({ item })],
  answer: [5, record({ code: oneOf(ANSWERS) })],
});

export type JoinMessage = ValueOf<typeof message>;
export type JoinAnswer = (typeof ANSWERS)[number];

export function encodeJoinMessage(value: JoinMessage): Uint8Array {
  return toBytes(message, value);
}

/** Throws `MalformedError`. */
export function decodeJoinMessage(frame: Uint8Array): JoinMessage {
  return fromBytes(message, frame, MAX_FRAME_LENGTH, 'join message');
}

/** Shows that the device that asks holds the invitation's key, to this inviter and nobody else. */
export function proveInvitation(invitation: SigningKey, ward: WardId, joiner: Uint8Array, inviter: Uint8Array): Uint8Array {
  return signFor(invitation, LABEL.joinAsk, ward, concatBytes(joiner, inviter));
}

export function isInvitationProven(invite: Uint8Array, ward: WardId, joiner: Uint8Array, inviter: Uint8Array, proof: Uint8Array): boolean {
  return verifyFor(invite, LABEL.joinAsk, ward, concatBytes(joiner, inviter), proof);
}
