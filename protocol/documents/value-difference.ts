/**
 * What has changed between two values of a document, so that only this crosses from the engine's worker, and so that
 * what has not changed stays the same object on the other side.
 */
import type { Json } from './engine.ts';
import { define } from './own-member.ts';

export type Difference =
  | { readonly type: 'value'; readonly value: Json }
  | { readonly type: 'members'; readonly changed: readonly (readonly [key: string, difference: Difference])[]; readonly removed: readonly string[] };

/** Undefined when nothing has changed. Lists are compared as wholes, objects member by member. */
export function differenceOf(before: Json | undefined, after: Json): Difference | undefined {
  if (before === after) return undefined;
  if (!isObject(before) || !isObject(after)) return { type: 'value', value: after };
  const changed: [string, Difference][] = [];
  for (const [key, value] of Object.entries(after)) {
    const difference = differenceOf(Object.hasOwn(before, key) ? before[key] : undefined, value);
    if (difference !== undefined) changed.push([key, difference]);
  }
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return changed.length === 0 && removed.length === 0 ? undefined : { type: 'members', changed, removed };
}

/** The value after the change; `before` stays as it is, and is returned itself when nothing has changed. */
export function withDifference(before: Json | undefined, difference: Difference | undefined): Json | undefined {
  if (difference === undefined) return before;
  if (difference.type === 'value') return difference.value;
  if (!isObject(before)) throw new Error('a difference that does not fit the value');
  const after: Record<string, Json> = {};
  const removed = new Set(difference.removed);
  for (const [key, value] of Object.entries(before)) if (!removed.has(key)) define(after, key, value);
  for (const [key, inner] of difference.changed) {
    const value = withDifference(Object.hasOwn(before, key) ? before[key] : undefined, inner);
    if (value !== undefined) define(after, key, value);
  }
  return after;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
