import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notShownLines } from '../../node/cli/commands/show.ts';

test('DOC-8: show counts what is not shown, in one line for each author and reason', () => {
  const review = { by: 'Nora Quist', why: 'review', reason: 'disputed' } as const;
  assert.deepEqual(notShownLines([]), []);
  assert.deepEqual(notShownLines([
    { ...review, document: 'aa', entries: 2 }, { ...review, document: 'bb', entries: 1 },
    { document: 'bb', entries: 1, by: undefined, why: 'unreadable', reason: 'history' },
  ]), [
    'Not shown: 3 entries by Nora Quist written before their removal was known here, waiting for review (disputed).',
    'Not shown: 1 entry by somebody unknown that could not be read (history).',
  ]);
});
