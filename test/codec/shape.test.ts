import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encode, type Cbor } from '../../protocol/codec/cbor.ts';
import { MalformedError } from '../../protocol/codec/result.ts';
import { fixedBytes, fromBytes, list, oneOf, optional, record, text, toBytes, uint, union, variableBytes, type Shape, type ValueOf } from '../../protocol/codec/shape.ts';

const shape = record({
  number: uint(1000),
  id: fixedBytes(4),
  body: variableBytes(1, 8),
  name: text(5),
  role: oneOf(['viewer', 'clinician', 'admin']),
  tags: list(uint(9), 3),
  note: optional(text(10)),
  event: union({ born: [1, record({ weight: uint() })], moved: [3, record({ bed: text(4), day: uint(6) })] }),
});

/** Objects as the decoder makes them. */
const PLAIN = { noNullPrototype: true } as const;

const values: fc.Arbitrary<ValueOf<typeof shape>> = fc.record({
  number: fc.nat({ max: 1000 }),
  id: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  body: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  name: fc.string({ maxLength: 5 }),
  role: fc.constantFrom('viewer', 'clinician', 'admin'),
  tags: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
  note: fc.option(fc.string({ maxLength: 10 }), { nil: undefined }),
  event: fc.oneof(
    fc.record({ type: fc.constant('born' as const), weight: fc.maxSafeNat() }, PLAIN),
    fc.record({ type: fc.constant('moved' as const), bed: fc.string({ maxLength: 4 }), day: fc.nat({ max: 6 }) }, PLAIN),
  ),
}, PLAIN);

test('ENC-3: a value of a shape comes back', () => {
  fc.assert(fc.property(values, (value) => {
    assert.deepEqual(fromBytes(shape, toBytes(shape, value), 1000, 'value'), value);
  }));
});

test('ENC-3: whatever a shape decodes it encodes to the same bytes', () => {
  fc.assert(fc.property(values, fc.nat(), (value, where) => {
    const bytes = toBytes(shape, value);
    const bit = where % (bytes.length * 8);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    let decoded: ValueOf<typeof shape>;
    try {
      decoded = fromBytes(shape, bytes, 1000, 'value');
    } catch (error) {
      assert.ok(error instanceof MalformedError, String(error));
      return;
    }
    assert.deepEqual(toBytes(shape, decoded), bytes);
  }), { numRuns: 3000 });
});

const refusals: readonly (readonly [why: string, shape: Shape<unknown>, value: Cbor])[] = [
  ['an element too few', record({ a: uint(), b: uint() }), [1]],
  ['an element too many', record({ a: uint(), b: uint() }), [1, 2, 3]],
  ['no array', record({ a: uint() }), 1],
  ['an unknown variant', union({ a: [1, record({})] }), [2, []]],
  ['a variant without fields', union({ a: [1, record({})] }), [1]],
  ['a variant with more', union({ a: [1, record({})] }), [1, [], 0]],
  ['a variant named by text', union({ a: [1, record({})] }), ['a', []]],
  ['a number too large', uint(5), 6],
  ['a number that is bytes', uint(5), new Uint8Array(1)],
  ['bytes too short', fixedBytes(4), new Uint8Array(3)],
  ['bytes too long', variableBytes(0, 4), new Uint8Array(5)],
  ['bytes that are text', fixedBytes(1), 'a'],
  ['text too long', text(2), 'abc'],
  ['text that is bytes', text(2), new Uint8Array(1)],
  ['an unknown name', oneOf(['a', 'b']), 2],
  ['a list too long', list(uint(), 2), [1, 2, 3]],
  ['a list that is a number', list(uint(), 2), 0],
  ['two optional values', optional(uint()), [1, 2]],
  ['an optional value that is not wrapped', optional(uint()), 1],
];

for (const [why, one, value] of refusals) {
  test(`ATTACK 11: refused: ${why}`, () => {
    assert.throws(() => fromBytes(one, encode(value), 1000, 'value'), MalformedError);
  });
}

test('ENC-3: what a shape would refuse it does not encode', () => {
  assert.throws(() => toBytes(uint(5), 6), RangeError);
  assert.throws(() => toBytes(uint(), -1), RangeError);
  assert.throws(() => toBytes(fixedBytes(4), new Uint8Array(3)), RangeError);
  assert.throws(() => toBytes(text(2), 'abc'), RangeError);
  assert.throws(() => toBytes(list(uint(), 1), [1, 2]), RangeError);
  const names: Shape<string> = oneOf(['a', 'b'] as readonly string[]);
  assert.throws(() => toBytes(names, 'c'), RangeError);
});
