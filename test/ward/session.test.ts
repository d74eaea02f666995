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
  const closed = outside.document(document);
  assert.ok(closed?.waitsForKey);
  assert.equal(outside.awaitsKey(closed), false, 'nobody will give it to her');

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

test('ADMIT-3: what a removed member had written elsewhere is kept aside, save what others have built on: nothing of theirs is lost', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const leaver = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  const stayer = await admin.members.addUser({ handle: 'finch-7', name: 'Sam Reyes', role: 'clinician', password: PASSWORD });
  assert.ok(leaver.ok && stayer.ok);
  for (const user of [leaver.value, stayer.value]) assert.ok((await admin.members.addMember(team.value, user)).ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  const [tablet, desk] = [await addPlace(admin, office.replica), await addPlace(admin, office.replica)];
  await exchange(office, tablet);
  const [away, stays] = [await unlock(tablet, 'heron-42'), await unlock(desk, 'finch-7')];
  await away.edit(document, (draft) => { draft['before'] = 'known'; });
  await exchange(office, tablet, admin, away);

  // The office is cut off; the two go on with each other.
  await away.edit(document, (draft) => { draft['beyond'] = 'the cut'; });
  await exchange(tablet, desk, away, stays);
  await stays.edit(document, (draft) => { draft['honest'] = 'on top of it'; });
  await away.edit(document, (draft) => { draft['alone'] = 'built on by nobody'; });
  await exchange(tablet, desk, away, stays);
  assert.equal(stays.document(document)?.value?.['alone'], 'built on by nobody');

  assert.ok((await admin.council.removeUser(leaver.value)).ok);
  await exchange(office, desk, admin, stays);
  const merged = { kind: 'note', a: 1, before: 'known', beyond: 'the cut', honest: 'on top of it' };
  assert.deepEqual(office.replica.digest(document), desk.replica.digest(document));
  for (const session of [admin, stays]) {
    assert.deepEqual(session.document(document)?.value, merged, 'the same, whether one had merged before the removal or after');
    assert.deepEqual(session.document(document)?.setAside.map(({ reason, items }) => ({ reason, items })), [{ reason: 'disputed', items: 1 }]);
  }
  await admin.edit(document, (draft) => { draft['after'] = 'goes on'; });
  await exchange(office, desk, admin, stays);
  await stays.lock();
  const again = await unlock(desk, 'finch-7');
  assert.deepEqual(again.document(document)?.value, { ...merged, after: 'goes on' });
  const written = office.replica.frontier(document).map(({ author }) => office.replica.certificateOf(author)?.user);
  assert.equal(written.filter((user) => user !== undefined && hexOf(user) === hexOf(leaver.value)).length, 1, 'kept, not dropped');
  for (const session of [again, away, admin]) await session.lock();
});
