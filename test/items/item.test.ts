import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concatBytes, toHex } from '../../protocol/codec/bytes.ts';
import { encode, type Cbor } from '../../protocol/codec/cbor.ts';
import { authorId, documentId, itemId, type ItemId } from '../../protocol/codec/ids.ts';
import { MalformedError } from '../../protocol/codec/result.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import {
  decodeItem, encodeFields, encodeItem, isSigned, itemLength, MAX_BODY_LENGTH, MAX_FIELDS_LENGTH, NO_WARD, signItem,
  type EncodedItem, type Item,
} from '../../protocol/items/item.ts';
import { signFor, verifyFor } from '../../protocol/crypto/signing/signature.ts';
import { CONTENTS, contents, itemOf, KEY, OTHER_KEY, OTHER_WARD, PLACE, places, WARD } from './samples.ts';

const kinds = Object.values(CONTENTS);

/** Whether a peer of `ward` takes this as a signed item of its author. */
function accepts(encoded: EncodedItem, ward = WARD): boolean {
  let item: Item;
  try {
    item = decodeItem(encoded);
  } catch (error) {
    assert.ok(error instanceof MalformedError, String(error));
    return false;
  }
  return isSigned(item, ward);
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const altered = bytes.slice();
  altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return altered;
}

test('ITEM-1: every item comes back from its three byte strings', () => {
  fc.assert(fc.property(contents, places, fc.uint8Array({ maxLength: 300 }), (content, place, body) => {
    const item = signItem(KEY, WARD, encodeFields(place, content), body);
    const encoded = encodeItem(item);
    const decoded = decodeItem(encoded);
    assert.deepEqual(decoded, item);
    assert.deepEqual(encodeItem(decoded), encoded);
    assert.deepEqual(decoded.fields, { suite: 1, ...place, content });
    assert.equal(itemLength(encoded), encoded.fields.length + body.length + 64);
    assert.ok(isSigned(decoded, WARD));
  }));
});

test('ITEM-1: an item without a signature comes back without one, and is not signed', () => {
  for (const content of kinds) {
    const { fields, body } = encodeItem(itemOf(content));
    const decoded = decodeItem({ fields, body, signature: new Uint8Array(0) });
    assert.equal(decoded.signature, undefined);
    assert.equal(isSigned(decoded, WARD), false);
    assert.equal(encodeItem(decoded).signature.length, 0);
    assert.deepEqual(decoded.id, itemOf(content).id, 'the signature is no part of the id');
  }
});

test('ITEM-2: the id is the hash that the specification names', () => {
  const { id, encodedFields, body } = itemOf(CONTENTS.changeset);
  const hash = createHash('sha256').update(encode(LABEL.itemId)).update(encode(encodedFields)).update(body);
  assert.equal(toHex(id), hash.digest('hex'));
});

test('ITEM-2: no bytes move from fields to body without changing the id', () => {
  const { fields, body, signature } = encodeItem(itemOf(CONTENTS.changeset));
  for (const cut of [1, 2, 32]) {
    const moved = { fields: fields.subarray(0, fields.length - cut), body: concatBytes(fields.subarray(fields.length - cut), body), signature };
    assert.equal(accepts(moved), false);
  }
});

for (const content of kinds) {
  test(`ATTACK 5: every single bit of a ${content.type} counts`, () => {
    const { fields, body, signature } = encodeItem(itemOf(content));
    assert.ok(accepts({ fields, body, signature }));
    for (let bit = 0; bit < fields.length * 8; bit++) assert.equal(accepts({ fields: flip(fields, bit), body, signature }), false, `bit ${bit} of the fields`);
    for (let bit = 0; bit < body.length * 8; bit++) assert.equal(accepts({ fields, body: flip(body, bit), signature }), false, `bit ${bit} of the body`);
    for (let bit = 0; bit < signature.length * 8; bit++) assert.equal(accepts({ fields, body, signature: flip(signature, bit) }), false, `bit ${bit} of the signature`);
  });
}

