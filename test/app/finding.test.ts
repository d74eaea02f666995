import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFound } from '../../tablet/app/state/finding.ts';

test('a search finds every word typed, in any order, without accents, capitals and hyphens', () => {
  const text = 'Zoë Faulkner-Öz heron-42 Larch Ward';
  for (const typed of ['', '  ', 'zoe', 'OZ faulk', 'heron 42', 'larch zoë', '42']) assert.ok(isFound(text, typed), typed);
  for (const typed of ['zoe finch', 'x', 'heron-43']) assert.ok(!isFound(text, typed), typed);
});
