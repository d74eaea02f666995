import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compareBytes, concatBytes, constantTimeEqual, equalBytes, fromBase64Url, fromHex, toBase64Url, toHex } from '../../protocol/codec/bytes.ts';
import { documentId, LOG_DOCUMENT, sessionId } from '../../protocol/codec/ids.ts';
import { MalformedError } from '../../protocol/codec/result.ts';

test('ENC-1: hex and base64url each have one text for a byte string', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assert.equal(toHex(bytes), Buffer.from(bytes).toString('hex'));
    assert.deepEqual(fromHex(toHex(bytes), 'hex'), bytes);
    assert.equal(toBase64Url(bytes), Buffer.from(bytes).toString('base64url'));
    assert.deepEqual(fromBase64Url(toBase64Url(bytes), 'text'), bytes);
  }));
  for (const text of ['AA', '0g', 'abc', ' 00', '0x00']) assert.throws(() => fromHex(text, 'hex'), MalformedError, text);
  for (const text of ['AA==', 'A', 'AB', 'AAB', 'A+', 'A/', ' AA', 'AA\n']) assert.throws(() => fromBase64Url(text, 'text'), MalformedError, text);
});

test('ENC-1: the order of bytes is a total order that agrees with equality and with hex', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }), (a, b) => {
    const order = Math.sign(compareBytes(a, b));
    assert.equal(order, -Math.sign(compareBytes(b, a)) + 0);
    assert.equal(order, Math.sign(Buffer.compare(a, b)));
    assert.equal(equalBytes(a, b), order === 0);
    assert.equal(constantTimeEqual(a, b), order === 0);
  }));
  assert.deepEqual(concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3));
});

test('ENC-3: an id has its length or is refused', () => {
  assert.throws(() => sessionId.from(new Uint8Array(31)), MalformedError);
  assert.throws(() => documentId.fromHex('00'), MalformedError);
  assert.equal(toHex(LOG_DOCUMENT), '00000000000000000000000000000001');
});
