import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, type ItemId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import type { WardState } from '../../protocol/membership/ward-state.ts';
import type { TestUser } from '../support/ward-builder.ts';
import { apart, deliver, isIn, logOf, operationsOf, ousts, removes, stateInEveryOrder } from './log-lab.ts';

const refused = { outcome: 'refused', reason: 'operation' };
const roleOf = (state: WardState, { id }: TestUser): string | undefined => state.users.get(hexOf(id))?.role;

test('LOG-12: with three admins nobody alone removes, demotes or makes one, in whatever order', async () => {
  const { ward, admins: [ada, bea] } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const nurse = await ward.addUser('nora', 'clinician');
  const alone: readonly Item[] = [
    removes(ward.newSession(ada.user), bea),
    ward.newSession(ada.user).operation({ type: 'set-role', user: bea.user.id, role: 'viewer' }),
    ward.newSession(ada.user).operation({ type: 'set-role', user: nurse.id, role: 'admin' }),
    ward.addition(ward.newUser('puppet', 'admin'), ward.newSession(ada.user)),
    ward.newSession(ada.user).operation({ type: 'set-quorum', threshold: 2, holders: [nurse.id, ada.user.id] }),
  ];
  for (const item of alone) assert.deepEqual(deliver(logOf(ward, operationsOf(ward)), item), refused);
  // Stepping back is one's own affair, and who is no admin needs no two.
  for (const item of [ada.operation({ type: 'set-role', user: ada.user.id, role: 'viewer' }), removes(bea, ward.newSession(nurse))]) {
    assert.equal(deliver(logOf(ward, operationsOf(ward)), item).outcome, 'may-enter');
  }
});

test('LOG-12: a proposal changes nothing until another admin approves it', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const [proposal, approval] = ousts(ada, bea, ward.founder);
  const proposed = stateInEveryOrder(ward, since, [proposal]);
  assert.ok(isIn(proposed, bea));
  assert.deepEqual(proposed.proposals.map(({ by, action }) => [hexOf(by), action.type]), [[hexOf(ada.user.id), 'remove-user']]);
  const done = stateInEveryOrder(ward, since, [proposal, approval]);
  assert.ok(!isIn(done, bea));
  assert.deepEqual(done.proposals, []);
  const again = ward.founder.operation({ type: 'approve', proposal: proposal.id, cut: [] }, { heads: [approval.id] });
  assert.deepEqual(deliver(logOf(ward, [...since, proposal, approval]), again), refused, 'once is enough');
});

test('LOG-12: what was approved once and changed since is not approved again', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const quorumOf = (threshold: number, heads: readonly ItemId[]): readonly [Item, Item] =>
    ward.agreed(ward.newSession(ada.user), ward.newSession(bea.user), { type: 'set-quorum', threshold, holders: [ada, bea, ward.founder].map(({ user }) => user.id) }, heads);
  const first = quorumOf(2, ward.heads());
  const second = quorumOf(3, [first[1].id]);
  const again = ward.newSession(bea.user).operation({ type: 'approve', proposal: first[0].id, cut: [] }, { heads: [second[1].id] });
  assert.equal(logOf(ward, [...since, ...first, ...second]).state().quorum?.threshold, 3);
  assert.deepEqual(deliver(logOf(ward, [...since, ...first, ...second]), again), refused);
});

test('LOG-12: nobody approves what they proposed themselves, what is not there, or what an admin proposed who is none any more', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const nurse = ward.newUser('nora', 'clinician');
  const addition = ward.addition(nurse, ward.founder);
  const proposal = ada.operation({ type: 'propose', action: { type: 'remove-user', user: bea.user.id } }, { heads: [addition.id] });
  const before = [...since, addition, proposal];
  const approving = (user: TestUser, id = proposal.id, heads = [proposal.id]): Item => ward.newSession(user).operation({ type: 'approve', proposal: id, cut: [] }, { heads });
  assert.deepEqual(deliver(logOf(ward, before), approving(ada.user)), refused);
  assert.deepEqual(deliver(logOf(ward, before), approving(ward.founder.user, addition.id)), refused);
  assert.deepEqual(deliver(logOf(ward, before), approving(nurse)), { outcome: 'refused', reason: 'role' });
  assert.deepEqual(deliver(logOf(ward, before), approving(ward.founder.user, proposal.id, [addition.id])), refused, 'a proposal that its approver does not know');
  const retreat = ward.newSession(ada.user).operation({ type: 'set-role', user: ada.user.id, role: 'viewer' }, { heads: [proposal.id] });
  assert.deepEqual(deliver(logOf(ward, [...before, retreat]), approving(ward.founder.user, proposal.id, [retreat.id])), refused);
});

test('LOG-12: who is removed meanwhile has neither proposed nor approved', async () => {
  const { ward, admins: [ada, bea, cleo, dora], since } = await apart('ada', 'bea', 'cleo', 'dora');
  assert.ok(ada !== undefined && bea !== undefined && cleo !== undefined && dora !== undefined);
  const victims = stateInEveryOrder(ward, since, [...ousts(ada, ward.founder, bea), ...ousts(cleo, bea, dora)]);
  assert.deepEqual([ward.founder, bea].map((admin) => isIn(victims, admin)), [true, false]);
});

