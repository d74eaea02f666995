/** The real clock, generator, timers and log of a process. The only place under `node/` that reads them. */
import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import type { Clock, Entropy, Environment, Log, Timers } from '../../protocol/codec/environment.ts';

export const realClock: Clock = { now: () => Date.now() };

/**
 * Since the machine was started, suspended or not (CLOCK_BOOTTIME; on Linux what /proc/uptime says, to a hundredth of a
 * second). Timers and `performance.now` stand still while it is suspended.
 */
export const realUptime: Clock = { now: () => uptime() * 1000 };

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
