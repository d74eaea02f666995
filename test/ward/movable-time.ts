/** The real environment, whose clock can be moved on: timers of a minute and more go off when it is, shorter ones by themselves. */
import type { Environment } from '../../protocol/codec/environment.ts';
import { environment as real } from './small-ward.ts';

export interface MovableEnvironment extends Environment {
  /** Moves the clock on by `milliseconds` and calls what was due by then, in order. */
  moveOn(milliseconds: number): void;
}

export function movableEnvironment(): MovableEnvironment {
  let ahead = 0;
  const waiting = new Set<{ readonly at: number; readonly callback: () => void }>();
  const clock = { now: () => real.clock.now() + ahead };
  return {
    ...real,
    clock,
    timers: {
      after(delay, callback) {
        if (delay < 60_000) return real.timers.after(delay, callback);
        const timer = { at: clock.now() + delay, callback };
        waiting.add(timer);
        return () => { waiting.delete(timer); };
      },
    },
    moveOn(milliseconds) {
      ahead += milliseconds;
      for (const timer of [...waiting].filter(({ at }) => at <= clock.now()).sort((a, b) => a.at - b.at)) {
        waiting.delete(timer);
        timer.callback();
      }
    },
  };
}
