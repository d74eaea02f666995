/** The real clock, generator, timers and log of a process. The only place under `node/` that reads them. */
import { randomBytes } from 'node:crypto';
import type { Clock, Entropy, Environment, Log, Timers } from '../../protocol/codec/environment.ts';

export const realClock: Clock = { now: () => Date.now() };

export const realEntropy: Entropy = { randomBytes: (length) => new Uint8Array(randomBytes(length)) };

/** Timers do not keep the process alive by themselves: what it serves does. */
export const realTimers: Timers = {
  after: (delay, callback) => {
    const timer = setTimeout(callback, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const silentLog: Log = { event: () => {} };

/** One JSON object a line on standard error: time, event, fields. */
export const stderrLog: Log = {
  event: (event, fields = {}) => {
    process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
  },
};

export function realEnvironment(log: Log): Environment {
  return { clock: realClock, entropy: realEntropy, timers: realTimers, log };
}
