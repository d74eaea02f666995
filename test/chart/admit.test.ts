import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { addPerson, admit } from '../../protocol/chart/admit.ts';
import { Chart } from '../../protocol/chart/chart.ts';
import { defaultTeam } from '../../protocol/chart/teams.ts';
import { bedCards, otherPatients } from '../../protocol/clinical/views.ts';
import { hexOf, type TeamId } from '../../protocol/codec/ids.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { addPlace, environment, exchange, found, unlock, type Place } from '../ward/small-ward.ts';

const NOW = environment.clock.now();
const VIEWING = { now: NOW, dayStart: NOW };
const START = new Date(NOW - 60_000).toISOString();
const PERSON = { family: 'Iyer', given: 'Meera', birthDate: '1950-11-21', sex: 'female', identifier: '40218273', allergies: ['Latex'] } as const;

interface Office {
  readonly place: Place;
  readonly session: Session;
  readonly chart: Chart;
  readonly team: TeamId;
}

async function office(t: TestContext): Promise<Office> {
  const place = await found();
  const session = await unlock(place, 'admin-1');
  t.after(async () => {
    await session.lock();
    await place.replica.close();
  });
  return { place, session, chart: new Chart(session, environment), team: defaultTeam(place.replica.state(), session.user) };
}

function board(chart: Chart): { beds: (readonly [string | undefined, string])[]; others: string[] } {
  const cards = bedCards([...chart.admissions()], VIEWING, chart.wardIndex());
  return { beds: cards.map(({ bed, family }) => [bed, family] as const), others: otherPatients(chart.patients(), cards, (stay) => chart.stay(stay) !== undefined, VIEWING).map(({ family }) => family) };
}

test('VIEW-3: a new patient without an admission is among the others, and in a bed on every device once admitted', async (t) => {
  const { place, session, chart, team } = await office(t);
  const added = await addPerson(chart, team, PERSON);
  assert.ok(added.ok);
  const record = chart.patient(added.value);
  assert.deepEqual([record?.name, record?.birthDate, record?.identifiers['urn:wardsync:mrn']], [{ family: 'Iyer', given: 'Meera' }, '1950-11-21', '40218273']);
  assert.deepEqual(Object.values(record?.allergies ?? {}).map(({ substance, status }) => [substance.display, status]), [['Latex', 'active']]);
  assert.deepEqual(board(chart), { beds: [], others: ['Iyer'] });

  const admitted = await admit(chart, added.value, { start: START, bed: 'A1', reason: 'Chest pain' });
  assert.ok(admitted.ok);
  const stay = chart.stay(admitted.value);
  assert.deepEqual([stay?.status, stay?.start, stay?.bed, stay?.reason, stay?.patient], ['in-progress', START, 'A1', { display: 'Chest pain' }, added.value]);
  assert.deepEqual(Object.values(chart.patient(added.value)?.stays ?? {}).map(({ document }) => document), [admitted.value]);
  assert.equal(hexOf(chart.teamOf(admitted.value) ?? team), hexOf(team));

  const tablet = await addPlace(session, place.replica);
  const there = await unlock(tablet, 'admin-1');
  t.after(async () => {
    await there.lock();
    await tablet.replica.close();
  });
  await exchange(place, tablet, there);
  assert.deepEqual(board(new Chart(there, environment)), { beds: [['A1', 'Iyer']], others: [] });
});

test('VIEW-3: nobody is admitted twice, nor into a taken bed, nor at a time that is none; nothing is written then', async (t) => {
  const { chart, team } = await office(t);
  const first = await addPerson(chart, team, PERSON, { start: START, bed: 'A1' });
  assert.ok(first.ok);
  const second = await addPerson(chart, team, { family: 'Zola', given: 'Émile', allergies: [] });
  assert.ok(second.ok);
  assert.notEqual(chart.patient(second.value)?.noKnownAllergies, undefined);
  const before = board(chart);
  assert.deepEqual(await admit(chart, first.value, { start: START, bed: 'A2' }), { ok: false, failure: 'already-admitted' });
  assert.deepEqual(await admit(chart, second.value, { start: START, bed: 'A1' }), { ok: false, failure: 'bed-taken' });
  assert.deepEqual(await admit(chart, second.value, { start: 'yesterday' }), { ok: false, failure: 'malformed' });
  assert.deepEqual(await admit(chart, 'f'.repeat(32), { start: START }), { ok: false, failure: 'unknown-patient' });
  assert.deepEqual(await addPerson(chart, team, { family: ' ', given: 'Nobody' }), { ok: false, failure: 'malformed' });
  assert.deepEqual(await addPerson(chart, team, { ...PERSON, birthDate: 'long ago' }), { ok: false, failure: 'malformed' });
  assert.deepEqual(await addPerson(chart, team, PERSON, { start: START, bed: 'A1' }), { ok: false, failure: 'bed-taken' });
  assert.deepEqual(board(chart), before);
  assert.ok((await admit(chart, second.value, { start: START })).ok, 'a bed is not needed');
});
