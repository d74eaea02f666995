/** Entries of the documents' collections under their ids, in orders that are the same on every device. */
import type { Amendment, IsoTime } from './model.ts';
import { millisecondsOf } from './time.ts';

/** An entry of a collection under its id. */
export interface Kept<T> {
  readonly id: string;
  readonly value: T;
}

/** By `order`, then by id. */
export function sorted<T>(collection: Readonly<Record<string, T>>, order: (a: T, b: T) => number): readonly Kept<T>[] {
  return Object.entries(collection).map(([id, value]) => ({ id, value })).sort((a, b) => order(a.value, b.value) || compare(a.id, b.id));
}

/** What was not entered in error, oldest first. */
export function valid<T extends { readonly at: IsoTime; readonly enteredInError?: Amendment }>(collection: Readonly<Record<string, T>>): readonly Kept<T>[] {
  return sorted(collection, (a, b) => later(b.at, a.at)).filter(({ value }) => value.enteredInError === undefined);
}

/** An order: what is active and not entered in error comes first. */
export function activeFirst(a: { status: string; enteredInError?: Amendment }, b: { status: string; enteredInError?: Amendment }): number {
  const rank = (entry: { status: string; enteredInError?: Amendment }): number => (entry.status === 'active' && entry.enteredInError === undefined ? 0 : 1);
  return rank(a) - rank(b);
}

/** Negative when `a` is the later one; what has no readable time comes last. */
export function later(a: IsoTime | undefined, b: IsoTime | undefined): number {
  const value = (time: IsoTime | undefined): number => {
    const milliseconds = time === undefined ? Number.NaN : millisecondsOf(time);
    return Number.isNaN(milliseconds) ? -Infinity : milliseconds;
  };
  const [left, right] = [value(a), value(b)];
  return left === right ? 0 : left > right ? -1 : 1;
}

/** By code units, so that every device sorts alike whatever its language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
