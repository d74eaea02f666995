import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf } from '../../protocol/codec/ids.ts';
import { presentWard } from './present-ward.ts';
import { addPlace, exchange, found, PASSWORD, unlock } from './small-ward.ts';

const TEMPORARY = 'lake otter pine quiet river';

test('LOG-16: somebody who is added under a temporary password has to change it; no bundle stands in the log that opens by it alone', async () => {
  const ward = await presentWard(2, 3);
  const admin = await ward.session(ward.office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const added = await admin.members.addUserWithTemporary({ handle: 'wren-5', name: 'Wren', role: 'clinician', password: TEMPORARY });
  assert.ok(added.ok);
  assert.ok((await admin.members.addMember(team.value, added.value)).ok);
  const document = await admin.create(team.value, { kind: 'note', text: 'hello' });
  await ward.settled();
  const wren = ward.office.replica.state().users.get(hexOf(added.value));
  assert.equal(wren?.hasTemporaryPassword, true);
  assert.ok(wren?.dealing !== undefined);

  const own = await ward.session(ward.office, 'wren-5', TEMPORARY);
  assert.ok(own.account.hasTemporaryPassword);
  assert.deepEqual(own.document(document)?.value, { kind: 'note', text: 'hello' }, 'the team has granted');
  assert.ok((await own.account.changePassword(TEMPORARY, PASSWORD)).ok);
  assert.ok(!own.account.hasTemporaryPassword);
  await own.lock();

  assert.deepEqual(await admin.members.addUserWithTemporary({ handle: 'wren-5', name: 'W', role: 'clinician', password: TEMPORARY }), { ok: false, failure: 'handle-taken' });
  assert.deepEqual(await admin.members.addUserWithTemporary({ handle: 'wren-6', name: 'W', role: 'admin', password: TEMPORARY }), { ok: false, failure: 'is-admin' });
  const before = ward.office.replica.state().users.size;
  for (const node of ward.nodes.slice(1)) node.isOn = false;
  assert.deepEqual(await admin.members.addUserWithTemporary({ handle: 'wren-6', name: 'W', role: 'viewer', password: TEMPORARY }), { ok: false, failure: 'too-few-nodes' });
  assert.equal(ward.office.replica.state().users.size, before, 'nobody is added who could not unlock');
  await admin.lock();
});

test('KEYS-4: who is taken out of a team opens nothing that comes; the built-in teams have no such door', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  const nurse = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  assert.ok(team.ok && nurse.ok);
  assert.ok((await admin.members.addMember(team.value, nurse.value)).ok);
  const there = await addPlace(admin, office.replica);
  const before = await admin.create(team.value, { kind: 'note', text: 'before' });
  assert.ok((await admin.members.removeMember(team.value, nurse.value)).ok);
  const later = await admin.create(team.value, { kind: 'note', text: 'after' });
  await exchange(office, there, admin);
  const session = await unlock(there, 'heron-42');
  assert.deepEqual(session.document(before)?.value, { kind: 'note', text: 'before' });
  assert.equal(session.document(later)?.value, undefined);
  assert.deepEqual(await admin.members.removeMember(team.value, nurse.value), { ok: false, failure: 'unknown-user' });
  assert.deepEqual(await admin.members.removeMember(office.replica.state().everyone, nurse.value), { ok: false, failure: 'unknown-team' });
  for (const each of [session, admin]) await each.lock();
});