test('LOG-12: with two admins either removes the other; a third made meanwhile does not undo it', async () => {
  const { ward, admins: [ada], since } = await apart('ada');
  assert.ok(ada !== undefined);
  const state = stateInEveryOrder(ward, since, [removes(ada, ward.founder), ward.addition(ward.newUser('bea', 'admin'), ada)]);
  assert.ok(!isIn(state, ward.founder) && isIn(state, ada));
  const undone = stateInEveryOrder(ward, since, [removes(ward.newSession(ada.user), ward.founder), ward.addition(ward.newUser('bea', 'admin'), ward.founder)]);
  assert.equal([...undone.users.values()].some(({ handle }) => handle === 'bea'), false);
});

test('LOG-13: as many holders of the quorum as it takes make an admin, and fewer do not', async () => {
  const { ward, admins: [ada] } = await apart('ada');
  assert.ok(ada !== undefined);
  const holders = [await ward.addUser('h1', 'clinician'), await ward.addUser('h2', 'viewer'), await ward.addUser('h3', 'privacy')];
  const [h1, h2, h3] = holders;
  assert.ok(h1 !== undefined && h2 !== undefined && h3 !== undefined);
  const early = ward.newSession(h1).operation({ type: 'appoint', user: h2.id, votes: [] });
  assert.deepEqual(deliver(logOf(ward, operationsOf(ward)), early), refused, 'there is no quorum yet');
  for (const item of ward.agreed(ward.founder, ada, { type: 'set-quorum', threshold: 3, holders: holders.map(({ id }) => id) })) await ward.put(item);
  const since = operationsOf(ward);
  const vote = (user: TestUser, votes: readonly Item[] = [], heads = votes.map(({ id }) => id)): Item =>
    ward.newSession(user).operation({ type: 'appoint', user: h2.id, votes: votes.map(({ id }) => id) }, { heads: heads.length > 0 ? heads.toSorted((a, b) => (hexOf(a) < hexOf(b) ? -1 : 1)) : ward.heads() });
  const [one, two] = [vote(h1), vote(h2)];
  const last = vote(h3, [one, two]);
  const before = stateInEveryOrder(ward, since, [one, two]);
  assert.deepEqual([roleOf(before, h2), before.votes.length], ['viewer', 2]);
  const after = stateInEveryOrder(ward, since, [one, two, last]);
  assert.deepEqual([roleOf(after, h2), after.votes.length], ['admin', 0]);
  assert.deepEqual(deliver(logOf(ward, [...since, one]), vote(h3, [one])), refused, 'two of three');
  assert.deepEqual(deliver(logOf(ward, [...since, one, two]), vote(h1, [one, two])), refused, 'one of them twice');
  assert.deepEqual(deliver(logOf(ward, [...since, one, two]), vote(ada.user, [one, two])), refused, 'an admin who holds nothing');
  // A vote is used once.
  const demotion = ward.founder.operation({ type: 'propose', action: { type: 'set-role', user: h2.id, role: 'viewer' } }, { heads: [last.id] });
  const agreed = ward.newSession(ada.user).operation({ type: 'approve', proposal: demotion.id, cut: [] }, { heads: [demotion.id] });
  const log = [...since, one, two, last, demotion, agreed];
  assert.equal(roleOf(logOf(ward, log).state(), h2), 'viewer');
  assert.deepEqual(deliver(logOf(ward, log), vote(h3, [one, two], [agreed.id])), refused);
});

test('LOG-13: a holder who is removed meanwhile has not voted, nor one of an earlier quorum', async () => {
  const { ward, admins: [ada] } = await apart('ada');
  assert.ok(ada !== undefined);
  const [h1, h2] = [await ward.addUser('h1', 'clinician'), await ward.addUser('h2', 'viewer')];
  for (const item of ward.agreed(ward.founder, ada, { type: 'set-quorum', threshold: 2, holders: [h1.id, h2.id] })) await ward.put(item);
  const since = operationsOf(ward);
  const one = ward.newSession(h1).operation({ type: 'appoint', user: h2.id, votes: [] });
  const last = ward.newSession(h2).operation({ type: 'appoint', user: h2.id, votes: [one.id] }, { heads: [one.id] });
  const removal = ward.newSession(ward.founder.user).operation({ type: 'remove-user', user: h1.id, cut: [] });
  assert.equal(roleOf(stateInEveryOrder(ward, since, [one, last]), h2), 'admin');
  assert.equal(roleOf(stateInEveryOrder(ward, since, [one, last, removal]), h2), 'viewer');

  const renewed = ward.agreed(ward.founder, ada, { type: 'set-quorum', threshold: 2, holders: [h1.id, h2.id] }, [one.id]);
  const late = ward.newSession(h2).operation({ type: 'appoint', user: h2.id, votes: [one.id] }, { heads: [renewed[1].id] });
  assert.deepEqual(deliver(logOf(ward, [...since, one, ...renewed]), late), refused);
});

test('LOG-13: a quorum has at least two holders, different ones who are in', async () => {
  const { ward, admins: [ada] } = await apart('ada');
  assert.ok(ada !== undefined);
  const user = ward.founder.user.id;
  const nobody = ward.newUser('nobody', 'viewer').id;
  for (const quorum of [{ threshold: 1, holders: [user, ada.user.id] }, { threshold: 2, holders: [user, user] }, { threshold: 3, holders: [user, ada.user.id] }, { threshold: 2, holders: [user, nobody] }]) {
    const proposal = ward.newSession(ada.user).operation({ type: 'propose', action: { type: 'set-quorum', ...quorum } });
    assert.deepEqual(deliver(logOf(ward, operationsOf(ward)), proposal), refused);
  }
});
