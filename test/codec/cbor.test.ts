import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode as encodeByCborg } from 'cborg';
import * as fc from 'fast-check';
import { concatBytes, equalBytes, fromHex, toHex } from '../../protocol/codec/bytes.ts';
import { decode, encode, MAX_DEPTH, MAX_ELEMENTS, type Cbor } from '../../protocol/codec/cbor.ts';
import { MalformedError } from '../../protocol/codec/result.ts';

const LIMIT = 1 << 22;

const values: fc.Arbitrary<Cbor> = fc.letrec<{ value: Cbor }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    fc.maxSafeNat(), fc.nat({ max: 300 }), fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
  ),
})).value;

/** The value, or undefined where it was refused in the way that is allowed. */
function tryDecode(bytes: Uint8Array): Cbor | undefined {
  try {
    return decode(bytes, LIMIT, 'fuzz');
  } catch (error) {
    assert.ok(error instanceof MalformedError, String(error));
    return undefined;
  }
}

test('ENC-1: a value comes back from its encoding, which is that of a general CBOR library', () => {
  fc.assert(fc.property(values, (value) => {
    const bytes = encode(value);
    assert.deepEqual(bytes, new Uint8Array(encodeByCborg(value)));
    assert.deepEqual(decode(bytes, bytes.length, 'value'), value);
  }));
});

test('ENC-1: whatever decodes re-encodes to itself', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    const value = tryDecode(bytes);
    if (value !== undefined) assert.deepEqual(encode(value), bytes);
  }), { numRuns: 5000 });
});

test('ENC-1: an encoding with one bit turned is refused or is another value, never another spelling', () => {
  fc.assert(fc.property(values, fc.nat(), (value, where) => {
    const bytes = encode(value);
    const bit = where % (bytes.length * 8);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const other = tryDecode(bytes);
    if (other !== undefined) assert.ok(equalBytes(encode(other), bytes));
  }), { numRuns: 3000 });
});

const REFUSED: readonly (readonly [hex: string, why: string])[] = [
  ['', 'nothing'],
  ['1800', 'a small number in two bytes'], ['1817', 'a small number in two bytes'], ['1900ff', 'a byte in three'], ['1a0000ffff', 'two bytes in five'],
  ['1b00000000ffffffff', 'four bytes in nine'], ['5800', 'a length that is not the shortest'], ['9800', 'a count that is not the shortest'],
  ['1b0020000000000000', '2^53'], ['1bffffffffffffffff', '2^64 - 1'],
  ['20', 'a negative number'], ['3903e7', 'a negative number'], ['a0', 'a map'], ['a10102', 'a map'], ['c000', 'a tag'], ['c240', 'a big number'],
  ['f4', 'false'], ['f6', 'null'], ['f7', 'undefined'], ['f97e00', 'a float'], ['fb3ff0000000000000', 'a float'],
  ['5f4101ff', 'an indefinite byte string'], ['7f6161ff', 'an indefinite text'], ['9f01ff', 'an indefinite array'], ['1c', 'a reserved length'], ['ff', 'a break'],
  ['61ff', 'text that is not UTF-8'], ['62c080', 'an overlong character'], ['63eda080', 'half a surrogate pair'],
  ['0000', 'two values'], ['4100ff', 'bytes after the end'], ['8201', 'an array that ends too early'], ['42ff', 'a byte string that ends too early'], ['19ff', 'a head that ends too early'],
];

for (const [hex, why] of REFUSED) {
  test(`ENC-1: refused: ${why} (${hex})`, () => {
    assert.throws(() => decode(fromHex(hex, 'test'), LIMIT, 'value'), MalformedError);
  });
}

test('ENC-1: text keeps a byte order mark, which a text decoder by default takes away', () => {
  for (const text of ['\ufeff', '\ufeffBett 7', `\ufeff${'x'.repeat(300)}`]) assert.equal(decode(encode(text), LIMIT, 'text'), text);
});

