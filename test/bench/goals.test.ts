import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missedGoals, reportText, type Report } from '../../bench/harness/report.ts';

function report(name: string, value: number, goal?: number): Report {
  return { name, title: name, method: '', figures: [{ what: 'all of it', value, unit: 'ms', ...(goal !== undefined && { goal }) }] };
}

test('a goal that was missed is said by name, figure and limit; what was reached, or has no goal, is not', () => {
  const reports = [report('reached', 49.9, 50), report('missed', 50.1, 50), report('none', 1e9), report('exactly', 50, 50), report('nothing', Number.NaN, 50)];
  assert.deepEqual(missedGoals(reports), ['GOAL MISSED: missed, all of it: 50.1 ms, ≤ 50 ms', 'GOAL MISSED: nothing, all of it: NaN ms, ≤ 50 ms']);
  assert.match(reportText(report('missed', 50.1, 50)), /≤ 50 ms MISSED$/);
  assert.match(reportText(report('nothing', Number.NaN, 50)), /MISSED$/);
  assert.match(reportText(report('reached', 49.9, 50)), /≤ 50 ms met$/);
});
