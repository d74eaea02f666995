import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addPerson, admit } from '../../protocol/chart/admit.ts';
import { Chart } from '../../protocol/chart/chart.ts';
import { provenancesOf } from '../../protocol/chart/provenance.ts';
import { defaultTeam } from '../../protocol/chart/teams.ts';
import type { Note } from '../../protocol/clinical/model.ts';
import { addPlace, environment, exchange, found, PASSWORD, unlock } from '../ward/small-ward.ts';

interface Notes {
  notes: Record<string, { text: string; kind: string; at: string; author: { user?: string; name: string } }>;
}

test('DOC-9: who writes under a colleague’s name, alters a colleague’s note, or brings in what nobody of the ward wrote, is named', async (t) => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  t.after(() => admin.lock());
  const team = defaultTeam(office.replica.state(), admin.user);
  const added = await admin.members.addUser({ handle: 'heron-42', name: 'Nora Quist', role: 'clinician', password: PASSWORD });
  assert.ok(added.ok);
  assert.ok((await admin.members.addMember(team, added.value)).ok);
  const hers = new Chart(admin, environment);
  const patient = await addPerson(hers, team, { family: 'Iyer', given: 'Meera', birthDate: '1950-11-21', sex: 'female', identifier: '40218273', allergies: [] });
  assert.ok(patient.ok);
  const admitted = await admit(hers, patient.value, { start: hers.now(), reason: 'fall' });
  assert.ok(admitted.ok, JSON.stringify(admitted));
  const stay = admitted.value;
  const note = (text: string): Omit<Note, 'author'> => ({ at: hers.now(), kind: 'nursing', text });
  const [honest, altered] = [await hers.addNote(stay, note('slept well')), await hers.addNote(stay, note('no pain'))];

  const tablet = await addPlace(admin, office.replica);
  const nurse = await unlock(tablet, 'heron-42');
  t.after(() => nurse.lock());
  const chart = new Chart(nurse, environment);
  const own = await chart.addNote(stay, note('my own'));
  await chart.markEnteredInError(stay, 'notes', honest, 'wrong bed');
  await chart.edit(stay, (draft) => {
    const { notes } = draft as unknown as Notes;
    const theirs = notes[altered];
    assert.ok(theirs);
    theirs.text = 'no gain';
    notes['forged'] = { ...note('signed by nobody else'), author: hers.author() };
    notes['renamed'] = { ...note('my id, another name'), author: { ...chart.author(), name: hers.author().name } };
    notes['imported'] = { ...note('of another house'), author: { name: 'Dr Elsewhere' } };
  });
  await exchange(office, tablet, admin, nurse);

  const expected = new Map([
    [`notes/${altered}`, { changedBy: ['Nora Quist'] }],
    ['notes/forged', { madeBy: 'Nora Quist', isImported: false }],
    ['notes/renamed', { madeBy: 'Nora Quist', isImported: false }],
    ['notes/imported', { madeBy: 'Nora Quist', isImported: true }],
  ]);
  for (const session of [admin, nurse]) assert.deepEqual(new Map((await provenancesOf(session, stay))?.entries), expected);
  assert.ok(![...expected.keys()].includes(`notes/${own}`));
  assert.equal(await provenancesOf(admin, 'ab'.repeat(16)), undefined);
});
