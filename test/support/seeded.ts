/** Randomness that is the same for the same seed, a clock that moves when told to, and a log that can be read. */
import type { Clock, Entropy, Log } from '../../protocol/codec/environment.ts';
import { concatBytes, utf8 } from '../../protocol/codec/bytes.ts';
import { sha256 } from '../../protocol/crypto/signing/hash.ts';

export interface Random extends Entropy {
  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(values: readonly T[]): T[];
}

export function seededRandom(seed: string): Random {
  let counter = 0;
  const block = (): Uint8Array => sha256(utf8(`${seed}/${counter++}`));
  function randomBytes(length: number): Uint8Array {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, block);
    return concatBytes(...blocks).slice(0, length);
  }
  function below(end: number): number {
    return new DataView(randomBytes(4).buffer).getUint32(0) % end;
  }
  function pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new Error('nothing to pick from');
    return from[below(from.length)] as T;
  }
  function shuffled<T>(values: readonly T[]): T[] {
    const left = [...values];
    return values.map(() => left.splice(below(left.length), 1)[0] as T);
  }
  return { randomBytes, below, pick, shuffled };
}

export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function testClock(start: number = Date.UTC(2025, 0, 6, 8)): TestClock {
  let time = start;
  return { now: () => time, advance: (milliseconds) => { time += milliseconds; } };
}

export interface TestLog extends Log {
  readonly events: readonly { readonly name: string; readonly fields: Readonly<Record<string, string | number | boolean>> }[];
}

export function testLog(): TestLog {
  const events: { name: string; fields: Readonly<Record<string, string | number | boolean>> }[] = [];
  return { events, event: (name, fields = {}) => { events.push({ name, fields }); } };
}
