import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchIdle, type IdleWatch } from '../../tablet/app/state/idle.ts';

interface Watched {
  readonly watch: IdleWatch;
  readonly said: (number | null | 'locked')[];
  wait(milliseconds: number): void;
}

function watched(): Watched {
  let now = 1_000_000;
  const said: Watched['said'] = [];
  const watch = watchIdle({ lockAfter: 300_000, warnBefore: 30_000, now: () => now, onWarning: (left) => said.push(left), onIdle: () => said.push('locked') });
  return { watch, said, wait: (milliseconds) => { now += milliseconds; } };
}

test('LOCK-1: whoever does nothing is warned and then locked out, once; input begins the time anew and ends the warning', () => {
  const { watch, said, wait } = watched();
  wait(269_999);
  watch.look();
  assert.deepEqual(said, []);
  wait(1);
  watch.look();
  assert.deepEqual(said.splice(0), [30_000]);
  watch.input();
  assert.deepEqual(said.splice(0), [30_000, null]);
  wait(290_000);
  watch.look();
  wait(10_000);
  watch.look();
  wait(10_000);
  watch.look();
  watch.input();
  assert.deepEqual(said, [10_000, 'locked']);
});

test('LOCK-1: after a sleep in which nothing ran the first touch locks; a clock that was set back wins nobody time', () => {
  const slept = watched();
  slept.wait(3_600_000);
  slept.watch.input();
  assert.deepEqual(slept.said, ['locked']);
  const back = watched();
  back.wait(-7_200_000);
  back.watch.look();
  back.wait(300_000);
  back.watch.look();
  assert.deepEqual(back.said, ['locked']);
});