test('ATTACK 5: each field changed by itself, honestly re-encoded, is refused', () => {
  const { body, signature } = encodeItem(itemOf(CONTENTS.changeset));
  const changes = {
    document: { document: documentId.from(new Uint8Array(16).fill(0xd1)) },
    author: { author: authorId.from(OTHER_KEY.publicKey) },
    seq: { seq: 3 },
    prev: { prev: new Uint8Array(32).fill(8) },
    heads: { heads: PLACE.heads.slice(0, 1) },
    noHeads: { heads: [] },
    time: { time: PLACE.time + 1 },
  };
  for (const [name, change] of Object.entries(changes)) {
    assert.equal(accepts({ fields: encodeFields({ ...PLACE, ...change }, CONTENTS.changeset), body, signature }), false, name);
  }
  const others = [{ ...CONTENTS.changeset, epoch: 9 }, { ...CONTENTS.changeset, history: new Uint8Array(32) }, ...kinds.filter(({ type }) => type !== 'changeset')];
  for (const other of others) assert.equal(accepts({ fields: encodeFields(PLACE, other), body, signature }), false, other.type);
});

test('ATTACK 4: an item moved to another document, or a body to another item, is refused', () => {
  const first = encodeItem(itemOf(CONTENTS.changeset));
  const second = encodeItem(itemOf(CONTENTS.changeset, { document: documentId.from(new Uint8Array(16).fill(0xd1)) }, new Uint8Array(5).fill(0xb1)));
  assert.ok(accepts(first) && accepts(second));
  assert.equal(accepts({ ...first, fields: second.fields }), false);
  assert.equal(accepts({ ...first, body: second.body }), false);
  assert.equal(accepts({ ...first, signature: second.signature }), false);
});

test('ATTACK 4: an item of one ward is none of another, nor of no ward', () => {
  for (const content of kinds) {
    const encoded = encodeItem(itemOf(content));
    assert.ok(accepts(encoded, WARD));
    assert.equal(accepts(encoded, OTHER_WARD), false);
    assert.equal(accepts(encoded, NO_WARD), false);
  }
  const genesis = encodeItem(signItem(KEY, NO_WARD, encodeFields({ ...PLACE, seq: 1, prev: new Uint8Array(0), heads: [] }, CONTENTS.operation), new Uint8Array(3)));
  assert.ok(accepts(genesis, NO_WARD));
  assert.equal(accepts(genesis, WARD), false);
});

test('ATTACK 3: an item signed by another key than its author is not signed', () => {
  const fields = encodeFields(PLACE, CONTENTS.changeset);
  assert.equal(accepts(encodeItem(signItem(OTHER_KEY, WARD, fields, new Uint8Array(5)))), false);
});

/** The fields of an item as CBOR values, one of them replaced. */
function fieldsWith(index: number, value: Cbor): Uint8Array {
  const { document, author, seq, prev, heads, time } = PLACE;
  const values: Cbor[] = [1, document, author, seq, prev, heads, time, [4, [2, new Uint8Array(32)]]];
  values[index] = value;
  return encode(values);
}

function refuses(fields: Uint8Array, reason: RegExp): void {
  assert.throws(() => decodeItem({ fields, body: new Uint8Array(0), signature: new Uint8Array(64) }), (error) => error instanceof MalformedError && reason.test(error.message));
}

test('ATTACK 11: another suite, an unknown kind and an unknown field are refused', () => {
  assert.ok(decodeItem({ fields: fieldsWith(0, 1), body: new Uint8Array(0), signature: new Uint8Array(64) }));
  for (const suite of [0, 2, 255]) refuses(fieldsWith(0, suite), /suite/);
  refuses(fieldsWith(0, 256), /suite/);
  for (const kind of [0, 5, 8, 255]) refuses(fieldsWith(7, [kind, []]), /unknown variant/);
  refuses(fieldsWith(7, [4, [2, new Uint8Array(32), 0]]), /not 2 fields/);
  refuses(fieldsWith(7, [4, [2]]), /not 2 fields/);
  refuses(fieldsWith(7, [1, [0]]), /not 0 fields/);
  refuses(fieldsWith(8, 0), /not 8 fields/);
  refuses(encode([1]), /not 8 fields/);
});

