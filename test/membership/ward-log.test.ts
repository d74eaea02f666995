import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, inviteId, LOG_DOCUMENT, type ItemId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { encodeOperation } from '../../protocol/membership/operation.ts';
import type { Item } from '../../protocol/items/item.ts';
import type { WardState } from '../../protocol/membership/ward-state.ts';
import { buildWard, type TestSession, type TestUser } from '../support/ward-builder.ts';
import { apart, deliver, isIn, logOf, operationsOf, ousts, removes, stateInEveryOrder } from './log-lab.ts';

test('LOG-1: the ward id is the hash of the genesis; any other genesis is refused', async () => {
  const [ward, other] = [await buildWard({ seed: 'one' }), await buildWard({ seed: 'two' })];
  assert.deepEqual(await ward.offer(other.genesis, await ward.emptyReplica()), { outcome: 'refused', reason: 'not-genesis' });
  assert.deepEqual(await ward.offer(other.genesis), { outcome: 'refused', reason: 'not-genesis' });
  assert.equal((await ward.offer(ward.genesis, await ward.emptyReplica())).outcome, 'stored');
});

test('LOG-3: an operation counts for whom a user certified, and for nobody else', async () => {
  const ward = await buildWard();
  const ada = await ward.addUser('ada', 'admin');
  const operation = { type: 'set-bundle' as const, user: ada.id, bundle: Uint8Array.of(1) };
  const selfMade = ward.newSession({ ...ada, key: ward.newUser('mallory', 'admin').key });
  assert.deepEqual(await ward.offer(selfMade.operation(operation)), { outcome: 'refused', reason: 'unknown-author' });
  const [one, other] = [ward.newSession(ada), ward.newSession(ada)];
  const borrowed = one.sign(LOG_DOCUMENT, { type: 'operation' }, encodeOperation({ operation, certificate: other.certificate }));
  assert.deepEqual(await ward.offer(borrowed), { outcome: 'refused', reason: 'unknown-author' });
  const without = other.sign(LOG_DOCUMENT, { type: 'operation' }, encodeOperation({ operation, certificate: undefined }));
  assert.deepEqual(await ward.offer(without), { outcome: 'refused', reason: 'unknown-author' });
  await ward.put(ward.newSession(ada).operation(operation));
});

test('LOG-5: what a removed admin did at the same time does not count, and what hangs on it neither', async () => {
  const { ward, admins: [ada, bea, cleo], since } = await apart('ada', 'bea', 'cleo');
  assert.ok(ada !== undefined && bea !== undefined && cleo !== undefined);
  const puppet = ward.newUser('puppet', 'clinician');
  const removal = ousts(ada, bea, ward.founder);
  const addition = ward.addition(puppet, bea);
  const promotion = ward.agreed(bea, ward.newSession(cleo.user), { type: 'set-role', user: puppet.id, role: 'admin' }, [addition.id]);
  const harmless = ward.addition(ward.newUser('other', 'viewer'), ward.newSession(puppet), { heads: [promotion[1].id] });
  const state = stateInEveryOrder(ward, since, [...removal, addition, ...promotion, harmless]);
  assert.ok(!isIn(state, bea) && isIn(state, ada));
  assert.deepEqual([...state.users.values()].map(({ handle }) => handle).sort(), ['ada', 'bea', 'cleo', 'founder']);
  // The puppet strikes back at who struck its maker: that is a circle, and all in it are out.
  const byPuppet = ousts(ward.newSession(puppet), ada, cleo, [promotion[1].id]);
  const circle = stateInEveryOrder(ward, since, [...removal, addition, ...promotion, ...byPuppet]);
  assert.ok(!isIn(circle, bea) && !isIn(circle, ada) && isIn(circle, cleo));
  assert.equal(circle.users.get(hexOf(puppet.id)), undefined);
});

test('LOG-5: what a removed admin did before, and the remover knew, still counts', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const nurse = ward.newUser('nora', 'clinician');
  const addition = ward.addition(nurse, bea);
  const state = stateInEveryOrder(ward, since, [addition, ...ousts(ada, bea, ward.founder, [addition.id])]);
  assert.ok(!isIn(state, bea));
  assert.equal(state.users.get(hexOf(nurse.id))?.handle, 'nora');
});

test('ATTACK 19: two admins who remove each other are both out, in every order', async () => {
  const { ward, admins: [ada, bea, cleo, dora], since } = await apart('ada', 'bea', 'cleo', 'dora');
  assert.ok(ada !== undefined && bea !== undefined && cleo !== undefined && dora !== undefined);
  const byBea = ousts(bea, ada, dora);
  const further = ousts(bea, cleo, dora, [byBea[1].id]);
  const state = stateInEveryOrder(ward, since, [...ousts(ada, bea, ward.founder), ...byBea, ...further]);
  assert.ok(!isIn(state, ada) && !isIn(state, bea));
  assert.ok(isIn(state, cleo) && isIn(state, dora), 'the fight of two costs no third');
});

