/** A ward that has lost nodes: what still works, and that nobody is locked out for good. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateEnd } from '../../protocol/authority/certificate-end.ts';
import { Chart } from '../../protocol/chart/chart.ts';
import { examine, type Finding } from '../../protocol/chart/doctor.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import type { UserState } from '../../protocol/membership/ward-state.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { presentWard, type PresentWard } from './present-ward.ts';
import { environment, PASSWORD } from './small-ward.ts';

const NURSE = 'heron-42';
const FRESH = 'another good password';

function userOf({ office }: PresentWard, handle: string): UserState {
  return [...office.replica.state().users.values()].find((user) => user.handle === handle) ?? assert.fail();
}

function nodesOf(ward: PresentWard, handle: string): number | undefined {
  return userOf(ward, handle).dealing?.nodes.length;
}

async function kitOf(ward: PresentWard, handle: string): Promise<Uint8Array> {
  const session = await ward.session(ward.office, handle);
  const kit = await session.account.makeKit(PASSWORD);
  await session.lock();
  return kit.ok ? kit.value : assert.fail(kit.failure);
}

async function leave(ward: PresentWard, ...numbers: readonly number[]): Promise<void> {
  const admin = await ward.session(ward.office, 'admin-1');
  for (const number of numbers) {
    ward.node(number).isOn = false;
    assert.ok((await admin.members.reportLost(ward.node(number).id)).ok);
  }
  await admin.lock();
  await ward.settled();
}

function findings(ward: PresentWard, session: Session): readonly Finding[] {
  const { replica } = ward.office;
  const peers = ward.nodes.filter(({ id }) => replica.state().devices.get(hexOf(id))?.removal === undefined).map(({ id, isOn }) => ({ device: id, connected: isOn, lastContact: environment.clock.now() }));
  return examine({ session, chart: new Chart(session, environment), replica, now: environment.clock.now(), certificateEnd, peers }).findings;
}

test('UNLOCK-3: with one of four nodes lost a password is changed, a kit works, somebody is added; with a new one the dealing is whole again', async () => {
  const ward = await presentWard();
  const kit = await kitOf(ward, NURSE);
  await leave(ward, 1);
  const nurse = await ward.session(ward.office, NURSE);
  assert.deepEqual(await nurse.account.changePassword(PASSWORD, FRESH), { ok: true, value: null });
  await nurse.lock();
  await ward.settled();
  assert.equal(nodesOf(ward, NURSE), 3);
  assert.ok(!userOf(ward, NURSE).dealing?.nodes.some((node) => hexOf(node) === hexOf(ward.node(1).id)));
  const recovered = await ward.openWard(ward.office).recoverWithKit(NURSE, kit, PASSWORD);
  assert.ok(recovered.ok && !recovered.value.account.isPasswordOwed);
  await recovered.value.lock();
  await ward.settled();
  const admin = await ward.session(ward.office, 'admin-1');
  assert.ok((await admin.members.addUser({ handle: 'teal-7', name: 'T', role: 'viewer', password: PASSWORD })).ok);
  await ward.addNode(admin, 'tablet');
  await admin.lock();
  await ward.settled();
  await (await ward.session(ward.office, NURSE)).lock();
  assert.equal(nodesOf(ward, NURSE), 4, 'more nodes than the dealing has are taken in at the next unlock');
});

test('UNLOCK-3: a node that is off only for now makes no dealing smaller, and nothing is dealt in vain at every unlock', async () => {
  const ward = await presentWard();
  const before = userOf(ward, NURSE).bundleSetBy;
  ward.node(2).isOn = false;
  for (let times = 0; times < 2; times++) await (await ward.session(ward.office, NURSE)).lock();
  assert.equal(nodesOf(ward, NURSE), 4);
  assert.equal(hexOf(userOf(ward, NURSE).bundleSetBy), hexOf(before));
});

test('UNLOCK-4: a node that has lost its share is dealt one at the next unlock', async () => {
  const ward = await presentWard();
  const node = ward.node(1);
  const dealt = userOf(ward, NURSE).dealing;
  node.turned = (answer) => (answer.type === 'evaluated' ? { type: 'refused', code: 'no-share', generation: 0 } : answer);
  await (await ward.session(ward.office, NURSE)).lock();
  node.turned = undefined;
  await ward.settled();
  const now = userOf(ward, NURSE).dealing;
  assert.notDeepEqual(now?.commitments, dealt?.commitments);
  assert.equal(now?.nodes.length, 4);
  await (await ward.session(ward.office, NURSE)).lock();
});

test('UNLOCK-7: an admin does not take away the node without which nobody could unlock, unless it is lost; and the report says so', async () => {
  const ward = await presentWard();
  const admin = await ward.session(ward.office, 'admin-1');
  assert.ok((await admin.members.removeDevice(ward.node(1).id)).ok);
  assert.deepEqual(await admin.members.removeDevice(ward.node(2).id), { ok: false, failure: 'nodes-needed' });
  const lost = await admin.members.reportLost(ward.node(2).id);
  assert.ok(lost.ok && lost.value.locksOut);
  assert.ok((await admin.members.setUnlockPolicy({ threshold: 1, nodes: 2 })).ok);
  assert.ok((await admin.members.removeDevice(ward.node(3).id)).ok);
  await admin.lock();
});

test('RECOVER-5: a ward with too few nodes left lets an admin in by the kit, who mends it; the kit holds until the password is in force', async () => {
  const ward = await presentWard();
  const [kit, nurses] = [await kitOf(ward, 'admin-1'), await kitOf(ward, NURSE)];
  await leave(ward, 1, 2);
  for (const handle of ['admin-1', NURSE]) assert.deepEqual(await ward.unlock(ward.office, handle), { ok: false, failure: 'too-few-nodes' });
  const first = await ward.openWard(ward.office).recoverWithKit('admin-1', kit, FRESH);
  assert.ok(first.ok && first.value.account.isPasswordOwed);
  await first.value.lock();
  assert.equal(userOf(ward, 'admin-1').kit?.what, 'made', 'nothing was changed');

  const again = await ward.openWard(ward.office).recoverWithKit('admin-1', kit, FRESH);
  assert.ok(again.ok);
  const admin = again.value;
  assert.deepEqual(findings(ward, admin).filter(({ code }) => code === 'nodes-few' || code === 'shares-few').map(({ code, needsPerson }) => [code, needsPerson]), [['nodes-few', true], ['shares-few', true]]);
  assert.ok((await admin.members.setUnlockPolicy({ threshold: 1, nodes: 2 })).ok);
  await admin.settled();
  assert.equal(admin.account.isPasswordOwed, false, 'set as soon as the ward allows it');
  await admin.lock();
  await ward.settled();
  assert.equal(userOf(ward, 'admin-1').kit?.what, 'used');
  await (await ward.session(ward.office, 'admin-1', FRESH)).lock();
  const nurse = await ward.openWard(ward.office).recoverWithKit(NURSE, nurses, FRESH);
  assert.ok(nurse.ok && !nurse.value.account.isPasswordOwed);
  await nurse.value.lock();
});

test('PAGE-7: one node that calls a desktop disused, and another that is off, are no reason to let it in anew', async () => {
  const ward = await presentWard();
  ward.node(1).isOn = false;
  ward.node(2).turned = () => ({ type: 'refused', code: 'disused', generation: 0 });
  assert.deepEqual(await ward.unlock(ward.office, NURSE), { ok: false, failure: 'too-few-nodes' });
});
