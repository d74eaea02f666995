/** Ward logs for tests: operations signed at any place, delivered in any order. */
import assert from 'node:assert/strict';
import { hexOf, type ItemId, type UserId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import { decodeOperation } from '../../protocol/membership/operation.ts';
import type { WardState } from '../../protocol/membership/ward-state.ts';
import { WardLog, type LogVerdict } from '../../protocol/membership/ward-log.ts';
import { buildWard, type TestSession, type TestWard } from '../support/ward-builder.ts';

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
    if (value instanceof Uint8Array) return Buffer.from(value.subarray(0, 12)).toString('hex');
    if (value instanceof Map) return [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    return value instanceof Set ? [...value].sort((a, b) => (String(a) < String(b) ? -1 : 1)) : value;
  };
  const { heads, users, devices, teams, invitations, authority, quorum, settlements, review } = state;
  const [proposals, votes] = [state.proposals, state.votes].map((list) => new Map(list.map((each) => [hexOf(each.id), each])));
  return JSON.stringify({ heads, users, devices, teams, invitations, authority, quorum, settlements, review, proposals, votes }, text, 1);
}

/** A ward with a few admins beside its founder who go apart; `since` is the log until then. */
export async function apart(...names: readonly string[]): Promise<{ ward: TestWard; admins: readonly TestSession[]; since: readonly Item[] }> {
  const ward = await buildWard({ seed: names.join() });
  const admins: TestSession[] = [];
  for (const name of names) admins.push(await ward.openSession(await ward.addUser(name, 'admin'), await ward.addDevice('tablet')));
  return { ward, admins, since: operationsOf(ward) };
}

/** A removal by one alone. */
export function removes(admin: TestSession, target: TestSession, heads?: readonly ItemId[]): Item {
  return admin.operation({ type: 'remove-user', user: target.user.id, cut: [] }, heads === undefined ? {} : { heads });
}

/** A removal by two: `second` approves in a session of its own. */
export function ousts(admin: TestSession, target: TestSession, second: TestSession, heads?: readonly ItemId[]): readonly [Item, Item] {
  return admin.ward.agreed(admin, admin.ward.newSession(second.user), { type: 'remove-user', user: target.user.id }, heads);
}

/** The state that every order of delivery gives. */
export function stateInEveryOrder(ward: TestWard, since: readonly Item[], later: readonly Item[]): WardState {
  const states = [...ordersOf(later)].map((order) => logOf(ward, [...since, ...order]).state());
  const [first, ...others] = states;
  assert.ok(first !== undefined);
  for (const other of others) assert.equal(textOf(other), textOf(first));
  return first;
}

export function isIn(state: WardState, { user }: { readonly user: { readonly id: UserId } }): boolean {
  const found = state.users.get(hexOf(user.id));
  return found !== undefined && found.removal === undefined;
}
