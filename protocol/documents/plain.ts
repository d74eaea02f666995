/**
 * Between plain JSON and Automerge's own types.
 *
 * Strings are replaced as a whole (`ImmutableString`: smaller and twice as fast), except under the key `text`, which is
 * prose and merges letter by letter.
 */
import { ImmutableString, isCounter, isImmutableString } from '@automerge/automerge/slim';
import { toHex } from '../codec/bytes.ts';
import type { Json, JsonObject } from './engine.ts';
import { define } from './own-member.ts';

export const PROSE_KEY = 'text';

/**
 * What Automerge did not touch keeps its identity from one value of a document to the next, and so do the plain values:
 * reading a document again costs what has changed in it.
 */
const known = new WeakMap<object, Json>();

export function toPlainObject(document: unknown): JsonObject {
  const plain = toPlain(document);
  if (!isJsonObject(plain)) throw new TypeError('a document is an object');
  return plain;
}

function isJsonObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function toPlain(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (isImmutableString(value)) return value.val;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return null;
  const before = known.get(value);
  if (before !== undefined) return before;
  const plain = containerToPlain(value);
  known.set(value, plain);
  return plain;
}

function containerToPlain(value: object): Json {
  if (Array.isArray(value)) return value.map(toPlain);
  // Dates, counters, byte strings and big integers are not of the model: another app's, shown rather than lost.
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return toHex(value);
  if (isCounter(value)) return value.value;
  const plain: Record<string, Json> = {};
  for (const [key, entry] of Object.entries(value)) define(plain, key, toPlain(entry));
  return plain;
}

/** For values that go into Automerge; `key` is the property under which they will stand. `undefined` members are left out. */
export function fromPlain(value: unknown, key: string | number | undefined): unknown {
  if (typeof value === 'string') return key === PROSE_KEY ? value : new ImmutableString(value);
  if (Array.isArray(value)) return value.map((entry) => fromPlain(entry, undefined));
  if (typeof value === 'object' && value !== null) {
    const rich: Record<string, unknown> = {};
    for (const [name, entry] of Object.entries(value)) if (entry !== undefined) define(rich, name, fromPlain(entry, name));
    return rich;
  }
  return value;
}
