/** What a device of the ward can send that no honest one would, on each of the ward's protocols, bytes and all. */
import { concatBytes } from '../../protocol/codec/bytes.ts';
import { encode } from '../../protocol/codec/cbor.ts';
import { inviteId, LOG_DOCUMENT, userId, type DeviceId } from '../../protocol/codec/ids.ts';
import { encodeItem, type Item } from '../../protocol/items/item.ts';
import { framePrefix } from '../../protocol/network/frames.ts';
import { encodeJoinMessage, JOIN_PROTOCOL, MAX_STRANGER_BYTES, type JoinMessage } from '../../protocol/network/join-messages.ts';
import { REACH_PROTOCOL } from '../../protocol/network/reach.ts';
import { REMOVED_PROTOCOL } from '../../protocol/network/removal-notice.ts';
import { UNLOCK_PROTOCOL } from '../../protocol/network/unlock-protocol.ts';
import { encodeMessage, MAX_FRAME_LENGTH, SYNC_PROTOCOL } from '../../protocol/sync/messages.ts';
import { encodeQuestion, MAX_UNLOCK_FRAME, type UnlockQuestion } from '../../protocol/unlock/messages.ts';
import { exampleMessages } from '../sync/support/example-messages.ts';
import type { Random } from '../support/seeded.ts';
import type { TestWard } from '../support/ward-builder.ts';

export interface Hostile {
  readonly name: string;
  /** What goes over the stream, prefixes included, before this side closes its end. */
  readonly bytes: Uint8Array;
  /** No frame at all, so that it has to be refused whatever its place: each costs a line in the local log. */
  readonly malformed: boolean;
}

interface Spoken {
  readonly protocol: string;
  /** Longest frame that is read. */
  readonly maxFrameLength: number;
  /** Said first, well-formed, so that what follows is heard. */
  readonly greeting: Uint8Array;
  /** Well-formed messages of every type. */
  readonly messages: readonly (readonly [name: string, frame: Uint8Array])[];
  /** How often a bit of each is altered. None where so many attempts would meet the rate of JOIN-4 instead. */
  readonly flips: number;
}

export interface HostileSpeech {
  readonly protocol: string;
  readonly attempts: readonly Hostile[];
}

/** Every protocol that a node handles. */
export function hostileSpeech(ward: TestWard, speaker: DeviceId, chain: readonly [Item, ...Item[]], random: Random): readonly HostileSpeech[] {
  return spoken(ward, speaker, chain, random).map((each) => ({ protocol: each.protocol, attempts: [...shapeless(each, random), ...altered(each, random)] }));
}

function framed(frame: Uint8Array): Uint8Array {
  return concatBytes(framePrefix(frame.length), frame);
}

/** Frames that are none, by their length or by their encoding. */
function shapeless({ greeting, maxFrameLength }: Spoken, random: Random): readonly Hostile[] {
  const bomb = Uint8Array.from([0x82, 7, 0x82, 1, 0x9b, 0, 0, 255, 255, 255, 255, 255, 255]);
  const deep = new Uint8Array(200).fill(0x81);
  const bytes: readonly (readonly [string, Uint8Array, boolean])[] = [
    ['nothing', new Uint8Array(0), false],
    ['half a length', Uint8Array.of(0, 0), false],
    ['a frame of no bytes', framePrefix(0), true],
    ['a frame longer than any', concatBytes(framePrefix(0xffffffff), random.randomBytes(1_000)), true],
    ['a frame longer by one', concatBytes(framePrefix(maxFrameLength + 1), random.randomBytes(1_000)), true],
    ['a frame that ends early', concatBytes(framePrefix(500), random.randomBytes(100)), false],
    ['random bytes', framed(random.randomBytes(300)), true],
    ['an unknown kind', framed(encode([99, []])), true],
    ['a kind that is no number', framed(encode(['push', []])), true],
    ['too few fields', framed(encode([1, []])), true],
    ['an announced list without end', framed(bomb), true],
    ['nesting without end', framed(deep), true],
    ['a frame of text', framed(encode('hello')), true],
  ];
  return bytes.map(([name, said, malformed]) => ({ name, bytes: concatBytes(greeting, said), malformed }));
}