test('LOG-5: a chain of removals: who removes is out, so whom they removed stays', async () => {
  const { ward, admins: [ada, bea, cleo, dora], since } = await apart('ada', 'bea', 'cleo', 'dora');
  assert.ok(ada !== undefined && bea !== undefined && cleo !== undefined && dora !== undefined);
  const state = stateInEveryOrder(ward, since, [...ousts(ada, bea, dora), ...ousts(bea, cleo, dora), ...ousts(cleo, ward.founder, dora)]);
  assert.deepEqual([ada, bea, cleo, ward.founder].map((admin) => isIn(state, admin)), [true, false, true, false]);
});

test('LOG-5: a chain of removals by those who approve them', async () => {
  const { ward, admins: [ada, bea, cleo, dora], since } = await apart('ada', 'bea', 'cleo', 'dora');
  assert.ok(ada !== undefined && bea !== undefined && cleo !== undefined && dora !== undefined);
  const state = stateInEveryOrder(ward, since, [...ousts(dora, bea, ada), ...ousts(dora, cleo, bea), ...ousts(dora, ward.founder, cleo)]);
  assert.deepEqual([ada, bea, cleo, ward.founder].map((admin) => isIn(state, admin)), [true, false, true, false]);
});

test('LOG-5: a circle of removals: all of it is out', async () => {
  const { ward, admins: [ada, bea, cleo, dora], since } = await apart('ada', 'bea', 'cleo', 'dora', 'circle');
  assert.ok(ada !== undefined && bea !== undefined && cleo !== undefined && dora !== undefined);
  const state = stateInEveryOrder(ward, since, [...ousts(ada, bea, dora), ...ousts(bea, cleo, dora), ...ousts(cleo, ada, dora)]);
  assert.deepEqual([ada, bea, cleo, dora].map((admin) => isIn(state, admin)), [false, false, false, true]);
});

test('LOG-5: with a device go the operations that its sessions sign afterwards or meanwhile', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const removal = ada.operation({ type: 'remove-device', device: bea.device.id, cut: [] });
  const meanwhile = ward.addition(ward.newUser('meanwhile', 'viewer'), bea);
  const elsewhere = ward.addition(ward.newUser('elsewhere', 'viewer'), ward.newSession(bea.user, ada.device));
  const state = stateInEveryOrder(ward, since, [removal, meanwhile, elsewhere]);
  assert.deepEqual([...state.users.values()].map(({ handle }) => handle), ['founder', 'ada', 'bea', 'elsewhere']);
  const after = bea.operation({ type: 'set-role', user: ada.user.id, role: 'viewer' }, { heads: [removal.id] });
  assert.deepEqual(deliver(logOf(ward, [...since, removal, meanwhile]), after), { outcome: 'refused', reason: 'removed-author' });
});

test('LOG-5: an admin who is made less meanwhile cannot undo it', async () => {
  const { ward, admins: [bea], since } = await apart('bea');
  assert.ok(bea !== undefined);
  const demotion = ward.founder.operation({ type: 'set-role', user: bea.user.id, role: 'clinician' });
  const restoring = bea.operation({ type: 'set-role', user: bea.user.id, role: 'admin' });
  const bundle = bea.operation({ type: 'set-bundle', user: bea.user.id, bundle: Uint8Array.of(7) }, { heads: [restoring.id] });
  const state = stateInEveryOrder(ward, since, [demotion, restoring, bundle]);
  assert.equal(state.users.get(hexOf(bea.user.id))?.role, 'clinician');
  assert.deepEqual(state.users.get(hexOf(bea.user.id))?.bundle, Uint8Array.of(7), 'what everybody may sign counts');
});

test('LOG-7: of two joins by one invitation the one with the smaller id counts, in every order', async () => {
  const ward = await buildWard();
  const invitation = signingKeyFromSeed(ward.random.randomBytes(32));
  const expires = ward.clock.now() + 1000;
  await ward.put(ward.founder.operation({ type: 'invite', invite: inviteId.from(invitation.publicKey), kind: 'tablet', expires, sealedName: Uint8Array.of(9) }));
  const since = operationsOf(ward);
  const devices = [ward.newDevice('tablet'), ward.newDevice('tablet')];
  const joins = devices.map((device) => ward.joining(invitation, device));
  const state = stateInEveryOrder(ward, since, joins);
  const winner = hexOf(joins[0]?.id ?? ward.genesis.id) < hexOf(joins[1]?.id ?? ward.genesis.id) ? devices[0] : devices[1];
  assert.ok(winner !== undefined);
  const joined = state.devices.get(hexOf(winner.id));
  assert.deepEqual([joined?.kind, joined?.sealedName], ['tablet', Uint8Array.of(9)]);
  assert.equal(devices.filter(({ id }) => state.devices.has(hexOf(id))).length, 1);
  assert.deepEqual(state.invitations.get(hexOf(inviteId.from(invitation.publicKey)))?.usedBy, winner.id);
});

