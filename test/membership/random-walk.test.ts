import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, inviteId, teamId, type Hex, type ItemId, type UserId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import type { Item } from '../../protocol/items/item.ts';
import { decodeOperation } from '../../protocol/membership/operation.ts';
import { ROLES, type WardState } from '../../protocol/membership/ward-state.ts';
import { WardLog } from '../../protocol/membership/ward-log.ts';
import { buildWard, type TestSession, type TestWard } from '../support/ward-builder.ts';
import { deliver, logOf, operationsOf, parentsOf, pastOf, textOf } from './log-lab.ts';

const WALKS = 25;
const STEPS = 40;

/** A log that grew at random, with operations at any place of it; only what may enter is in. */
async function walk(seed: string): Promise<{ ward: TestWard; items: Item[] }> {
  const ward = await buildWard({ seed });
  const admins = [ward.founder];
  for (const name of ['ada', 'bea', 'cleo']) admins.push(await ward.join(name, 'admin'));
  const devices = [await ward.addDevice('tablet'), ward.tablet];
  const users = [...admins.map(({ user }) => user), await ward.addUser('vic', 'viewer')];
  const sessions: TestSession[] = [...admins, ...admins.map(({ user }) => ward.newSession(user, devices[0]))];
  const invitations = [1, 2].map(() => signingKeyFromSeed(ward.random.randomBytes(32)));
  const teams = [teamId.from(ward.random.randomBytes(16)), ward.admins];
  const items = operationsOf(ward);
  const log = logOf(ward, items);
  const { random } = ward;

  /** Of these types, or else anything, which is refused. */
  function ofType(...types: readonly string[]): readonly Item[] {
    const found = items.filter((item) => types.includes(decodeOperation(item.body).operation.type));
    return found.length === 0 ? items : found;
  }

  function operation(session: TestSession, placing: { heads: readonly ItemId[]; seq: number; prev: Uint8Array }): Item {
    const user = random.pick(users).id;
    const [proposals, votes] = [ofType('propose', 'checkpoint'), ofType('appoint')];
    switch (random.below(17)) {
      case 0: return session.operation({ type: 'remove-user', user, cut: [] }, placing);
      case 1: return random.below(3) === 0
        ? session.operation({ type: 'checkpoint' }, placing)
        : session.operation({ type: 'propose', action: random.pick([{ type: 'remove-user', user }, { type: 'set-role', user, role: random.pick(ROLES) }, { type: 'set-quorum', threshold: 2, holders: users.slice(0, 3).map(({ id }) => id) }] as const) }, placing);
      case 10: case 11: case 12: return session.operation({ type: 'approve', proposal: random.pick(proposals).id, cut: [] }, placing);
      case 13: return session.operation({ type: 'appoint', user, votes: random.below(2) === 0 ? [] : [random.pick(votes).id] }, placing);
      case 14: return session.operation({ type: 'settle', verdict: 'accept', of: { type: 'operation', operation: (log.state().review.length > 0 ? random.pick(log.state().review) : random.pick(items)).id } }, placing);
      case 2: return session.operation({ type: 'remove-device', device: random.pick(devices).id, cut: [] }, placing);
      case 3: case 4: return session.operation({ type: 'set-role', user, role: random.pick(ROLES) }, placing);
      case 5: case 6: {
        const added = random.below(4) === 0 ? random.pick(users) : ward.newUser(`user${random.below(3)}`, random.pick(['admin', 'clinician'] as const));
        users.push(added);
        sessions.push(ward.newSession(added, random.pick(devices)));
        return ward.addition(added, session, placing);
      }
      case 7: return random.below(2) === 0
        ? session.operation({ type: 'add-team', team: random.pick(teams), sealedName: new Uint8Array(0) }, placing)
        : session.operation({ type: random.pick(['add-member', 'remove-member'] as const), team: random.pick(teams), user }, placing);
      case 15: case 16: {
        const renewed = ward.renewal(random.pick(users), session, placing);
        sessions.push(ward.newSession(renewed.user, random.pick(devices)));
        return renewed.item;
      }
      case 8: return session.operation({ type: 'invite', invite: inviteId.from(random.pick(invitations).publicKey), kind: 'tablet', sealedName: new Uint8Array(0), expires: ward.clock.now() + 1 }, placing);
      default: return ward.joining(random.pick(invitations), random.below(3) === 0 ? random.pick(devices) : ward.newDevice('tablet'), { heads: placing.heads });
    }
  }

  const chains = new Map<TestSession, { seq: number; prev: ItemId }>();
  for (const session of sessions) {
    const last = items.findLast(({ fields }) => hexOf(fields.author) === hexOf(session.id));
    if (last !== undefined) chains.set(session, { seq: last.fields.seq, prev: last.id });
  }
  for (let step = 0; step < STEPS; step++) {
    const session = random.pick(sessions);
    const chain = chains.get(session);
    const ends = random.below(3) === 0 ? log.state().heads : Array.from({ length: 1 + random.below(2) }, () => random.pick(items.slice(-8)).id);
    const heads = [...new Map(ends.map((id) => [hexOf(id), id])).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, id]) => id);
    const item = operation(session, { heads, seq: (chain?.seq ?? 0) + 1, prev: chain?.prev ?? new Uint8Array(0) });
    if (deliver(log, item).outcome !== 'may-enter') continue;
    items.push(item);
    if (hexOf(item.fields.author) === hexOf(session.id)) chains.set(session, { seq: item.fields.seq, prev: item.id });
  }
  assert.equal(textOf(log.state()), textOf(logOf(ward, items).state()), seed);
  return { ward, items };
}

