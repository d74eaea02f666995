import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, type ItemId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import type { Operation } from '../../protocol/membership/operation.ts';
import type { TestSession, TestWard } from '../support/ward-builder.ts';
import { apart, deliver, isIn, logOf, operationsOf, ousts, removes, stateInEveryOrder } from './log-lab.ts';

const refused = { outcome: 'refused', reason: 'operation' };

/** What closes the log at `heads`: one admin's checkpoint, and another's approval. */
function closing(ward: TestWard, by: TestSession, second: TestSession, heads: readonly ItemId[] = ward.heads()): readonly [Item, Item] {
  const checkpoint = ward.newSession(by.user, by.device).operation({ type: 'checkpoint' }, { heads });
  return [checkpoint, ward.newSession(second.user, second.device).operation({ type: 'approve', proposal: checkpoint.id, cut: [] }, { heads: [checkpoint.id] })];
}

function settles(admin: TestSession, operation: Item, verdict: 'accept' | 'decline', heads: readonly ItemId[]): Item {
  const settling: Operation = { type: 'settle', verdict, of: { type: 'operation', operation: operation.id } };
  return admin.ward.newSession(admin.user, admin.device).operation(settling, { heads: heads.toSorted((a, b) => (hexOf(a) < hexOf(b) ? -1 : 1)) });
}

test('LOG-14: a stolen key from the time of two admins cannot backdate a coup behind a checkpoint', async () => {
  const { ward, admins: [ada] } = await apart('ada');
  assert.ok(ada !== undefined);
  const old = ward.heads();
  const [bea, cleo] = [await ward.join('bea', 'admin'), await ward.join('cleo', 'admin')];
  const thief = ward.newSession(ada.user);
  const coup = removes(ward.newSession(ada.user), ward.founder, old);
  const puppet = ward.newUser('puppet', 'admin');
  const addition = ward.addition(puppet, thief, { heads: old });
  const together = ousts(ward.newSession(puppet), ward.founder, ward.newSession(ada.user), [addition.id]);
  const since = operationsOf(ward);
  for (const way of [[coup], [addition, ...together]]) {
    assert.ok(!isIn(logOf(ward, [...since, ...way]).state(), ward.founder), 'without a checkpoint the coup succeeds');
  }

  const closed = closing(ward, bea, cleo);
  const state = stateInEveryOrder(ward, since, [...closed, coup, addition, ...together]);
  assert.ok([ward.founder, ada, bea, cleo].every((admin) => isIn(state, admin)));
  assert.equal(state.users.get(hexOf(puppet.id)), undefined);
  for (const [taking, of] of [[coup, [coup]], [addition, [addition]]] as const) {
    const accepted = settles(bea, taking, 'accept', [taking.id, closed[1].id]);
    assert.deepEqual(deliver(logOf(ward, [...since, ...closed, ...of]), accepted), refused, 'what takes two is proposed anew');
  }
  assert.deepEqual(new Set(state.review.map(({ type }) => type)), new Set(['remove-user', 'add-user', 'propose', 'approve']));
});

test('LOG-14: a checkpoint that nobody has approved closes nothing', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const nurse = ward.newUser('nora', 'clinician');
  const [checkpoint] = closing(ward, ada, bea);
  const state = stateInEveryOrder(ward, since, [checkpoint, ward.addition(nurse, bea)]);
  assert.ok(isIn(state, { user: nurse }));
  assert.deepEqual([state.review.length, state.proposals.length], [0, 1]);
});

test('LOG-14: what was known to both who closed the log, and what knows of the checkpoint, counts', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const [before, beside, after] = ['before', 'beside', 'after'].map((handle) => ward.newUser(handle, 'clinician'));
  assert.ok(before !== undefined && beside !== undefined && after !== undefined);
  const known = ward.addition(before, ada);
  const closed = closing(ward, bea, ada, [known.id]);
  const state = stateInEveryOrder(ward, since, [
    known, ...closed, ward.addition(beside, ward.newSession(bea.user)), ward.addition(after, ward.newSession(bea.user), { heads: [closed[0].id] }),
  ]);
  assert.deepEqual([before, beside, after].map((user) => isIn(state, { user })), [true, false, true]);
});

test('LOG-14: another admin accepts what is in review, by which it counts; accepting wins over declining', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const nurse = ward.newUser('nora', 'clinician');
  const held = ward.addition(nurse, ada);
  const closed = closing(ward, bea, ward.founder);
  const heads = [held.id, closed[1].id];
  const byFounder = settles(ward.founder, held, 'accept', heads);
  const byBea = settles(bea, held, 'accept', heads);
  const declined = stateInEveryOrder(ward, since, [held, ...closed, settles(bea, held, 'decline', heads)]);
  assert.deepEqual([isIn(declined, { user: nurse }), declined.review.map((each) => each.declined)], [false, [true]]);
  const accepted = stateInEveryOrder(ward, since, [held, ...closed, byFounder, byBea, settles(bea, held, 'decline', heads)]);
  assert.ok(isIn(accepted, { user: nurse }));
  assert.equal(accepted.users.get(hexOf(nurse.id))?.handle, 'nora', 'accepted twice at the same time, and one person all the same');
  assert.deepEqual(accepted.review, []);
  // The thief of a key does not accept what that key has backdated.
  assert.deepEqual(deliver(logOf(ward, [...since, held, ...closed]), settles(ada, held, 'accept', heads)), refused);
  assert.deepEqual(deliver(logOf(ward, [...since, held]), settles(bea, held, 'accept', [held.id])), refused, 'nothing is in review');
});

