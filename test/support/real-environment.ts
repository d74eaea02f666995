/** The real clock, generator and timers, for tests that drive real processes and engines. */
import { randomBytes } from 'node:crypto';
import type { Clock, Entropy, Environment, Log, Timers } from '../../protocol/codec/environment.ts';

export const realClock: Clock = { now: () => Date.now() };
export const realEntropy: Entropy = { randomBytes: (length) => new Uint8Array(randomBytes(length)) };
export const realTimers: Timers = {
  after: (delay, callback) => {
    const timer = setTimeout(callback, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
export const silentLog: Log = { event: () => {} };

export const realEnvironment: Environment = { clock: realClock, entropy: realEntropy, timers: realTimers, log: silentLog };