/** The items in another order in which parents come first. */
function shuffled(ward: TestWard, items: readonly Item[]): Item[] {
  const left = [...items];
  const done = new Set<string>();
  const order: Item[] = [];
  while (left.length > 0) {
    const next = ward.random.pick(left.filter((item) => parentsOf(item).every((parent) => done.has(parent))));
    left.splice(left.indexOf(next), 1);
    done.add(hexOf(next.id));
    order.push(next);
  }
  return order;
}

function presence(state: WardState, key: Hex<UserId>): string {
  const user = state.users.get(key);
  if (user === undefined) return 'never';
  return user.removal === undefined ? `in as ${user.role}` : `removed as ${user.role}`;
}

test('LOG-4: random logs give one state in every order, and so do their parts', async () => {
  for (let index = 0; index < WALKS; index++) {
    const seed = `walk ${index}`;
    const { ward, items } = await walk(seed);
    const whole = logOf(ward, items);
    const expected = textOf(whole.state());
    for (let order = 0; order < 4; order++) {
      const log = new WardLog(ward.id);
      for (const item of shuffled(ward, items)) {
        assert.equal(deliver(log, item).outcome, 'may-enter', seed);
        if (ward.random.below(4) === 0) log.state();
      }
      assert.equal(textOf(log.state()), expected, seed);
    }
  }
});

test('LOG-4: what a place in the log describes does not depend on what came elsewhere', async () => {
  for (let index = 0; index < WALKS; index++) {
    const seed = `place ${index}`;
    const { ward, items } = await walk(seed);
    const whole = logOf(ward, items).state();
    const users = new Map(items.flatMap((item) => [...logOf(ward, pastOf(items, [item.id])).state().users.values()]).map(({ id }) => [hexOf(id), id]));
    for (let round = 0; round < 12; round++) {
      const heads = [ward.random.pick(items).id, ward.random.pick(items).id];
      const part = logOf(ward, pastOf(items, heads)).state();
      for (const [key, user] of users) {
        const membership = whole.membershipOf(user, heads);
        const role = whole.roleAt(user, heads);
        const seen = membership === 'never' ? 'never' : membership === 'removed-before' ? `removed as ${role}` : `in as ${role}`;
        assert.equal(seen, presence(part, key), `${seed}, round ${round}`);
      }
    }
  }
});

test('LOG-8: no random log is without an admin', async () => {
  for (let index = 0; index < WALKS; index++) {
    const seed = `admins ${index}`;
    const { ward, items } = await walk(seed);
    for (const { id } of items) {
      const { users } = logOf(ward, pastOf(items, [id])).state();
      assert.ok([...users.values()].some(({ role, removal }) => role === 'admin' && removal === undefined), seed);
    }
  }
});