test('ENC-1: the writer writes nothing that no reader takes', () => {
  for (const value of [-1, 0.5, Number.NaN, Infinity, Number.MAX_SAFE_INTEGER + 1]) assert.throws(() => encode(value), RangeError);
  const nested = (depth: number): Cbor => (depth === 0 ? 1 : [nested(depth - 1)]);
  assert.deepEqual(decode(encode(nested(MAX_DEPTH)), LIMIT, 'nested'), nested(MAX_DEPTH));
  assert.throws(() => encode(nested(MAX_DEPTH + 1)), RangeError);
  assert.throws(() => encode(Array.from({ length: MAX_ELEMENTS + 1 }, () => 0)), RangeError);
});

test('ENC-2: arrays nest eight deep and no deeper', () => {
  assert.ok(decode(fromHex(`${'81'.repeat(MAX_DEPTH)}00`, 'test'), LIMIT, 'nested'));
  assert.throws(() => decode(fromHex(`${'81'.repeat(MAX_DEPTH + 1)}00`, 'test'), LIMIT, 'nested'), /too deep/);
  const bottomless = new Uint8Array(1 << 20).fill(0x81);
  assert.throws(() => decode(bottomless, LIMIT, 'nested'), /too deep/);
});

test('ENC-2: more bytes than the caller expects are not looked at', () => {
  assert.throws(() => decode(new Uint8Array(11), 10, 'frame'), /11 bytes, at most 10/);
});

test('ATTACK 29: length bombs cost no memory', () => {
  const huge = ['1a7fffffff', '1affffffff', '1b0000000100000000', '1b001fffffffffffff', '1bffffffffffffffff', '19ffff'];
  const before = process.memoryUsage();
  const started = process.hrtime.bigint();
  for (let round = 0; round < 200; round++) {
    for (const head of huge) {
      for (const major of [2, 3, 4]) {
        const bomb = fromHex(head, 'bomb');
        bomb[0] = (bomb[0] ?? 0) | (major << 5);
        for (const prefix of ['', '81', '8201']) {
          assert.throws(() => decode(fromHex(prefix + toHex(bomb), 'bomb'), LIMIT, 'bomb'), MalformedError);
        }
      }
    }
  }
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
  const after = process.memoryUsage();
  assert.ok(after.arrayBuffers - before.arrayBuffers < 8e6, `${after.arrayBuffers - before.arrayBuffers} bytes of buffers`);
  assert.ok(after.rss - before.rss < 100e6, `${after.rss - before.rss} bytes of memory`);
  assert.ok(milliseconds < 5000, `${milliseconds} ms`);
});

test('ATTACK 29: a message of nothing but tiny elements is refused before it is built', () => {
  for (const [name, element] of [['numbers', 0x00], ['empty arrays', 0x80], ['empty byte strings', 0x40]] as const) {
    const bytes = new Uint8Array(2 << 20).fill(element);
    bytes[0] = 0x9a;
    new DataView(bytes.buffer).setUint32(1, bytes.length - 5);
    const before = process.memoryUsage().rss;
    assert.throws(() => decode(bytes, LIMIT, 'tiny'), /elements/, name);
    assert.ok(process.memoryUsage().rss - before < 8e6, name);
  }
});

test('ENC-2: the bound on elements holds for all arrays together', () => {
  const row = Array.from({ length: 1024 }, () => 0);
  const fits = Array.from({ length: 127 }, () => row);
  assert.ok(decode(encode(fits), LIMIT, 'rows'));
  const bytes = encode(fits);
  const rows = bytes.subarray(2);
  const tooMany = concatBytes(Uint8Array.of(0x98, 2 * fits.length), rows, rows);
  assert.throws(() => decode(tooMany, LIMIT, 'rows'), /elements/);
});

test('ENC-2: decoded byte strings are copies and do not keep the message alive', () => {
  const message = encode([new Uint8Array(16).fill(1)]);
  const decoded = decode(message, LIMIT, 'copy');
  message.fill(0);
  assert.ok(Array.isArray(decoded));
  const [bytes]: readonly Cbor[] = decoded;
  assert.ok(bytes instanceof Uint8Array);
  assert.equal(bytes.buffer.byteLength, 16);
  assert.deepEqual(bytes, new Uint8Array(16).fill(1));
});
