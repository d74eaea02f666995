import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes } from '../../protocol/codec/bytes.ts';
import { encode, type Cbor } from '../../protocol/codec/cbor.ts';
import { deviceId } from '../../protocol/codec/ids.ts';
import { encodeItem } from '../../protocol/items/item.ts';
import { encodeMessage, MAX_FRAME_LENGTH, parseMessage, type Message } from '../../protocol/sync/messages.ts';
import { exampleMessages } from './support/example-messages.ts';
import { chainOf, documentOf, keyOf, WARD } from './support/fake-replica.ts';

const [first, ...rest] = chainOf(documentOf(1), keyOf(1), 3);
assert.ok(first);
const digest = new Uint8Array(32).fill(7);
const chain = { document: first.fields.document, author: first.fields.author };
const EXAMPLES: readonly Message[] = Object.values(exampleMessages({ ward: WARD, device: deviceId.from(keyOf(1).publicKey), items: [first, ...rest] })).flat();

test('SYNC-1: every message comes back as it was sent', () => {
  for (const message of EXAMPLES) assert.deepEqual(parseMessage(encodeMessage(message)), { ok: true, value: message });
});

test('SYNC-1: a frame that is cut short, continued or altered is refused or another message, and never throws', () => {
  for (const message of EXAMPLES) {
    const frame = encodeMessage(message);
    for (let length = 0; length < frame.length; length++) assert.equal(parseMessage(frame.subarray(0, length)).ok, false, `${message.type} cut to ${length}`);
    assert.equal(parseMessage(concatBytes(frame, new Uint8Array(1))).ok, false);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const altered = frame.slice();
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const parsed = parseMessage(altered);
      if (parsed.ok) assert.deepEqual(encodeMessage(parsed.value), altered, `${message.type}, bit ${bit}: two encodings of one message`);
    }
  }
});

test('ATTACK 29: a frame longer than its type allows is refused before it is parsed', () => {
  const hello = new Uint8Array(64 * 1024);
  hello.set(encodeMessage(EXAMPLES[0] ?? assert.fail()));
  assert.deepEqual(parseMessage(hello), { ok: false, failure: 'too-large' });
  const runs = new Uint8Array(MAX_FRAME_LENGTH + 1);
  runs.set([0x82, 7]);
  assert.deepEqual(parseMessage(runs), { ok: false, failure: 'too-large' });
});

test('ATTACK 29: announced lengths beyond the frame cost nothing', () => {
  const bombs: readonly (readonly number[])[] = [
    [0x82, 7, 0x82, 1, 0x9b, 0, 0, 0, 255, 255, 255, 255, 255],
    [0x82, 7, 0x82, 1, 0x81, 0x83, 0x5b, 0, 0, 0, 255, 255, 255, 255, 255],
    [0x9b, 0, 0, 0, 255, 255, 255, 255, 255],
    [0x82, 6, 0x82, 1, 0x9a, 255, 255, 255, 255],
  ];
  for (const bomb of bombs) assert.deepEqual(parseMessage(Uint8Array.from(bomb)), { ok: false, failure: 'malformed' });
});

test('SYNC-2: a hello of another version is told apart, whatever else is in it', () => {
  assert.deepEqual(parseMessage(encode([1, [2, 'something new']])), { ok: false, failure: 'version' });
  assert.deepEqual(parseMessage(encode([1, [1, 'something new']])), { ok: false, failure: 'malformed' });
});

test('ENC-3: lists out of order, duplicates, wrong widths and unknown types are refused', () => {
  const author = chain.author;
  const entry: Cbor = [author, 3, first.id];
  const refused: readonly Cbor[] = [
    [11, [0]],
    [3, [1, [['0g', [2, [[]]]]]]],
    [3, [1, [['', [1, [Array.from({ length: 15 }, () => digest)]]]]]],
    [3, [1, [['', [1, [Array.from({ length: 16 }, () => new Uint8Array(31))]]]]]],
    [5, [1, [], [[chain.document, [entry, entry]]], [], []]],
    [3, [1, [['', [2, [[[chain.document, digest], [chain.document, digest]]]]]]]],
    [6, [1, []]],
    [7, [1, [[chain.document, author, [[encodeItem(first).fields, encodeItem(first).body, new Uint8Array(63)]]]]]],
    [10, [99]],
  ];
  for (const message of refused) assert.equal(parseMessage(encode(message)).ok, false, JSON.stringify(message));
});
