import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concatBytes } from '../../protocol/codec/bytes.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { sealCommitted } from '../../protocol/crypto/sealing/committed.ts';
import { pad, paddedLength, unpad } from '../../protocol/crypto/sealing/padding.ts';
import { realEntropy } from './entropy.ts';

test('SUITE-4: what was padded comes back', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (content) => {
    const padded = pad(content);
    assert.equal(padded.length, paddedLength(content.length));
    assert.deepEqual(unpad(padded), content);
  }));
});

test('SUITE-4: 64-byte steps up to 512, then PADMÉ with at most 12 % more', () => {
  assert.deepEqual([0, 63, 64, 127, 128, 511, 512].map(paddedLength), [64, 64, 128, 128, 192, 512, 544]);
  let previous = 0;
  for (let length = 0; length < 300_000; length += length < 5000 ? 1 : 97) {
    const padded = paddedLength(length);
    assert.ok(padded > length && padded >= previous, `length ${length}`);
    if (length >= 512) assert.ok(padded <= (length + 1) * 1.12, `length ${length} → ${padded}`);
    else assert.equal(padded % 64, 0);
    previous = padded;
  }
});

test('SUITE-4: a content has one padded form', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
    const content = unpad(bytes);
    if (content !== null) assert.deepEqual(pad(content), bytes);
  }));
  const padded = pad(new Uint8Array(10).fill(1));
  assert.equal(unpad(concatBytes(padded, new Uint8Array(64))), null, 'the next bucket');
  assert.equal(unpad(padded.subarray(0, 32)), null, 'no bucket');
  assert.equal(unpad(new Uint8Array(64)), null, 'no end of content');
  assert.equal(unpad(new Uint8Array(64).fill(1)), null, 'full of content');
  assert.equal(unpad(new Uint8Array(0)), null);
  const dirty = padded.slice();
  dirty[40] = 1;
  assert.equal(unpad(dirty), null, 'padding that is not zero');
});

test('ATTACK 25: plaintexts of one bucket give ciphertexts of one length', () => {
  const context = { label: LABEL.changesetKey, ward: new Uint8Array(32), subject: new Uint8Array(16) };
  const lengthOf = (length: number) => sealCommitted(new Uint8Array(32), context, new Uint8Array(0), new Uint8Array(length), realEntropy).length;
  for (const [from, to] of [[0, 63], [64, 127], [448, 511], [512, 543], [1024, 1087], [100_000 - 1, 100_351]] as const) {
    const lengths = new Set(Array.from({ length: Math.min(70, to - from + 1) }, (_, i) => lengthOf(i < 69 ? from + Math.floor((i * (to - from)) / 69) : to)));
    assert.equal(lengths.size, 1, `${from}–${to}: ${[...lengths].join(', ')}`);
  }
});
