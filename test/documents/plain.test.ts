import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, from } from '@automerge/automerge';
import { toPlainObject } from '../../protocol/documents/plain.ts';

test('DOC-4: what the model has no type for, another app wrote: it is shown, not lost', () => {
  const document = from({
    seen: new Date(Date.UTC(2024, 1, 29)),
    opened: new Counter(3),
    photo: Uint8Array.of(1, 255),
  });
  assert.deepEqual(toPlainObject(document), { seen: '2024-02-29T00:00:00.000Z', opened: 3, photo: '01ff' });
});

test('DOC-4: a date that is none is shown as nothing', () => {
  assert.deepEqual(toPlainObject({ seen: new Date(Number.NaN) }), { seen: null });
});
