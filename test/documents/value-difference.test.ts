import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../protocol/documents/engine.ts';
import { differenceOf, withDifference } from '../../protocol/documents/value-difference.ts';

const value = fc.jsonValue({ maxDepth: 4 }).map((json) => structuredClone(json) as Json);

test('DOC-4: a value and what changed in it give the new value, through a structured clone', () => {
  fc.assert(fc.property(value, value, (before, after) => {
    assert.deepEqual(withDifference(before, structuredClone(differenceOf(before, after))), after);
  }));
});

test('DOC-4: only what has changed crosses, and the rest stays the same object', () => {
  const before = { observations: { a: { pulse: 70 }, b: { pulse: 80, list: [1, 2] } }, kept: { x: 1 }, gone: 1 };
  const after = { observations: { a: before.observations.a, b: { pulse: 81, list: before.observations.b.list } }, kept: before.kept };
  const difference = differenceOf(before, after);
  assert.deepEqual(difference, {
    type: 'members', removed: ['gone'],
    changed: [['observations', { type: 'members', removed: [], changed: [['b', { type: 'members', removed: [], changed: [['pulse', { type: 'value', value: 81 }]] }]] }]],
  });
  const rebuilt = withDifference(before, difference) as typeof after;
  assert.deepEqual(rebuilt, after);
  assert.equal(rebuilt.kept, before.kept);
  assert.equal(rebuilt.observations.a, before.observations.a);
  assert.equal(before.observations.b.pulse, 80, 'the value before is untouched');
});

test('DOC-4: a key named __proto__ stays a key', () => {
  const hostile = JSON.parse('{"a": {"__proto__": {"polluted": true}}}') as Json;
  const rebuilt = withDifference({ a: {} }, differenceOf({ a: {} }, hostile));
  assert.deepEqual(Object.keys((rebuilt as { a: object }).a), ['__proto__']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});