test('LOG-14: what is not in review is not repeated: nobody is given an old bundle again', async () => {
  const { ward, admins: [ada, bea] } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const nurse = await ward.join('nora', 'clinician');
  const before = operationsOf(ward);
  const [old, fresh] = [nurse.operation({ type: 'set-bundle', user: nurse.user.id, bundle: Uint8Array.of(1) }), nurse.operation({ type: 'set-bundle', user: nurse.user.id, bundle: Uint8Array.of(2) })];
  const closed = closing(ward, ada, bea, [fresh.id]);
  const rollback = settles(ward.founder, old, 'accept', [closed[1].id]);
  assert.deepEqual(deliver(logOf(ward, [...before, old, fresh, ...closed]), rollback), refused);
});

test('LOG-15: a bundle of before a renewal is not accepted after it, nor put in force beside it, and the password stays a temporary one', async () => {
  const { ward, admins: [ada, bea] } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const nurse = await ward.join('nora', 'clinician');
  const before = operationsOf(ward);
  const heads = ward.heads();
  const old = nurse.operation({ type: 'set-bundle', user: nurse.user.id, bundle: Uint8Array.of(1) }, { heads });
  const closed = closing(ward, ada, bea, heads);
  const { item: renewal } = ward.renewal(nurse.user, ward.newSession(ada.user, ada.device), { heads: [closed[1].id] });
  const late = settles(ward.founder, old, 'accept', [old.id, renewal.id]);
  assert.deepEqual(deliver(logOf(ward, [...before, old, ...closed, renewal]), late), refused);

  // Deeper in the log than the renewal, and so later in the order of replay.
  const between = ward.newSession(ward.founder.user, ward.founder.device).operation({ type: 'set-unlock-policy', threshold: 0, nodes: 0 }, { heads: [closed[1].id] });
  const beside = settles(ward.founder, old, 'accept', [old.id, between.id]);
  const state = stateInEveryOrder(ward, before, [old, ...closed, renewal, between, beside]);
  const user = state.users.get(hexOf(nurse.user.id));
  assert.equal(user?.hasTemporaryPassword, true);
  assert.notDeepEqual(user?.bundle, Uint8Array.of(1));
  // Without a renewal what was held back can be accepted.
  assert.deepEqual(stateInEveryOrder(ward, before, [old, ...closed, between, beside]).users.get(hexOf(nurse.user.id))?.bundle, Uint8Array.of(1));
});

test('LOG-15: a temporary password is one until its user sets another, and nobody else can', async () => {
  const { ward, admins: [ada] } = await apart('ada');
  assert.ok(ada !== undefined);
  const nurse = await ward.join('nora', 'clinician');
  const { item, user } = ward.renewal(nurse.user);
  await ward.put(item);
  const isTemporary = (): boolean | undefined => ward.replica.state().users.get(hexOf(user.id))?.hasTemporaryPassword;
  const setting = (session: TestSession): Item => session.operation({ type: 'set-bundle', user: user.id, bundle: Uint8Array.of(7) });
  assert.deepEqual(await ward.offer(setting(ada)), refused);
  assert.equal((await ward.offer(setting(nurse))).outcome, 'refused', 'the keys of before');
  assert.equal(isTemporary(), true);
  await ward.put(setting(ward.newSession(user)));
  assert.equal(isTemporary(), false);
});

test('LOG-14: a removal that was held back takes effect where it is accepted, and undoes nobody who accepted it', async () => {
  const { ward, admins: [ada, bea, cleo] } = await apart('ada', 'bea', 'cleo');
  assert.ok(ada !== undefined && bea !== undefined && cleo !== undefined);
  const nurse = await ward.join('nora', 'clinician');
  const before = operationsOf(ward);
  const removal = removes(ada, nurse);
  const closed = closing(ward, bea, cleo);
  const accepted = settles(ward.founder, removal, 'accept', [removal.id, closed[1].id]);
  assert.ok(isIn(stateInEveryOrder(ward, before, [removal, ...closed]), nurse));
  assert.ok(!isIn(stateInEveryOrder(ward, before, [removal, ...closed, accepted]), nurse));
  // What takes two is not accepted by one.
  const ousting = ousts(ward.newSession(ada.user), bea, cleo);
  const late = settles(ward.founder, ousting[1], 'accept', [ousting[1].id, closed[1].id]);
  assert.deepEqual(deliver(logOf(ward, [...before, ...ousting, ...closed]), late), refused);
});

test('LOG-14: of two checkpoints beside each other the one with the longer history is in force, in every order', async () => {
  const { ward, admins: [ada, bea, cleo, dora], since } = await apart('ada', 'bea', 'cleo', 'dora');
  assert.ok(ada !== undefined && bea !== undefined && cleo !== undefined && dora !== undefined);
  const [here, there] = [ward.newUser('here', 'clinician'), ward.newUser('there', 'clinician')];
  const addition = ward.addition(here, ward.newSession(ada.user));
  const longer = closing(ward, ada, bea, [addition.id]);
  const shorter = closing(ward, cleo, dora);
  const state = stateInEveryOrder(ward, since, [addition, ...longer, ...shorter, ward.addition(there, ward.newSession(cleo.user))]);
  assert.deepEqual([here, there].map((user) => isIn(state, { user })), [true, false]);
  assert.equal(state.review.length, 3, 'the addition there, and the other checkpoint with its approval');
});