test('ITEM-3: seq starts at 1, without a predecessor there and with one everywhere else', () => {
  refuses(fieldsWith(3, 0), /seq/);
  refuses(fieldsWith(3, 1), /prev/);
  refuses(fieldsWith(4, new Uint8Array(0)), /prev/);
  refuses(fieldsWith(4, new Uint8Array(31)), /prev/);
  refuses(fieldsWith(3, 0x1_0000_0000), /seq/);
});

const head = (value: number): ItemId => itemId.from(new Uint8Array(32).fill(value));

test('ITEM-4: heads are sorted, each once, sixteen at most', () => {
  refuses(fieldsWith(5, [head(2), head(1)]), /sorted/);
  refuses(fieldsWith(5, [head(1), head(1)]), /sorted/);
  refuses(fieldsWith(5, Array.from({ length: 17 }, (_, i) => head(i))), /at most 16/);
  refuses(fieldsWith(5, [new Uint8Array(31)]), /32/);
  assert.throws(() => itemOf(CONTENTS.changeset, { heads: [head(2), head(1)] }), /sorted/, 'nor are others made');
});

test('ITEM-1: bounds are checked before anything else', () => {
  const { fields, signature } = encodeItem(itemOf(CONTENTS.changeset));
  refuses(new Uint8Array(MAX_FIELDS_LENGTH + 1), /at most 4096/);
  assert.throws(() => decodeItem({ fields, body: new Uint8Array(MAX_BODY_LENGTH + 1), signature }), /at most 1048576/);
  assert.ok(decodeItem({ fields, body: new Uint8Array(MAX_BODY_LENGTH), signature }));
  for (const length of [1, 63, 65, 128]) assert.throws(() => decodeItem({ fields, body: new Uint8Array(0), signature: new Uint8Array(length) }), /0 or 64/);
  assert.throws(() => signItem(KEY, WARD, fields, new Uint8Array(MAX_BODY_LENGTH + 1)), RangeError);
});

test('ATTACK 29: fields of random bytes are refused or canonical', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (fields) => {
    accepts({ fields, body: new Uint8Array(0), signature: new Uint8Array(64) });
  }), { numRuns: 2000 });
});

test('SUITE-2, ATTACK 14: a signature of each domain is refused in every other, and in every other ward', () => {
  const purposes = [...Object.values(LABEL), ...kinds.map(({ type }) => `${LABEL.item}/${type}`), `${LABEL.item}/`, ''];
  const content = new Uint8Array(32).fill(6);
  const signatures = purposes.map((purpose) => signFor(KEY, purpose, WARD, content));
  for (const [i, signature] of signatures.entries()) {
    for (const [j, purpose] of purposes.entries()) {
      assert.equal(verifyFor(KEY.publicKey, purpose, WARD, content, signature), i === j, `${purposes[i]} offered as ${purpose}`);
    }
    assert.equal(verifyFor(KEY.publicKey, purposes[i] ?? '', OTHER_WARD, content, signature), false);
  }
});

test('ATTACK 14: label, ward and content do not run into each other', () => {
  const signature = signFor(KEY, LABEL.join, WARD, new Uint8Array(4));
  assert.equal(verifyFor(KEY.publicKey, LABEL.join, WARD.subarray(0, 31), concatBytes(WARD.subarray(31), new Uint8Array(4)), signature), false);
  assert.equal(verifyFor(KEY.publicKey, LABEL.join.slice(0, -1), concatBytes(Uint8Array.of(0x6e), WARD), new Uint8Array(4), signature), false);
});
