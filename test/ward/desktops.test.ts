import assert from 'node:assert/strict';
import test from 'node:test';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { openWard, type Ward } from '../../protocol/ward/ward.ts';
import { addPlace, environment, exchange, found, PASSWORD, unlock } from './small-ward.ts';

const DAY = 24 * 60 * 60 * 1000;

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

test('PAGE-7: 30 days after the last unlock at a desktop neither password nor kit nor holders open anything there', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const kit = await admin.account.makeKit(PASSWORD);
  assert.ok(kit.ok);
  const desktop = await addPlace(admin, office.replica, 'desktop');
  await (await unlock(desktop, 'admin-1')).lock();
  const wardAfter = (milliseconds: number): Ward => openWard({
    replica: desktop.replica, deviceKey: desktop.key, startEngine: (actor) => nodeEngine(actor, environment.timers),
    environment: { ...environment, clock: { now: () => environment.clock.now() + milliseconds } },
  });
  const late = wardAfter(30 * DAY + 1);
  assert.deepEqual(await late.unlock('admin-1', PASSWORD), { ok: false, failure: 'disused' });
  assert.deepEqual(await late.recoverWithKit('admin-1', kit.value, 'another long password'), { ok: false, failure: 'disused' });
  assert.deepEqual(await late.askHolders('admin-1'), { ok: false, failure: 'not-allowed' });
  const inTime = await wardAfter(29 * DAY).unlock('admin-1', PASSWORD);
  assert.ok(inTime.ok);
  await Promise.all([inTime.value.lock(), admin.lock()]);
});
