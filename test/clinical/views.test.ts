import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Author, ObservationSet, PatientRecord, Stay, WardIndex } from '../../protocol/clinical/model.ts';
import { patientParts, type PatientFile } from '../../protocol/clinical/patient-page.ts';
import { bedCard, bedCards, otherPatients, wardBeds, type Admission } from '../../protocol/clinical/views.ts';

const NURSE: Author = { name: 'Nadia Rahman' };
const NOW = Date.UTC(2025, 10, 20, 14, 0);
const VIEWING = { now: NOW, dayStart: Date.UTC(2025, 10, 20) };

const RECORD: PatientRecord = {
  kind: 'patient', schema: 1, name: { family: 'Iyer', given: 'Meera' }, birthDate: '1950-11-21', sex: 'female',
  identifiers: { 'http://hl7.org/fhir/sid/us-ssn': '999-12-3456', 'urn:wardsync:mrn': '40218273' },
  allergies: {
    a: { substance: { display: 'Latex' }, status: 'active', criticality: 'low' },
    b: { substance: { display: 'Penicillin' }, status: 'active', criticality: 'high' },
    c: { substance: { display: 'Egg' }, status: 'resolved' },
    d: { substance: { display: 'Aspirin' }, status: 'active', verification: 'refuted' },
    e: { substance: { display: 'Iodine' }, status: 'active', enteredInError: { at: '2025-11-19T10:00:00Z', author: NURSE, reason: 'wrong patient' } },
  },
  conditions: {}, medications: {}, immunizations: {}, procedures: {}, measurements: {}, encounters: {},
  stays: { s1: { document: 'cc', start: '2025-11-18T09:00:00Z' }, s0: { document: 'bb', start: '2019-01-01T09:00:00Z', end: '2019-01-09T09:00:00Z' } },
};

function well(at: string, more: Partial<ObservationSet> = {}): ObservationSet {
  return { at, author: NURSE, respiratoryRate: 16, spo2: 97, oxygen: { supplemental: false }, systolic: 124, diastolic: 78, heartRate: 72, consciousness: 'alert', temperature: 36.8, ...more };
}

function admission(observations: Record<string, ObservationSet>, more: Partial<Stay> = {}): Admission {
  return {
    patient: 'aa', stay: 'cc', record: RECORD,
    value: {
      kind: 'stay', schema: 1, patient: 'aa', status: 'in-progress', start: '2025-11-18T09:00:00Z', bed: 'B2', reason: { display: 'Pneumonia' },
      observations, measurements: {}, notes: {}, orders: {}, administrations: {}, ...more,
    },
  };
}

function fileOf({ patient, record, stay, value }: Admission, ...more: [string, Stay][]): PatientFile {
  return { patient, record, stays: new Map([[stay, value], ...more]) };
}

const WARD: WardIndex = { kind: 'ward', schema: 1, name: 'Larch', beds: { y: { label: 'B2', bay: 'Bay B', order: 2 }, x: { label: 'A1', bay: 'Bay A', order: 1 } } };

test('VIEW-1: a card shows the newest set whatever the offset of its time, its score, the one before, and when the next is due', () => {
  const card = bedCard(admission({ old: well('2025-11-20T08:00:00Z', { heartRate: 95 }), new: well('2025-11-20T13:30:00+01:00', { respiratoryRate: 22 }) }), VIEWING, WARD);
  assert.equal(card.latest?.id, 'new');
  assert.deepEqual(card.news, { score: 2, previous: 1, anyThree: false, complete: true, at: '2025-11-20T13:30:00+01:00' });
  assert.equal(card.due, '2025-11-20T18:30:00Z');
  assert.deepEqual([card.bed, card.bay, card.age, card.identifier, card.reason], ['B2', 'Bay B', 74, '40218273', 'Pneumonia']);
  assert.equal(card.freshest, '2025-11-20T13:30:00+01:00');
});

