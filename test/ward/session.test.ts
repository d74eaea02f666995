import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf } from '../../protocol/codec/ids.ts';
import { addPlace, exchange, found, PASSWORD, unlock } from './small-ward.ts';

test('KEYS-1: the founder unlocks with the password, and only with it', async () => {
  const office = await found();
  await assert.rejects(unlock(office, 'admin-1', 'wrong password!'), /wrong-password/);
  await assert.rejects(unlock(office, 'nobody', PASSWORD), /wrong-password/);
  const session = await unlock(office, 'Admin-1 ');
  assert.equal(session.name, 'Ada Minton');
  assert.equal(session.role, 'admin');
  await session.lock();
});

test('DOC-1: an edit on one device is read on another, and edits on both sides merge', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const nurse = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  assert.ok(nurse.ok);
  assert.ok((await admin.members.addMember(team.value, nurse.value)).ok);
  const document = await admin.create(team.value, { kind: 'note', entries: { a: { text: 'first' } } });

  const tablet = await addPlace(admin, office.replica);
  const reader = await unlock(tablet, 'heron-42');
  assert.equal(reader.name, 'Nora Quist');
  assert.deepEqual(reader.document(document)?.value, { kind: 'note', entries: { a: { text: 'first' } } });

  await admin.edit(document, (draft) => { Object.assign(draft['entries'] as object, { b: { text: 'from the office' } }); });
  await reader.edit(document, (draft) => { Object.assign(draft['entries'] as object, { c: { text: 'from the tablet' } }); });
  await exchange(office, tablet, admin, reader);
  const merged = { kind: 'note', entries: { a: { text: 'first' }, b: { text: 'from the office' }, c: { text: 'from the tablet' } } };
  assert.deepEqual(admin.document(document)?.value, merged);
  assert.deepEqual(reader.document(document)?.value, merged);
  assert.deepEqual(office.replica.digest(document), tablet.replica.digest(document));

  await reader.lock();
  await admin.lock();
  const again = await unlock(tablet, 'heron-42');
  assert.deepEqual(again.document(document)?.value, merged);
  await again.lock();
});

test('KEYS-2: who is not in the team opens nothing; who joins it opens what was written before', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const nurse = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  assert.ok(nurse.ok);
  const document = await admin.create(team.value, { kind: 'note', word: 'hidden' });
  const tablet = await addPlace(admin, office.replica);
  const outside = await unlock(tablet, 'heron-42');
  assert.equal(outside.document(document)?.value, undefined);
  assert.equal(outside.document(document)?.waitsForKey, true);

  assert.ok((await admin.members.addMember(team.value, nurse.value)).ok);
  await exchange(office, tablet, admin, outside);
  assert.deepEqual(outside.document(document)?.value, { kind: 'note', word: 'hidden' });
  await outside.lock();
  await admin.lock();
});

test('KEYS-4: after a removal the team has a new key; old work opens for those who stay, new work not for who left', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const leaver = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  const stayer = await admin.members.addUser({ handle: 'finch-7', name: 'Sam Reyes', role: 'clinician', password: PASSWORD });
  assert.ok(leaver.ok && stayer.ok);
  for (const user of [leaver.value, stayer.value]) assert.ok((await admin.members.addMember(team.value, user)).ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  const tablet = await addPlace(admin, office.replica);
  const away = await unlock(tablet, 'heron-42');

  assert.ok((await admin.council.removeUser(leaver.value)).ok);
  await admin.edit(document, (draft) => { draft['b'] = 2; });
  await exchange(office, tablet, admin, away);
  assert.deepEqual(away.document(document)?.value, { kind: 'note', a: 1 }, 'the removed user reads nothing new');
  await assert.rejects(away.edit(document, (draft) => { draft['c'] = 3; }), /not admitted/);
  await away.lock();

  const there = await addPlace(admin, office.replica);
  const stays = await unlock(there, 'finch-7');
  assert.deepEqual(stays.document(document)?.value, { kind: 'note', a: 1, b: 2 });
  await stays.lock();
  await admin.lock();
});

test('ADMIT-3: what a removed member had written elsewhere is kept aside, and nothing else is lost', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const leaver = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  assert.ok(leaver.ok);
  assert.ok((await admin.members.addMember(team.value, leaver.value)).ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  const tablet = await addPlace(admin, office.replica);
  const away = await unlock(tablet, 'heron-42');
  await away.edit(document, (draft) => { draft['before'] = 'known'; });
  await exchange(office, tablet, admin, away);
  await away.edit(document, (draft) => { draft['beyond'] = 'the cut'; });

  assert.ok((await admin.council.removeUser(leaver.value)).ok);
  await exchange(office, tablet, admin, away);
  assert.deepEqual(admin.document(document)?.value, { kind: 'note', a: 1, before: 'known' });
  assert.equal(admin.document(document)?.setAside[0]?.reason, 'disputed');
  await admin.edit(document, (draft) => { draft['after'] = 'goes on'; });
  assert.deepEqual(admin.document(document)?.value, { kind: 'note', a: 1, before: 'known', after: 'goes on' });
  assert.equal(office.replica.frontier(document).find(({ author }) => hexOf(author) !== undefined)?.seq !== undefined, true);
  await away.lock();
  await admin.lock();
});