test('LOG-7: used, expired, unknown, or for a key one does not hold: refused', async () => {
  const ward = await buildWard();
  const invitation = signingKeyFromSeed(ward.random.randomBytes(32));
  const other = signingKeyFromSeed(ward.random.randomBytes(32));
  const expires = ward.clock.now() + 1000;
  await ward.put(ward.founder.operation({ type: 'invite', invite: inviteId.from(invitation.publicKey), kind: 'tablet', expires, sealedName: new Uint8Array(0) }));
  const device = ward.newDevice('tablet');
  const refused = { outcome: 'refused', reason: 'invitation' };
  assert.deepEqual(await ward.offer(ward.joining(other, device)), refused);
  assert.deepEqual(await ward.offer(ward.joining(invitation, device, { time: expires })), refused);
  assert.deepEqual(await ward.offer(ward.joining(invitation, { ...device, id: ward.newDevice('tablet').id })), refused);
  const joined = await ward.put(ward.joining(invitation, device));
  assert.equal(ward.replica.state().devices.get(hexOf(device.id))?.kind, 'tablet');
  const log = logOf(ward, operationsOf(ward));
  assert.deepEqual(deliver(log, ward.joining(invitation, ward.newDevice('tablet'), { heads: [joined.id] })), refused);
  // Long after it expired, a peer that was away still learns of the join.
  ward.clock.advance(1_000_000);
  const late = await ward.emptyReplica();
  for (const item of operationsOf(ward)) assert.equal((await ward.offer(item, late)).outcome, 'stored');
});

test('LOG-8: the last admin cannot be removed or lose the role', async () => {
  const ward = await buildWard();
  const refused = { outcome: 'refused', reason: 'operation' };
  const { user } = ward.founder;
  assert.deepEqual(await ward.offer(ward.newSession(user).operation({ type: 'remove-user', user: user.id, cut: [] })), refused);
  const ada = await ward.join('ada', 'admin');
  await ward.put(ada.operation({ type: 'set-role', user: user.id, role: 'privacy' }));
  assert.deepEqual(await ward.offer(ada.operation({ type: 'set-role', user: ada.user.id, role: 'viewer' })), refused);
});

test('LOG-8: when the last two remove each other, or both step back, the one who was admin first stays', async () => {
  const ward = await buildWard();
  const ada = await ward.join('ada', 'admin');
  const since = operationsOf(ward);
  const fight = stateInEveryOrder(ward, since, [removes(ada, ward.founder), removes(ward.founder, ada)]);
  assert.deepEqual([isIn(fight, ward.founder), isIn(fight, ada)], [true, false]);
  const retreat = stateInEveryOrder(ward, since, [ada, ward.founder].map((admin) =>
    ward.newSession(admin.user).operation({ type: 'set-role', user: admin.user.id, role: 'viewer' })));
  assert.deepEqual([ada, ward.founder].map(({ user }) => retreat.users.get(hexOf(user.id))?.role), ['viewer', 'admin']);
});