test('VIEW-1: a lone temperature after a score of 9 hides neither the score nor when the next set is due', () => {
  const ill = well('2025-11-20T12:00:00Z', { respiratoryRate: 26, spo2: 93, oxygen: { supplemental: true }, heartRate: 115 });
  const card = bedCard(admission({ ill, lone: { at: '2025-11-20T12:20:00Z', author: NURSE, temperature: 36.9 } }), VIEWING);
  assert.equal(card.latest?.id, 'lone');
  assert.equal(card.news?.score, 9);
  assert.equal(card.news?.at, '2025-11-20T12:00:00Z');
  assert.equal(card.due, '2025-11-20T12:30:00Z');
});

test('VIEW-1: an incomplete set that is worse than the last complete one counts at once', () => {
  const card = bedCard(admission({ fine: well('2025-11-20T06:00:00Z'), bad: { at: '2025-11-20T12:00:00Z', author: NURSE, systolic: 84 } }), VIEWING);
  assert.deepEqual(card.news, { score: 3, previous: 0, anyThree: true, complete: false, at: '2025-11-20T12:00:00Z' });
  assert.equal(card.due, '2025-11-20T13:00:00Z');
});

test('VIEW-2: a set entered in error stays in the list and counts for nothing', () => {
  const wrong = well('2025-11-20T13:00:00Z', { heartRate: 172, enteredInError: { at: '2025-11-20T13:05:00Z', author: NURSE, reason: 'wrong patient' } });
  const parts = patientParts(fileOf(admission({ right: well('2025-11-20T12:00:00Z'), wrong })), VIEWING);
  assert.deepEqual(parts.observations.map(({ id }) => id), ['right', 'wrong']);
  assert.equal(parts.card?.latest?.id, 'right');
  assert.equal(parts.card?.news?.score, 0);
  assert.equal(parts.card?.freshest, '2025-11-20T13:05:00Z');
});

test('VIEW-1: before the first set observations are due from admission on; a finished stay has nothing due', () => {
  assert.equal(bedCard(admission({}), VIEWING).due, '2025-11-18T09:00:00Z');
  assert.equal(bedCard(admission({}, { status: 'finished', end: '2025-11-19T09:00:00Z' }), VIEWING).due, undefined);
});

test('VIEW-1: a child has values and no score', () => {
  const child = { ...admission({ a: well('2025-11-20T12:00:00Z') }), record: { ...RECORD, birthDate: '2015-01-01' } };
  assert.equal(bedCard(child, VIEWING).news, undefined);
  assert.equal(bedCard(child, VIEWING).latest?.id, 'a');
});

test('VIEW-1: the allergy banner has what is active and not refuted, the critical first', () => {
  assert.deepEqual(bedCard(admission({}), VIEWING).allergies, ['Penicillin', 'Latex']);
});

test('VIEW-1: notes of today are those since the viewer\'s midnight', () => {
  const note = (at: string, more = {}) => ({ at, author: NURSE, kind: 'nursing' as const, text: 'Slept well.', ...more });
  const notes = {
    a: note('2025-11-19T23:59:59Z'), b: note('2025-11-20T00:00:00Z'), c: note('2025-11-20T13:00:00Z'),
    d: note('2025-11-20T13:00:00Z', { enteredInError: { at: '2025-11-20T13:01:00Z', author: NURSE, reason: 'wrong patient' } }),
  };
  assert.equal(bedCard(admission({}, { notes }), VIEWING).notesToday, 2);
});

test('VIEW-1: cards and beds come in the order of the corridor, patients without a bed last, finished stays not at all', () => {
  const cards = bedCards([
    { ...admission({}, { bed: 'elsewhere' }), stay: 's3' }, { ...admission({}), stay: 's2' }, { ...admission({}, { bed: 'A1' }), stay: 's1' },
    { ...admission({}, { status: 'finished' }), stay: 's4' },
  ], VIEWING, WARD);
  assert.deepEqual(cards.map(({ stay }) => stay), ['s1', 's2', 's3']);
  assert.deepEqual(wardBeds(WARD).map(({ label }) => label), ['A1', 'B2']);
});

test('VIEW-1: a page lists the stays, the newest first, and says which is the current one and what is not open here', () => {
  assert.deepEqual(patientParts(fileOf(admission({})), VIEWING).stays, [
    { stay: 'cc', start: '2025-11-18T09:00:00Z', reason: 'Pneumonia', bed: 'B2', current: true, entries: { observations: 0, notes: 0 } },
    { stay: 'bb', start: '2019-01-01T09:00:00Z', end: '2019-01-09T09:00:00Z', current: false },
  ]);
});

