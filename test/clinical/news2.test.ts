import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { ObservationSet } from '../../protocol/clinical/model.ts';
import { NEWS2_PARAMETERS, nextDue, responseTo, scoreNews2, type News2Parameter } from '../../protocol/clinical/news2.ts';

type Values = Omit<ObservationSet, 'at' | 'author'>;

const DOMAIN = new URL('../../../shared/DOMAIN.md', import.meta.url);

/** The chart as it is printed: row label → cells under the headings 3 2 1 0 1 2 3. */
function printedTable(t: TestContext): Map<string, readonly { points: number; text: string }[]> | undefined {
  if (!existsSync(DOMAIN)) {
    console.error('!!! ../shared/DOMAIN.md is not here: the NEWS2 table is NOT compared with its source');
    t.skip('../shared/DOMAIN.md is absent');
    return undefined;
  }
  const section = readFileSync(DOMAIN, 'utf8').split('## NEWS2')[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const points = (rows[0] ?? []).slice(1).map(Number);
  assert.deepEqual(points, [3, 2, 1, 0, 1, 2, 3]);
  return new Map(rows.slice(2).map(([label = '', ...cells]) => [label, cells.map((text, i) => ({ points: points[i] ?? -1, text }))]));
}

/** Does a printed cell such as '≤8', '93–94 on O2' or '88–92, or ≥93 on air' hold for this value? */
function holds(cell: string, value: number, oxygen: boolean): boolean {
  return cell.split(/,\s*or\s*/).some((part) => {
    const [, sign = '', low = '', high, , where] = /^([≤≥]?)(\d+(?:\.\d+)?)(?:–(\d+(?:\.\d+)?))?( on (air|O2))?$/.exec(part) ?? [];
    if (low === '') return false;
    if (where !== undefined && (where === 'O2') !== oxygen) return false;
    if (sign === '≤') return value <= Number(low);
    if (sign === '≥') return value >= Number(low);
    return value >= Number(low) && value <= Number(high);
  });
}

function expected(cells: readonly { points: number; text: string }[], value: number, oxygen: boolean): number {
  const matching = cells.filter((cell) => cell.text !== '' && holds(cell.text, value, oxygen));
  assert.equal(matching.length, 1, `exactly one cell holds for ${value}`);
  return matching[0]?.points ?? -1;
}

function pointsOf(values: Values, parameter: News2Parameter): number | undefined {
  const result = scoreNews2(values);
  return result.scored ? result.parameters[parameter]?.points : undefined;
}

test('NEWS-1: every value of every row scores what the printed chart says, on both SpO2 scales, on air and on oxygen', (t) => {
  const table = printedTable(t);
  if (table === undefined) return;
  const rows: readonly [string, News2Parameter, number, number, number, (value: number) => Values][] = [
    ['Respirations /min', 'respiratoryRate', 0, 80, 1, (respiratoryRate) => ({ respiratoryRate })],
    ['SpO2 scale 1 %', 'spo2', 0, 100, 1, (spo2) => ({ spo2 })],
    ['SpO2 scale 2 %', 'spo2', 0, 100, 1, (spo2) => ({ spo2, spo2Scale: 2 })],
    ['Systolic mmHg', 'systolic', 0, 320, 1, (systolic) => ({ systolic })],
    ['Pulse /min', 'heartRate', 0, 300, 1, (heartRate) => ({ heartRate })],
    ['Temperature °C', 'temperature', 250, 450, 10, (temperature) => ({ temperature })],
  ];
  let checked = 0;
  for (const [label, parameter, first, last, divisor, make] of rows) {
    const cells = table.get(label);
    assert.ok(cells, label);
    for (let step = first; step <= last; step++) {
      for (const supplemental of [false, true]) {
        const value = step / divisor;
        assert.equal(pointsOf({ ...make(value), oxygen: { supplemental } }, parameter), expected(cells, value, supplemental), `${label} ${value} ${supplemental ? 'on oxygen' : 'on air'}`);
        checked += 1;
      }
    }
  }
  assert.equal(checked, 2 * (81 + 101 + 101 + 321 + 301 + 201));
});

test('NEWS-1: oxygen and consciousness score what the printed chart says', (t) => {
  const table = printedTable(t);
  if (table === undefined) return;
  const pointsUnder = (label: string, text: string): number | undefined => table.get(label)?.find((cell) => cell.text === text)?.points;
  assert.equal(pointsOf({ oxygen: { supplemental: true } }, 'oxygen'), pointsUnder('Air or oxygen', 'O2'));
  assert.equal(pointsOf({ oxygen: { supplemental: false } }, 'oxygen'), pointsUnder('Air or oxygen', 'air'));
  assert.equal(pointsOf({ consciousness: 'alert' }, 'consciousness'), pointsUnder('Consciousness', 'Alert'));
  for (const consciousness of ['confusion', 'voice', 'pain', 'unresponsive'] as const) {
    assert.equal(pointsOf({ consciousness }, 'consciousness'), pointsUnder('Consciousness', 'new Confusion, V, P, U'));
  }
});

test('NEWS-1: values between the steps of the chart are rounded to them: 35.04 is 35.0 and 110.6 is 111', () => {
  assert.equal(pointsOf({ temperature: 35.04 }, 'temperature'), 3);
  assert.equal(pointsOf({ temperature: 35.06 }, 'temperature'), 1);
  assert.equal(pointsOf({ temperature: 38.04 }, 'temperature'), 0);
  assert.equal(pointsOf({ systolic: 110.6 }, 'systolic'), 0);
  assert.equal(pointsOf({ systolic: 110.4 }, 'systolic'), 1);
});

const WELL: Values = {
  respiratoryRate: 16, spo2: 97, oxygen: { supplemental: false }, systolic: 124, heartRate: 72, consciousness: 'alert', temperature: 36.8,
};

test('NEWS-1: a complete set has a total, its reasons and a response', () => {
  const result = scoreNews2({ ...WELL, respiratoryRate: 22, heartRate: 95 }, 71);
  assert.ok(result.scored);
  assert.equal(result.total, 3);
  assert.equal(result.complete, true);
  assert.equal(result.anyThree, false);
  assert.equal(result.response.risk, 'low');
  assert.deepEqual(result.parameters.respiratoryRate, { points: 2, reason: '22 /min (21–24)' });
});

test('NEWS-2: each parameter that is absent is named as missing, and what is there still counts', () => {
  for (const parameter of NEWS2_PARAMETERS) {
    const { [parameter]: _, ...rest } = { ...WELL, heartRate: parameter === 'heartRate' ? undefined : 135 };
    const result = scoreNews2(rest);
    assert.ok(result.scored);
    assert.equal(result.complete, false);
    assert.deepEqual(result.missing, [parameter]);
    assert.equal(result.total, parameter === 'heartRate' ? 0 : 3);
  }
});

test('NEWS-2: on scale 2 a saturation of 93 and more cannot be scored until somebody says air or oxygen', () => {
  const unknown = scoreNews2({ spo2: 93, spo2Scale: 2, heartRate: 70 });
  assert.ok(unknown.scored);
  assert.equal(unknown.parameters.spo2, undefined);
  assert.equal(pointsOf({ spo2: 92, spo2Scale: 2 }, 'spo2'), 0);
});

test('NEWS-2: nobody under 16 is scored, and the result says so; from the 16th birthday on they are', () => {
  const child = scoreNews2(WELL, 15);
  assert.equal(child.scored, false);
  assert.equal(child.scored ? '' : child.why, 'under-16');
  assert.equal(scoreNews2(WELL, 16).scored, true);
});

test('NEWS-2: a set with nothing to score is no zero', () => {
  const result = scoreNews2({ weight: 71, heartRate: Number.NaN });
  assert.equal(result.scored, false);
  assert.equal(result.scored ? '' : result.why, 'nothing-measured');
});

test('NEWS-1: the response follows the table for every total, with and without a single 3', () => {
  for (let total = 0; total <= 20; total++) {
    for (const anyThree of total >= 3 ? [false, true] : [false]) {
      const { risk, dueAfterMinutes } = responseTo(total, anyThree);
      const wanted = total >= 7 ? ['high', 30] : total >= 5 ? ['medium', 60] : anyThree ? ['low-medium', 60] : total >= 1 ? ['low', 360] : ['low', 720];
      assert.deepEqual([risk, dueAfterMinutes], wanted, `total ${total}, any three ${anyThree}`);
    }
  }
});

test('NEWS-1: the next set is due one interval after this one, whatever the offset of its time', () => {
  const due = (values: Values, at: string): string | undefined => {
    const result = scoreNews2(values);
    return result.scored ? nextDue(at, result) : undefined;
  };
  assert.equal(due(WELL, '2024-02-28T20:00:00+01:00'), '2024-02-29T07:00:00Z');
  assert.equal(due({ ...WELL, systolic: 88 }, '2024-12-31T23:30:00Z'), '2025-01-01T00:30:00Z');
  assert.equal(due({ ...WELL, systolic: 88, respiratoryRate: 26, oxygen: { supplemental: true } }, '2024-03-01T10:00:00.250Z'), '2024-03-01T10:30:00.250Z');
  assert.equal(due(WELL, 'yesterday'), undefined);
});
