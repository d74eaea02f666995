/**
 * What a client says to a ward node about unlocking, and what the node answers (UNLOCK-2 to UNLOCK-6). One question, one
 * answer; `network` carries them, tests hand them over in memory.
 */
import { documentId, itemId, userId, type DeviceId, type UserId } from '../codec/ids.ts';
import { encode } from '../codec/cbor.ts';
import { fixedBytes, fromBytes, oneOf, record, toBytes, uint, union, type ValueOf } from '../codec/shape.ts';
import { PROOF_LENGTH } from '../crypto/oprf/evaluate.ts';
import { KNOWLEDGE_LENGTH } from '../crypto/sharing/sealed-point.ts';
import { ELEMENT_LENGTH, SCALAR_LENGTH } from '../crypto/sharing/group.ts';
import { DEALING_ID_LENGTH, dealingShape } from '../membership/dealing.ts';

/** Longer than the longest question, a dealing among 32 nodes. */
export const MAX_UNLOCK_FRAME = 4096;

/** Evaluations under one held key until its count starts again. */
export const PIN_TRIES = 5;

const dealing = fixedBytes(DEALING_ID_LENGTH);

/** A held key is named by its public half, g^key. */
const hold = fixedBytes(ELEMENT_LENGTH);
const PIN_CHANGES = ['start-again', 'drop'] as const;

const questionShape = union({
  /** Asks for an evaluation under the node's share: one try. */
  evaluate: [1, record({ user: userId.shape, dealing, blinded: fixedBytes(ELEMENT_LENGTH) })],
  /** Hands the node its share of a new dealing, to be kept until the log speaks of it. */
  deal: [2, record({ user: userId.shape, dealing: dealingShape, share: fixedBytes(SCALAR_LENGTH) })],
  /** Signed by the user's signing key, which only who has unlocked holds: the counter starts again. */
  reset: [3, record({ user: userId.shape, dealing, signature: fixedBytes(64) })],
  /** Whether the node still has its share of a dealing, as after a change of password (UNLOCK-8). No try. */
  holds: [4, record({ user: userId.shape, dealing })],
  /** Of a tablet's own page: hands its node the user's key for a PIN, to be kept in memory. Signed by the user's signing key. */
  'hold-pin': [5, record({ user: userId.shape, key: fixedBytes(SCALAR_LENGTH), signature: fixedBytes(64) })],
  /** Asks for an evaluation under the held key: one of five. */
  'try-pin': [6, record({ user: userId.shape, hold, blinded: fixedBytes(ELEMENT_LENGTH) })],
  /** Whether the key is still held. */
  'pin-state': [7, record({ user: userId.shape, hold })],
  /** Signed by the user's signing key: the count starts again, or the key is dropped. */
  'change-pin': [8, record({ user: userId.shape, hold, change: oneOf(PIN_CHANGES), signature: fixedBytes(64) })],
  /** Hands the node its share of a new dealing of the ward's break-glass key, to be kept until the log speaks of it (GLASS-2). */
  'deal-glass': [9, record({ dealing: dealingShape, share: fixedBytes(SCALAR_LENGTH) })],
  /** Asks for `point` raised to the node's share, for a document of a use that the log has. Signed by the session that signed the use (GLASS-3). */
  'open-glass': [10, record({ use: itemId.shape, document: documentId.shape, dealing, point: fixedBytes(ELEMENT_LENGTH), proof: fixedBytes(KNOWLEDGE_LENGTH), signature: fixedBytes(64) })],
});

const REFUSALS = [
  /** Not a device that people unlock at, or no user of the ward. */
  'not-allowed',
  /** The node holds no share of what the ward log calls the user's dealing. */
  'no-share',
  /** What was asked about is not the user's dealing as the node's log knows it. */
  'other-dealing',
  /** The asking device has no tries left at this node. */
  'device-tries',
  /** Nobody has unlocked at the asking desktop for so long that it has to be let in anew (PAGE-7). */
  'disused',
  /** The user has no tries left at this node. */
  'tries',
  'bad-share', 'bad-signature', 'malformed',
  /** The node cannot write, is full, or was asked too much at once. */
  'busy',
  /** The node holds no such key for a PIN: never, or not any more. */
  'no-pin',
  /** The node's log does not have this use of break-glass, or not yet. */
  'unknown-use',
  /** The use has ended, or its time is over by the node's clock, or it does not count any more. */
  'use-over',
  /** More uses of this user's within a day, or more questions in one use, than a node answers. */
  'too-many-uses',
] as const;