test('VIEW-3: a past stay is read when it is asked for, and the head of the page stays that of the current one', () => {
  const past = admission({ earlier: well('2019-01-02T09:00:00Z') }, { status: 'finished', start: '2019-01-01T09:00:00Z', end: '2019-01-09T09:00:00Z' }).value;
  const file = fileOf(admission({ now: well('2025-11-20T12:00:00Z') }), ['bb', past]);
  assert.deepEqual(patientParts(file, VIEWING).observations.map(({ id }) => id), ['now']);
  const parts = patientParts(file, VIEWING, WARD, 'bb');
  assert.deepEqual([parts.opened?.stay, parts.opened?.current, parts.observations.map(({ id }) => id)], ['bb', false, ['earlier']]);
  assert.deepEqual([parts.card?.stay, parts.card?.latest?.id], ['cc', 'now']);
  assert.equal(patientParts(file, VIEWING, WARD, 'dd').opened?.stay, 'cc', 'a stay of somebody else is not one of this patient');
});

test('VIEW-3: who is not on the ward has a page without a card, with the newest stay to read; who never stayed, one without a stay', () => {
  const gone = patientParts(fileOf(admission({ a: well('2025-11-19T12:00:00Z') }, { status: 'finished', end: '2025-11-20T08:00:00Z' })), VIEWING);
  assert.deepEqual([gone.card, gone.opened?.stay, gone.observations.length, gone.person.allergies], [undefined, 'cc', 1, ['Penicillin', 'Latex']]);
  const never = patientParts({ patient: 'aa', record: { ...RECORD, stays: {} }, stays: new Map() }, VIEWING);
  assert.deepEqual([never.card, never.opened, never.stays, never.observations], [undefined, undefined, [], []]);
});

test('VIEW-3: a stay that arrives before the record names it is listed; of two in progress the later one is current', () => {
  const later = { ...admission({}).value, start: '2025-11-20T09:00:00Z' };
  const parts = patientParts(fileOf(admission({}), ['dd', later]), VIEWING);
  assert.deepEqual(parts.stays.map(({ stay, current }) => [stay, current]), [['dd', true], ['cc', false], ['bb', false]]);
});

test('VIEW-3: everybody known who has no card is among the others, by name, with the last stay', () => {
  const cards = bedCards([admission({})], VIEWING, WARD);
  const others = otherPatients([
    { id: 'aa', record: RECORD },
    { id: 'b2', record: { ...RECORD, name: { family: 'Zola', given: 'Émile' }, allergies: {}, noKnownAllergies: { at: '2025-11-20T08:00:00Z' } } },
    { id: 'b1', record: { ...RECORD, name: { family: 'Adeyemi', given: 'Tola' }, stays: {} } },
  ], cards, () => true, VIEWING);
  assert.deepEqual(others.map(({ patient, lastStay }) => [patient, lastStay]), [['b1', undefined], ['b2', { start: '2025-11-18T09:00:00Z' }]]);
  assert.deepEqual(others.map(({ allergies, noKnownAllergies }) => [allergies.length, noKnownAllergies]), [[2, false], [0, true]]);
});

test('VIEW-3: whose stay is listed and has not arrived is not said to have gone home', () => {
  assert.equal(otherPatients([{ id: 'aa', record: RECORD }], [], () => false, VIEWING)[0]?.arriving, true);
  assert.equal(otherPatients([{ id: 'aa', record: RECORD }], [], (stay) => stay === 'cc', VIEWING)[0]?.arriving, false);
  assert.equal(patientParts({ patient: 'aa', record: RECORD, stays: new Map() }, VIEWING).arriving, true);
  assert.equal(patientParts(fileOf(admission({})), VIEWING).arriving, false);
});

test('VIEW-2: values that are no times or numbers break no view', () => {
  const odd = well('not a time', { temperature: Number.NaN, heartRate: Infinity });
  const card = bedCard(admission({ odd }, { start: 'never' }), VIEWING);
  assert.equal(card.latest?.id, 'odd');
  assert.equal(card.news?.complete, false);
});
