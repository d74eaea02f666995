import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ageAt, readTime, writeTime } from '../../protocol/clinical/time.ts';

test('times are written and read as the platform writes and reads them', () => {
  fc.assert(fc.property(fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }), (milliseconds) => {
    const platform = new Date(milliseconds).toISOString();
    assert.equal(writeTime(milliseconds), platform.replace('.000Z', 'Z'));
    assert.deepEqual(readTime(platform), { milliseconds, exact: true });
  }), { numRuns: 2000 });
});

test('times of lower precision are read as their beginning and are not exact', () => {
  assert.deepEqual(readTime('1970'), { milliseconds: 0, exact: false });
  assert.deepEqual(readTime('1970-02'), { milliseconds: 31 * 86_400_000, exact: false });
  assert.deepEqual(readTime('1970-01-02'), { milliseconds: 86_400_000, exact: false });
  assert.deepEqual(readTime('1970-01-01T01:00+01:00'), { milliseconds: 0, exact: true });
});

test('a text that names no time is none', () => {
  for (const text of ['', 'now', '2023-02-29', '2023-13-01', '2023-01-01T24:00:00Z', '2023-01-01T10:60:00Z', '2023-01-01T10:00:00+99:00', '20230101', '2023-1-1']) {
    assert.equal(readTime(text), undefined, text);
  }
});

test('age changes on the birthday', () => {
  const at = (text: string): number => readTime(text)?.milliseconds ?? Number.NaN;
  assert.equal(ageAt('1950-06-15', at('2024-06-14T23:59:59Z')), 73);
  assert.equal(ageAt('1950-06-15', at('2024-06-15T00:00:00Z')), 74);
  assert.equal(ageAt('1950', at('2024-06-15T00:00:00Z')), 74);
  assert.equal(ageAt('2030-01-01', at('2024-06-15T00:00:00Z')), undefined);
  assert.equal(ageAt('unknown', 0), undefined);
});