const answerShape = union({
  evaluated: [1, record({ evaluated: fixedBytes(ELEMENT_LENGTH), proof: fixedBytes(PROOF_LENGTH), generation: uint(0xffffffff) })],
  done: [2, record({})],
  /** `generation` is that of the user's counter; 0 where there is none. */
  refused: [3, record({ code: oneOf(REFUSALS), generation: uint(0xffffffff) })],
  /** The node's word, which nothing proves. */
  holding: [4, record({ share: oneOf(['held', 'destroyed']) })],
  /** `left`: how many tries there are after this one. */
  'pin-tried': [5, record({ evaluated: fixedBytes(ELEMENT_LENGTH), proof: fixedBytes(PROOF_LENGTH), left: uint(PIN_TRIES), generation: uint(0xffffffff) })],
  /** `lasts`: milliseconds until the key is destroyed, at the latest. */
  'glass-opened': [7, record({ evaluated: fixedBytes(ELEMENT_LENGTH), proof: fixedBytes(PROOF_LENGTH) })],
  'pin-held': [6, record({ left: uint(PIN_TRIES), lasts: uint(), generation: uint(0xffffffff) })],
});

export type UnlockQuestion = ValueOf<typeof questionShape>;
/** What only a tablet node answers, to its own page. */
export type PinQuestion = Extract<UnlockQuestion, { readonly type: 'hold-pin' | 'try-pin' | 'pin-state' | 'change-pin' }>;
/** What nodes that hold shares of the break-glass key answer. */
export type GlassQuestion = Extract<UnlockQuestion, { readonly type: 'deal-glass' | 'open-glass' }>;
export type ShareQuestion = Exclude<UnlockQuestion, PinQuestion | GlassQuestion>;
export type PinChange = (typeof PIN_CHANGES)[number];
export type UnlockAnswer = ValueOf<typeof answerShape>;
export type UnlockRefusal = (typeof REFUSALS)[number];

export function encodeQuestion(question: UnlockQuestion): Uint8Array {
  return toBytes(questionShape, question);
}

/** Throws `MalformedError`, as `decodeAnswer`. */
export function decodeQuestion(frame: Uint8Array): UnlockQuestion {
  return fromBytes(questionShape, frame, MAX_UNLOCK_FRAME, 'unlock question');
}

export function encodeAnswer(answer: UnlockAnswer): Uint8Array {
  return toBytes(answerShape, answer);
}

export function decodeAnswer(frame: Uint8Array): UnlockAnswer {
  return fromBytes(answerShape, frame, MAX_UNLOCK_FRAME, 'unlock answer');
}

/** What a reset signs: this node's counter, in this generation, and no other (label unlock-reset). */
export function resetContent(user: UserId, dealingId: Uint8Array, node: DeviceId, generation: number): Uint8Array {
  return encode([user, dealingId, node, generation]);
}

/** What a hold signs: this key, for this page on this node (label pin-hold). */
export function pinHoldContent(user: UserId, page: DeviceId, node: DeviceId, held: Uint8Array): Uint8Array {
  return encode([user, page, node, held]);
}

/** What a change signs: this key's count, in this generation, and no other (label pin-change). */
export function pinChangeContent(user: UserId, node: DeviceId, held: Uint8Array, generation: number, change: PinChange): Uint8Array {
  return encode([user, node, held, generation, change]);
}

/** What a question in a use of break-glass signs: at this node, for this document, this element (label break-glass-ask). */
export function glassAskContent(question: Pick<Extract<UnlockQuestion, { readonly type: 'open-glass' }>, 'use' | 'document' | 'dealing' | 'point'>, node: DeviceId): Uint8Array {
  const { use, document, dealing: ofDealing, point } = question;
  return encode([use, document, ofDealing, point, node]);
}

export function isGlassQuestion(question: UnlockQuestion): question is GlassQuestion {
  return question.type === 'deal-glass' || question.type === 'open-glass';
}

export function isPinQuestion(question: UnlockQuestion): question is PinQuestion {
  return question.type === 'hold-pin' || question.type === 'try-pin' || question.type === 'pin-state' || question.type === 'change-pin';
}

/** How a client asks a node of the ward. `undefined`: the node cannot be reached, or gave no answer. Never rejects. */
export interface UnlockNodes {
  ask(node: DeviceId, question: UnlockQuestion): Promise<UnlockAnswer | undefined>;
}

/** A node's side: answers a question that came over a channel which has proven `device`. Never rejects. */
export type AnswerUnlock = (question: UnlockQuestion, device: DeviceId) => Promise<UnlockAnswer>;

