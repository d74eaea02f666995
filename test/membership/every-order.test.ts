/**
 * LOG-4, exhaustively: of three admins and up to six concurrent operations, every delivery order gives one state.
 *
 * All sets of one and two steps, up to the names of the admins; then, for as long as the time lasts, of three in a seeded
 * order, and sets of four to six drawn by the seed. A step that takes two admins is two operations; each set of up to six
 * operations is delivered in every order in which parents come first. What was covered is printed.
 *
 * With WARDSYNC_EVERY_ORDER=all every set of up to six operations is delivered, nothing drawn: 15,501 sets in 3,707,242
 * orders, about an hour of one processor. In parts: WARDSYNC_EVERY_ORDER=1/4 to 4/4.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, type ItemId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import { decodeOperation, type Action, type Operation, type OperationBody } from '../../protocol/membership/operation.ts';
import { WardLog } from '../../protocol/membership/ward-log.ts';
import type { WardState } from '../../protocol/membership/ward-state.ts';
import { seededRandom } from '../support/seeded.ts';
import { userRecord, type TestDevice, type TestSession, type TestUser, type TestWard } from '../support/ward-builder.ts';
import { apart, operationsOf, parentsOf, textOf } from './log-lab.ts';

/** Of processor time. */
const SECONDS = 24;
const SEED = 'every order';
const ALL = partOf(process.env['WARDSYNC_EVERY_ORDER']);

function partOf(asked: string | undefined): { readonly part: number; readonly parts: number } | undefined {
  if (asked === undefined) return undefined;
  const [part = 0, parts = 0] = asked === 'all' ? [1, 1] : asked.split('/').map(Number);
  assert.ok(part >= 1 && part <= parts && Number.isSafeInteger(part) && Number.isSafeInteger(parts), 'WARDSYNC_EVERY_ORDER is all, or a part such as 1/4');
  return { part, parts };
}

/** A step: what one admin signs at the common heads, by number of the admins involved; some are two operations. */
type Step =
  | readonly ['removes' | 'demotes', by: number, target: number, second: number]
  | readonly ['promotes', by: number, second: number]
  | readonly ['shuts out', by: number, target: number]
  | readonly ['steps back', by: number]
  | readonly ['closes', by: number, second: number]
  | readonly ['adds' | 'bundles', by: number];

interface Stage {
  readonly ward: TestWard;
  /** With sessions that the log knows: checking their certificates again in every order would take most of the time. */
  readonly admins: readonly { readonly user: TestUser; readonly device: TestDevice; readonly sessions: readonly { readonly session: TestSession; readonly first: Item }[] }[];
  readonly since: readonly { readonly item: Item; readonly body: OperationBody }[];
  readonly heads: readonly ItemId[];
  readonly nurse: TestUser;
}

const ADMINS = 3;
const MAX_OPERATIONS = 6;
const TAKE_TWO: ReadonlySet<Step[0]> = new Set(['removes', 'demotes', 'promotes', 'closes']);

/** Everything that three admins may do beside each other and that can matter to one another. */
function stepsOfAll(): readonly Step[] {
  const steps: Step[] = [];
  for (let by = 0; by < ADMINS; by++) {
    const others = [0, 1, 2].filter((other) => other !== by);
    steps.push(['steps back', by], ['adds', by], ['bundles', by]);
    for (const target of others) {
      steps.push(['shuts out', by, target], ['promotes', by, target], ['closes', by, target]);
      const second = others.find((other) => other !== target) ?? by;
      steps.push(['removes', by, target, second], ['demotes', by, target, second]);
    }
  }
  return steps;
}

