/** The browser's clock, generator and timers, for the worker. The log goes to the console: events and counts only. */
import type { Environment } from '../../../protocol/codec/environment.ts';

export const browserEnvironment: Environment = {
  clock: { now: () => Date.now() },
  entropy: { randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
  timers: {
    after: (delay, callback) => {
      const timer = setTimeout(callback, delay);
      return () => clearTimeout(timer);
    },
  },
  log: { event: (name, fields) => console.info(name, fields ?? {}) },
};
