/** Ward logs for tests: operations signed at any place, delivered in any order. */
import { hexOf, type ItemId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import { decodeOperation } from '../../protocol/membership/operation.ts';
import type { WardState } from '../../protocol/membership/ward-state.ts';
import { WardLog, type LogVerdict } from '../../protocol/membership/ward-log.ts';
import type { TestWard } from '../support/ward-builder.ts';

/** Considers and, if it may, adds. */
export function deliver(log: WardLog, item: Item): LogVerdict {
  const verdict = log.consider(item, decodeOperation(item.body));
  if (verdict.outcome === 'may-enter') log.add(verdict.placed);
  return verdict;
}

/** A log with these items, which all may enter in this order. */
export function logOf(ward: TestWard, items: readonly Item[]): WardLog {
  const log = new WardLog(ward.id);
  for (const item of items) {
    const verdict = deliver(log, item);
    if (verdict.outcome !== 'may-enter') throw new Error(`${JSON.stringify(verdict)} for ${decodeOperation(item.body).operation.type}`);
  }
  return log;
}

/** Operations of the ward's own log, in the order in which they were stored. */
export function operationsOf(ward: TestWard): Item[] {
  return ward.items.filter(({ fields }) => fields.content.type === 'operation');
}

/** What the operation hangs on. */
export function parentsOf({ fields }: Item): readonly string[] {
  return [...fields.heads.map(hexOf), ...(fields.seq === 1 ? [] : [hexOf(fields.prev as ItemId)])];
}

/** Everything before the given items, and themselves, in the order of `all`. */
export function pastOf(all: readonly Item[], ends: readonly ItemId[]): Item[] {
  const wanted = new Set<string>(ends.map(hexOf));
  for (const item of all.toReversed()) if (wanted.has(hexOf(item.id))) parentsOf(item).forEach((parent) => wanted.add(parent));
  return all.filter(({ id }) => wanted.has(hexOf(id)));
}

/** Every order of `items` in which parents come first. */
export function* ordersOf(items: readonly Item[], before: readonly Item[] = []): Iterable<Item[]> {
  if (items.length === 0) yield [...before];
  for (const item of items) {
    const others = items.filter((other) => other !== item);
    const isReady = parentsOf(item).every((parent) => !others.some(({ id }) => hexOf(id) === parent));
    if (isReady) yield* ordersOf(others, [...before, item]);
  }
}

/** A text that two states share exactly if they say the same. */
export function textOf(state: WardState): string {
  const text = (_key: string, value: unknown): unknown => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex').slice(0, 24);
    if (value instanceof Map) return [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    return value instanceof Set ? [...value].sort((a, b) => (String(a) < String(b) ? -1 : 1)) : value;
  };
  const { heads, users, devices, teams, invitations, authority } = state;
  return JSON.stringify({ heads, users, devices, teams, invitations, authority }, text, 1);
}