/** Each operation in a session of its own, so that they are concurrent even where one admin signs several. */
function itemsOf({ ward, admins, heads, nurse }: Stage, steps: readonly Step[]): readonly Item[] {
  const used = new Map<number, number>();
  const sign = (index: number, operation: Operation, after: readonly ItemId[] = heads): Item => {
    const number = used.get(index) ?? 0;
    used.set(index, number + 1);
    const { session, first } = admins[index]?.sessions[number] ?? assert.fail();
    return session.operation(operation, { heads: after, seq: 2, prev: first.id });
  };
  const agreed = (by: number, second: number, action: Action): readonly Item[] => {
    const proposal = sign(by, { type: 'propose', action });
    return [proposal, sign(second, { type: 'approve', proposal: proposal.id, cut: [] }, [proposal.id])];
  };
  const adminNumber = (index: number): Stage['admins'][number] => admins[index] ?? assert.fail();
  return steps.flatMap((step, place) => {
    switch (step[0]) {
      case 'removes': return agreed(step[1], step[3], { type: 'remove-user', user: adminNumber(step[2]).user.id });
      case 'demotes': return agreed(step[1], step[3], { type: 'set-role', user: adminNumber(step[2]).user.id, role: 'viewer' });
      case 'promotes': return agreed(step[1], step[2], { type: 'set-role', user: nurse.id, role: 'admin' });
      case 'shuts out': return [sign(step[1], { type: 'remove-device', device: adminNumber(step[2]).device.id, cut: [] })];
      case 'steps back': return [sign(step[1], { type: 'set-role', user: adminNumber(step[1]).user.id, role: 'clinician' })];
      case 'closes': {
        const checkpoint = sign(step[1], { type: 'checkpoint' });
        return [checkpoint, sign(step[2], { type: 'approve', proposal: checkpoint.id, cut: [] }, [checkpoint.id])];
      }
      case 'adds': return [sign(step[1], { type: 'add-user', ...userRecord(ward.random, ward.newUser(`user-${place}`, 'clinician')) })];
      case 'bundles': return [sign(step[1], { type: 'set-bundle', user: adminNumber(step[1]).user.id, bundle: Uint8Array.of(place + 1) })];
    }
  });
}

/** The same set of steps with the admins renamed is the same case; of each the first spelling is taken. */
function canonical(steps: readonly Step[]): string {
  const names = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
  const spellings = names.map((name) => steps.map(([what, ...who]) => [what, ...who.map((index) => name[index])].join(' ')).toSorted().join('; '));
  return spellings.toSorted()[0] ?? '';
}

function operationsIn(steps: readonly Step[]): number {
  return steps.reduce((sum, [what]) => sum + (TAKE_TWO.has(what) ? 2 : 1), 0);
}

/** Sets of `size` steps of at most six operations, a step at most once, up to renaming. */
function* setsOf(all: readonly Step[], size: number): Iterable<readonly Step[]> {
  const seen = new Set<string>();
  function* choose(from: number, chosen: readonly Step[]): Iterable<readonly Step[]> {
    if (operationsIn(chosen) > MAX_OPERATIONS) return;
    if (chosen.length === size) {
      const name = canonical(chosen);
      if (!seen.has(name)) yield chosen;
      seen.add(name);
      return;
    }
    for (let at = from; at < all.length; at++) yield* choose(at + 1, [...chosen, all[at] ?? assert.fail()]);
  }
  yield* choose(0, []);
}

/** Delivers the operations in each of the orders, and has one state come of all. */
function deliverInEveryOrder(stage: Stage, operations: readonly Item[], orders: Iterable<readonly Item[]>): { readonly count: number; readonly state: WardState } {
  const bodies = new Map(operations.map((item) => [item, decodeOperation(item.body)]));
  let first: WardState | undefined;
  let text = '';
  let count = 0;
  for (const order of orders) {
    const log = new WardLog(stage.ward.id);
    for (const { item, body } of stage.since) assert.ok(log.restore(item, body));
    for (const [at, item] of order.entries()) {
      const verdict = log.consider(item, bodies.get(item) ?? assert.fail());
      assert.ok(verdict.outcome === 'may-enter', JSON.stringify(verdict));
      log.add(verdict.placed);
      // Asked for in between in every other order: what was remembered then must not show later.
      if (count % 2 === 1 && at % 2 === 1) log.state().users.size.toString();
    }
    const state = log.state();
    count += 1;
    if (first === undefined) [first, text] = [state, textOf(state)];
    else assert.equal(textOf(state), text, operations.map(({ id }) => hexOf(id).slice(0, 8)).join());
  }
  assert.ok(first !== undefined);
  return { count, state: first };
}

function* everyOrder(items: readonly Item[], before: readonly Item[] = []): Iterable<readonly Item[]> {
  if (items.length === 0) yield before;
  for (const item of items) if (isReady(item, items)) yield* everyOrder(items.filter((other) => other !== item), [...before, item]);
}

