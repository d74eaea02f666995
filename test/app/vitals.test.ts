import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObservationDraft } from '../../tablet/app/vitals/draft.ts';
import { emptyDraft, readDraft } from '../../tablet/app/vitals/draft.ts';
import { newsBands, reasonFor } from '../../tablet/app/vitals/news.ts';
import { printUnit } from '../../tablet/app/vitals/units.ts';
import { en } from '../../tablet/app/words/en.ts';
import { fr } from '../../tablet/app/words/fr.ts';
import { span } from '../../tablet/app/words/when.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const typed = (numbers: ObservationDraft['numbers'], more: Partial<ObservationDraft> = {}): ObservationDraft =>
  ({ ...emptyDraft, numbers, ...more });

test('a draft reads decimals with point and comma, and is dated when it is saved', () => {
  const { set, ready } = readDraft(typed({ temperature: '37,2', heartRate: '88' }), false, NOW);
  assert.deepEqual(set, { at: '2026-03-01T10:00:00.000Z', temperature: 37.2, heartRate: 88 });
  assert.ok(ready);
});

test('an unusual value counts only once it is confirmed, and confirming covers that value alone', () => {
  const open = readDraft(typed({ temperature: '386' }), false, NOW);
  assert.equal(open.set.temperature, undefined);
  assert.equal(open.ready, false);
  assert.equal(open.empty, false);

  const confirmed = readDraft(typed({ temperature: '32' }, { confirmed: { temperature: '32' } }), false, NOW);
  assert.equal(confirmed.set.temperature, 32);
  assert.ok(confirmed.ready);
  assert.equal(readDraft(typed({ temperature: '31' }, { confirmed: { temperature: '32' } }), false, NOW).ready, false);
});

test('what is no number, a diastolic above the systolic and a time ahead are told apart', () => {
  assert.deepEqual(readDraft(typed({ heartRate: '8o' }), false, NOW).problems.heartRate, { kind: 'not-a-number' });
  assert.equal(readDraft(typed({ systolic: '80', diastolic: '120' }), false, NOW).problems.diastolic?.kind, 'crossed');
  assert.equal(readDraft(typed({ heartRate: '80' }, { at: '2026-03-02T10:00' }), false, NOW).problems.at?.kind, 'future');
});

test('the oxygen saturation is kept with the scale that is prescribed', () => {
  assert.equal(readDraft(typed({ spo2: '90' }), true, NOW).set.spo2Scale, 2);
  assert.equal(readDraft(typed({ spo2: '90' }), false, NOW).set.spo2Scale, 1);
});

test('the bands of the total are those of the response table', () => {
  assert.deepEqual(newsBands, [
    { points: 0, to: 0 }, { points: 1, from: 1, to: 4 }, { points: 2, from: 5, to: 6 }, { points: 3, from: 7 },
  ]);
});

test('the reason of a point is the cell of the chart, in the language of the app', () => {
  assert.equal(reasonFor('temperature', 1, { at: '', temperature: 38.4 }, en), '38.1–39.0');
  assert.equal(reasonFor('temperature', 1, { at: '', temperature: 38.4 }, fr), '38,1–39,0');
  assert.equal(reasonFor('spo2', 1, { at: '', spo2: 93, spo2Scale: 2, oxygen: { supplemental: true } }, en), '93–94');
  assert.equal(reasonFor('consciousness', 3, { at: '', consciousness: 'confusion' }, fr), 'Confusion nouvelle');
});

test('spans are short, in both languages', () => {
  const minutes = (n: number): number => n * 60_000;
  assert.equal(span(minutes(4), en), '4 min');
  assert.equal(span(minutes(85), en), '1 h 25 min');
  assert.equal(span(minutes(60 * 9 + 20), en), '9 h');
  assert.equal(span(minutes(60 * 24 * 3), fr), '3\u00a0jours');
});

test('units are printed as people write them', () => {
  assert.deepEqual(
    ['umol/L', '10*9/L', '10*3/uL', 'mm[Hg]', 'Cel', '{score}', 'kg/m2', 'mmol/L', 'mL/min/{1.73_m2}'].map(printUnit),
    ['µmol/L', '×10⁹/L', '×10³/µL', 'mmHg', '°C', '', 'kg/m²', 'mmol/L', 'mL/min'],
  );
});

test('both languages have the same words', () => {
  const keys = (value: unknown, path: string): readonly string[] =>
    typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`)) : [path];
  assert.deepEqual(keys(fr, ''), keys(en, ''));
});