test('LOG-8: of several who step back at once the one stays who became an admin first, whose step nobody followed', async () => {
  const { ward, since } = await apart();
  const base = ward.heads();
  const stepsBack = (user: TestUser, heads: readonly ItemId[]): Item => ward.newSession(user).operation({ type: 'set-role', user: user.id, role: 'viewer' }, { heads });
  const founder = (): TestSession => ward.newSession(ward.founder.user);
  const [bea, cleo] = [ward.newUser('bea', 'admin'), ward.newUser('cleo', 'admin')];
  const note = (heads: readonly ItemId[]): Item => founder().operation({ type: 'set-bundle', user: ward.founder.user.id, bundle: ward.random.randomBytes(8) }, { heads });
  // Bea became one later than Cleo, by a longer way; who is heard of first does not matter.
  const filler = note(base);
  const beaIn = ward.addition(bea, founder(), { heads: [filler.id] });
  const cleoIn = ward.addition(cleo, founder(), { heads: base });
  const both = [beaIn.id, cleoIn.id].toSorted((a, b) => (hexOf(a) < hexOf(b) ? -1 : 1));
  const isAdmin = (state: WardState, { id }: TestUser): boolean => state.users.get(hexOf(id))?.role === 'admin';
  const who = (steps: readonly Item[]): readonly boolean[] => {
    const state = stateInEveryOrder(ward, since, [filler, beaIn, cleoIn, ...steps]);
    return [ward.founder.user, bea, cleo].map((user) => isAdmin(state, user));
  };
  assert.deepEqual(who([stepsBack(ward.founder.user, both), stepsBack(bea, both), stepsBack(cleo, both)]), [true, false, false]);
  const first = stepsBack(ward.founder.user, both);
  assert.deepEqual(who([first, stepsBack(bea, [first.id]), stepsBack(cleo, [first.id])]), [false, false, true]);
  // Cleo's own step is followed by Bea's, the founder's by nobody's; then the founder's by Bea's and Cleo's by nobody's.
  const cleos = stepsBack(cleo, both);
  assert.deepEqual(who([first, cleos, stepsBack(bea, [cleos.id])]), [true, false, false]);
  assert.deepEqual(who([first, cleos, stepsBack(bea, [first.id])]), [false, false, true]);
  // The removal of somebody who never was an admin follows no step.
  const ann = ward.addition(ward.newUser('ann', 'viewer'), founder(), { heads: both });
  const out = ward.newSession(bea).operation({ type: 'remove-device', device: ward.archive.id, cut: [] }, { heads: [cleos.id] });
  assert.deepEqual(who([first, cleos, ann, out, stepsBack(bea, [first.id])]), [false, false, true]);
});

test('LOG-8: an admin removed long ago does not come back that way', async () => {
  const { ward, admins: [ada, bea] } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  for (const item of ousts(ada, ward.founder, bea)) await ward.put(item);
  const state = stateInEveryOrder(ward, operationsOf(ward), [removes(ada, bea), removes(bea, ada)]);
  assert.deepEqual([ward.founder, ada, bea].map((admin) => isIn(state, admin)), [false, true, false]);
});

test('LOG-9: one handle given twice at the same time stays with the first, and a free one can be given again', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const [one, two] = [ward.newUser('anna', 'viewer'), ward.newUser('anna', 'viewer')];
  const state = stateInEveryOrder(ward, since, [ward.addition(one, ada), ward.addition(two, bea)]);
  const handles = [one, two].map(({ id }) => state.users.get(hexOf(id))?.handle);
  assert.equal(handles.filter((handle) => handle === 'anna').length, 1);
  assert.equal(handles.filter((handle) => /^anna-[0-9a-f]{4}$/.test(handle ?? '')).length, 1);

  const cara = await ward.addUser('cara', 'viewer');
  assert.deepEqual(await ward.offer(ward.addition(ward.newUser('cara', 'viewer'), ward.newSession(ward.founder.user))), { outcome: 'refused', reason: 'operation' });
  await ward.put(ward.founder.operation({ type: 'remove-user', user: cara.id, cut: [] }));
  assert.equal((await ward.addUser('cara', 'viewer')).handle, 'cara');
});

test('LOG-9: a user id given twice at the same time is nobody\'s', async () => {
  const { ward, admins: [ada, bea], since } = await apart('ada', 'bea');
  assert.ok(ada !== undefined && bea !== undefined);
  const user = ward.newUser('anna', 'clinician');
  const taken = { ...ward.newUser('mallory', 'clinician'), id: user.id };
  const state = stateInEveryOrder(ward, since, [ward.addition(user, ada), ward.addition(taken, bea)]);
  assert.equal(state.users.get(hexOf(user.id)), undefined);
  const later = ward.addition({ ...taken, id: ada.user.id }, ward.newSession(bea.user));
  assert.deepEqual(deliver(logOf(ward, since), later), { outcome: 'refused', reason: 'operation' });
});

test('LOG-9: everybody is in \'everyone\', every admin in \'admins\', and nobody after a removal', async () => {
  const ward = await buildWard();
  const nurse = await ward.addUser('anna', 'clinician');
  const members = (team: 'everyone' | 'admins'): number => ward.replica.state().teams.get(hexOf(ward[team]))?.members.size ?? -1;
  assert.deepEqual([members('everyone'), members('admins')], [2, 1]);
  await ward.put(ward.founder.operation({ type: 'set-role', user: nurse.id, role: 'admin' }));
  assert.deepEqual([members('everyone'), members('admins')], [2, 2]);
  await ward.put(ward.founder.operation({ type: 'remove-user', user: nurse.id, cut: [] }));
  assert.deepEqual([members('everyone'), members('admins')], [1, 1]);
});