function isReady(item: Item, left: readonly Item[]): boolean {
  return parentsOf(item).every((parent) => !left.some(({ id }) => hexOf(id) === parent));
}

/** Three admins who have opened so many sessions each; what nobody uses costs time in every order. */
async function stageWith(sessionsEach: number): Promise<Stage> {
  const { ward, admins: [ada, bea] } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const nurse = await ward.addUser('nora', 'clinician');
  const people = [{ user: ward.founder.user, device: await ward.addDevice('tablet') }, ada, bea];
  const admins: Stage['admins'][number][] = [];
  for (const { user, device } of people) {
    const sessions: Stage['admins'][number]['sessions'][number][] = [];
    for (let number = 0; number < sessionsEach; number++) {
      const session = ward.newSession(user, device);
      sessions.push({ session, first: await ward.put(session.operation({ type: 'set-bundle', user: user.id, bundle: Uint8Array.of(0) })) });
    }
    admins.push({ user, device, sessions });
  }
  const since = operationsOf(ward).map((item) => ({ item, body: decodeOperation(item.body) }));
  return { ward, admins, since, heads: ward.heads(), nurse };
}

/** The most operations that one of the admins signs. */
function mostOfOne(steps: readonly Step[]): number {
  const signed = [0, 0, 0];
  for (const [what, by, ...others] of steps) {
    const second = TAKE_TWO.has(what) ? others.at(-1) : undefined;
    for (const who of [by, second]) if (who !== undefined) signed[who] = (signed[who] ?? 0) + 1;
  }
  return Math.max(...signed);
}

test('LOG-5: three admins and up to six concurrent operations, in every order: one state', { timeout: ALL !== undefined ? 4 * 3_600_000 : 120_000 }, async (t) => {
  const stages: Stage[] = [];
  for (let sessions = 1; sessions <= MAX_OPERATIONS; sessions++) stages.push(await stageWith(sessions));
  const all = stepsOfAll();
  const random = seededRandom(SEED);
  const until = process.cpuUsage().user / 1e6 + SECONDS;
  const tally = new Map<number, { sets: number; orders: number }>();
  const deliverSet = (steps: readonly Step[]): void => {
    const stage = stages[mostOfOne(steps) - 1] ?? assert.fail();
    const operations = itemsOf(stage, steps);
    const { count, state } = deliverInEveryOrder(stage, operations, everyOrder(operations));
    assert.ok([...state.users.values()].some(({ role, removal }) => role === 'admin' && removal === undefined), canonical(steps));
    const before = tally.get(operations.length) ?? { sets: 0, orders: 0 };
    tally.set(operations.length, { sets: before.sets + 1, orders: before.orders + count });
  };
  const tell = (what: string): void => {
    t.diagnostic(what);
    for (const [operations, { sets, orders }] of [...tally].sort(([a], [b]) => a - b)) t.diagnostic(`${operations} operations: ${sets} sets in ${orders} orders`);
  };
  if (ALL !== undefined) {
    let place = 0;
    for (const size of [1, 2, 3, 4, 5, 6]) for (const steps of setsOf(all, size)) if (place++ % ALL.parts === ALL.part - 1) deliverSet(steps);
    return tell(`sets of up to six operations, up to the names of the admins, part ${ALL.part} of ${ALL.parts} (${place} sets in all)`);
  }
  for (const size of [1, 2]) for (const steps of setsOf(all, size)) deliverSet(steps);
  const threes = [...setsOf(all, 3)];
  let sampled = 0;
  for (const steps of random.shuffled(threes)) {
    if (process.cpuUsage().user / 1e6 > until - SECONDS / 3) break;
    deliverSet(steps);
    sampled += 1;
  }
  let larger = 0;
  while (process.cpuUsage().user / 1e6 < until) {
    const drawn = Array.from({ length: 4 + random.below(3) }, () => random.pick(all));
    if (operationsIn(drawn) > MAX_OPERATIONS) continue;
    deliverSet(drawn);
    larger += 1;
  }
  tell(`seed '${SEED}'; all sets of one and two steps up to the names of the admins; ${sampled} of ${threes.length} of three; ${larger} drawn of four to six`);
});