/** Messages that would be good, cut, continued, altered, or said where nobody asked. */
function altered({ greeting, messages, flips }: Spoken, random: Random): readonly Hostile[] {
  return messages.flatMap(([name, frame]) => {
    const flipped = (): Uint8Array => {
      const copy = frame.slice();
      const bit = random.below(copy.length * 8);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return copy;
    };
    const variants: readonly (readonly [string, Uint8Array, boolean])[] = [
      [`${name}, cut in half`, frame.subarray(0, Math.ceil(frame.length / 2)), true],
      [`${name}, with a byte more`, concatBytes(frame, Uint8Array.of(0)), true],
      [`${name}, twice`, frame, false],
      ...Array.from({ length: flips }, (_, time) => [`${name}, altered in a bit (${time})`, flipped(), false] as const),
    ];
    return variants.map(([title, said, malformed]) => ({ name: title, bytes: concatBytes(greeting, framed(said), ...(title.endsWith('twice') ? [framed(said)] : [])), malformed }));
  });
}

function spoken(ward: TestWard, speaker: DeviceId, items: readonly [Item, ...Item[]], random: Random): readonly Spoken[] {
  const examples = exampleMessages({ ward: ward.id, device: speaker, items });
  const [hello] = examples.hello;
  if (hello === undefined) throw new Error('no hello');
  const none = new Uint8Array(0);
  return [
    {
      protocol: SYNC_PROTOCOL,
      maxFrameLength: MAX_FRAME_LENGTH,
      greeting: framed(encodeMessage(hello)),
      messages: Object.entries(examples).flatMap(([name, messages]) => messages.map((message) => [name, encodeMessage(message)] as const)),
      flips: 3,
    },
    { protocol: REACH_PROTOCOL, maxFrameLength: 1, greeting: none, messages: [], flips: 0 },
    { protocol: JOIN_PROTOCOL, maxFrameLength: MAX_STRANGER_BYTES, greeting: none, messages: named(joinMessages(ward, items, random), encodeJoinMessage), flips: 0 },
    { protocol: REMOVED_PROTOCOL, maxFrameLength: MAX_FRAME_LENGTH, greeting: none, messages: named(joinMessages(ward, items, random), encodeJoinMessage), flips: 3 },
    { protocol: UNLOCK_PROTOCOL, maxFrameLength: MAX_UNLOCK_FRAME, greeting: none, messages: named(questions(ward, random), encodeQuestion), flips: 3 },
  ];
}

function named<T extends { readonly type: string }>(messages: readonly T[], encodeMessageOf: (message: T) => Uint8Array): readonly (readonly [string, Uint8Array])[] {
  return messages.map((message) => [message.type, encodeMessageOf(message)]);
}

function joinMessages(ward: TestWard, [first]: readonly [Item, ...Item[]], random: Random): readonly JoinMessage[] {
  const forged = { ...encodeItem(ward.genesis), body: random.randomBytes(300) };
  return Object.values<JoinMessage>({
    ask: { type: 'ask', version: 1, ward: ward.id, invite: inviteId.from(ward.founder.id), proof: random.randomBytes(64) },
    log: { type: 'log', run: [encodeItem(first), forged] },
    'log-end': { type: 'log-end' },
    join: { type: 'join', item: forged },
    answer: { type: 'answer', code: 'joined' },
  } satisfies { readonly [Type in JoinMessage['type']]: Extract<JoinMessage, { readonly type: Type }> });
}

/** Of every type, about users who are there and who are not. None of them is signed by anybody. */
function questions(ward: TestWard, random: Random): readonly UnlockQuestion[] {
  const user = ward.founder.user.id;
  const nobody = userId.from(random.randomBytes(16));
  const [signature, blinded, dealing] = [random.randomBytes(64), random.randomBytes(32), random.randomBytes(16)];
  return Object.values<UnlockQuestion>({
    evaluate: { type: 'evaluate', user, dealing, blinded },
    deal: { type: 'deal', user: nobody, dealing: { threshold: 1, nodes: [ward.tablet.id], commitments: [random.randomBytes(32)] }, share: new Uint8Array(32).fill(255) },
    reset: { type: 'reset', user, dealing, signature },
    holds: { type: 'holds', user: nobody, dealing },
    'hold-pin': { type: 'hold-pin', user, key: new Uint8Array(32), signature },
    'try-pin': { type: 'try-pin', user, hold: random.randomBytes(32), blinded: new Uint8Array(32) },
    'pin-state': { type: 'pin-state', user: nobody, hold: blinded },
    'change-pin': { type: 'change-pin', user, hold: blinded, change: 'drop', signature },
    'deal-glass': { type: 'deal-glass', dealing: { threshold: 1, nodes: [ward.tablet.id], commitments: [random.randomBytes(32)] }, share: new Uint8Array(32).fill(255) },
    'open-glass': { type: 'open-glass', use: ward.genesis.id, document: LOG_DOCUMENT, dealing, point: blinded, proof: random.randomBytes(64), signature },
  } satisfies { readonly [Type in UnlockQuestion['type']]: Extract<UnlockQuestion, { readonly type: Type }> });
}

