import assert from 'node:assert/strict';
import test from 'node:test';
import { addPlace, exchange, found, PASSWORD, unlock } from './small-ward.ts';

const AT_A_DESKTOP = { ok: false, failure: 'at-a-desktop' };

test('PAGE-9: an admin at a desktop works on patients, is told what takes a tablet, and owes nobody a key from there', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Bay A');
  assert.ok(team.ok);
  const added = await admin.members.addUser({ handle: 'nurse-1', name: 'Nora Wren', role: 'clinician', password: PASSWORD });
  assert.ok(added.ok);
  const desktop = await addPlace(admin, office.replica, 'desktop');
  const desk = await unlock(desktop, 'admin-1');
  await desk.settled();
  assert.ok(desk.isHeldShort);
  const document = await desk.create(team.value, { note: 'written at a desk' });
  assert.equal(desk.document(document)?.value?.['note'], 'written at a desk');

  assert.deepEqual(await desk.members.addTeam('Bay B'), AT_A_DESKTOP);
  assert.deepEqual(await desk.members.addMember(team.value, added.value), AT_A_DESKTOP);
  assert.deepEqual(await desk.members.setDesktopPowers('role'), AT_A_DESKTOP);
  assert.deepEqual(await desk.council.removeUser(added.value), AT_A_DESKTOP);
  assert.deepEqual(await desk.council.proposeCheckpoint(), AT_A_DESKTOP);
  assert.deepEqual(await desk.erasures.propose([document], 'asked for'), AT_A_DESKTOP);
  assert.deepEqual(await desk.glass.set(), AT_A_DESKTOP);

  // Membership changes elsewhere: the key is not handed on from here, but from where an admin may.
  assert.ok((await admin.members.addMember(team.value, added.value)).ok);
  await exchange(office, desktop, admin, desk);
  assert.ok((await admin.members.setDesktopPowers('role')).ok);
  await exchange(office, desktop, admin, desk);
  assert.equal(desk.isHeldShort, false);
  assert.ok((await desk.members.addTeam('Bay B')).ok);
  await Promise.all([desk.lock(), admin.lock()]);
});
