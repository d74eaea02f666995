/**
 * What the core asks of the world. Nothing under `protocol/` reads a clock, draws randomness or sets a timer by
 * itself: an app hands these in, and a simulation hands in seeded ones.
 */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, as this device believes. */
  now(): number;
}

export interface Entropy {
  /** `length` fresh bytes from a cryptographic generator (or, in a simulation, a seeded one). */
  randomBytes(length: number): Uint8Array;
}

/** A pending call that can be called off. Calling off twice is harmless. */
export type CancelTimer = () => void;

export interface Timers {
  /** Calls `callback` once, `delay` milliseconds from now. */
  after(delay: number, callback: () => void): CancelTimer;
}

export interface Log {
  /** One line for the local operator. `fields` never holds a secret, a name or the content of a record. */
  event(name: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
}

export interface Environment {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly timers: Timers;
  readonly log: Log;
}
