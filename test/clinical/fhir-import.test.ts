import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importBundle, type Imported, type ImportOptions } from '../../protocol/clinical/fhir/import.ts';
import type { PatientRecord, Stay } from '../../protocol/clinical/model.ts';

type Json = Record<string, unknown>;

const LOINC = 'http://loinc.org';
const VITAL = [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }];

function entry(resource: Json, fullUrl?: string): Json {
  return { resource, ...(fullUrl !== undefined && { fullUrl }) };
}

function bundle(...entries: Json[]): Json {
  return { resourceType: 'Bundle', type: 'collection', entry: entries };
}

const PATIENT = { resourceType: 'Patient', id: 'p1', name: [{ family: 'Haile', given: ['Almaz', 'Sara'] }], birthDate: '1961-04-02' };
const STAY = {
  resourceType: 'Encounter', id: 'e1', status: 'in-progress', class: { code: 'IMP' }, subject: { reference: 'Patient/p1' },
  period: { start: '2025-11-18T08:00:00+00:00' },
};

function vital(id: string, code: string, value: number, unit: string, more: Json = {}): Json {
  return {
    resourceType: 'Observation', id, status: 'final', category: VITAL, code: { coding: [{ system: LOINC, code }] }, subject: { reference: 'Patient/p1' },
    encounter: { reference: 'Encounter/e1' }, effectiveDateTime: '2025-11-19T06:00:00Z', valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit }, ...more,
  };
}

async function importOf(json: Json, options?: ImportOptions): Promise<Imported> {
  const imported = await importBundle(json, options);
  assert.ok(imported.ok);
  return imported.value;
}

async function chartOf(...resources: Json[]): Promise<{ record: PatientRecord; stay: Stay | undefined; report: Imported['report'] }> {
  const { patients, report } = await importOf(bundle(entry(PATIENT), entry(STAY), ...resources.map((resource) => entry(resource))));
  assert.equal(patients.length, 1);
  const [patient] = patients;
  assert.ok(patient);
  return { record: patient.record, stay: patient.stays[0]?.stay, report };
}

test('FHIR-1: vital signs of a stay at one time by one author are one observation set, with oxygen and consciousness', async () => {
  const nurse = { performer: [{ display: 'N. Rahman' }] };
  const { stay, record, report } = await chartOf(
    vital('a', '8867-4', 88, '/min', nurse), vital('b', '9279-1', 19, '/min', nurse), vital('c', '59408-5', 95, '%', nurse),
    vital('d', '8310-5', 100.4, '[degF]', nurse), vital('e', '3151-8', 2, 'L/min', nurse),
    { ...vital('f', '67775-7', 0, '', nurse), valueQuantity: undefined, valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '300202002' }] } },
    {
      ...vital('g', '85354-9', 0, '', nurse), valueQuantity: undefined,
      component: [
        { code: { coding: [{ system: LOINC, code: '8480-6' }] }, valueQuantity: { value: 118, code: 'mm[Hg]', unit: 'mmHg' } },
        { code: { coding: [{ system: LOINC, code: '8462-4' }] }, valueQuantity: { value: 74, code: 'mm[Hg]' } },
      ],
    },
  );
  assert.deepEqual(Object.values(stay?.observations ?? {}), [{
    at: '2025-11-19T06:00:00Z', author: { name: 'N. Rahman' }, heartRate: 88, respiratoryRate: 19, spo2: 95, temperature: 38,
    oxygen: { supplemental: true, litresPerMinute: 2 }, consciousness: 'voice', systolic: 118, diastolic: 74,
  }]);
  assert.deepEqual([record.measurements, stay?.measurements], [{}, {}]);
  assert.deepEqual(report.converted, { 'Observation.valueQuantity.value ([degF] to Cel)': 1 });
  assert.deepEqual(report.dropped, {});
});

test('FHIR-1: the old blood pressure panel is read as well; another time or author is another set; a second value stays a measurement', async () => {
  const panel = {
    ...vital('bp', '55284-4', 0, ''), valueQuantity: undefined,
    component: [{ code: { coding: [{ system: LOINC, code: '8480-6' }] }, valueQuantity: { value: 131.5, unit: 'mm[Hg]' } }],
  };
  const { stay } = await chartOf(
    panel, vital('h1', '8867-4', 80, '/min'), vital('h2', '8867-4', 90, '/min'),
    vital('h3', '8867-4', 70, '/min', { effectiveDateTime: '2025-11-19T10:00:00Z' }), vital('h4', '8867-4', 71, '/min', { effectiveDateTime: '2025-11-19T10:00:00Z', performer: [{ display: 'Other' }] }),
  );
  const sets = Object.values(stay?.observations ?? {});
  assert.deepEqual(sets.map(({ systolic, heartRate, author }) => [systolic, heartRate, author.name]), [[131.5, 80, 'Imported record'], [undefined, 70, 'Imported record'], [undefined, 71, 'Other']]);
  assert.deepEqual(Object.keys(stay?.measurements ?? {}), ['h2']);
});

test('FHIR-1: vital signs without an encounter belong to the stay in which they were taken, those outside to the record', async () => {
  const { stay, record } = await chartOf(vital('in', '8867-4', 80, '/min', { encounter: undefined }), vital('out', '8867-4', 82, '/min', { encounter: undefined, effectiveDateTime: '2024-01-01T10:00:00Z' }));
  assert.equal(Object.keys(stay?.observations ?? {}).length, 1);
  assert.deepEqual(Object.keys(record.measurements), ['out']);
});

test('FHIR-1: a date alone, an unknown unit or "less than" makes no vital sign of a set: it stays a measurement as it is', async () => {
  const { stay } = await chartOf(
    vital('day', '8867-4', 80, '/min', { effectiveDateTime: '2025-11-19' }), vital('unit', '8310-5', 310, 'K'),
    vital('less', '2708-6', 80, '%', { valueQuantity: { value: 80, comparator: '<', unit: '%', code: '%', system: 'http://unitsofmeasure.org' } }),
  );
  assert.deepEqual(stay?.observations, {});
  assert.deepEqual(Object.values(stay?.measurements ?? {}).map(({ value }) => value), [{ quantity: 80, unit: '/min' }, { quantity: 310, unit: 'K' }, { words: '<80 %' }]);
});

test('FHIR-1: values of every kind are taken: coded, words, yes and no, integers; answers of a panel one by one', async () => {
  const base = { resourceType: 'Observation', status: 'final', subject: { reference: 'Patient/p1' }, effectiveDateTime: '2020-05-01' };
  const code = (text: string): Json => ({ text });
  const { record, report } = await chartOf(
    { ...base, id: 'a', code: code('Smoking'), valueCodeableConcept: { text: 'Never smoker' } },
    { ...base, id: 'b', code: code('Comment'), valueString: 'haemolysed' },
    { ...base, id: 'c', code: code('Fasting'), valueBoolean: true },
    { ...base, id: 'd', code: code('Children'), valueInteger: 3 },
    { ...base, id: 'e', code: code('Panel'), component: [{ code: code('Housing'), valueCodeableConcept: { text: 'Own home' } }, { code: code('Rooms'), valueQuantity: { value: 4 } }] },
    { ...base, id: 'f', code: code('Ratio'), valueRatio: { numerator: { value: 1 } } },
  );
  assert.deepEqual(Object.entries(record.measurements).map(([key, { value, components }]) => [key, value, components]), [
    ['a', { coded: { display: 'Never smoker' } }, undefined], ['b', { words: 'haemolysed' }, undefined], ['c', { words: 'Yes' }, undefined], ['d', { quantity: 3, unit: '1' }, undefined],
    ['e', undefined, { Rooms: { code: { display: 'Rooms' }, quantity: 4, unit: '1' } }], ['e.Housing', { coded: { display: 'Own home' } }, undefined], ['f', undefined, undefined],
  ]);
  assert.deepEqual(report.dropped, { 'Observation.valueRatio': 1 });
});

test('FHIR-1: medication by reference, contained or by display; drug rounds find their order, and get one if they have none', async () => {
  const request = (id: string, more: Json): Json => ({ resourceType: 'MedicationRequest', id, status: 'active', intent: 'order', subject: { reference: 'Patient/p1' }, encounter: { reference: 'Encounter/e1' }, ...more });
  const given = (id: string, more: Json): Json => ({
    resourceType: 'MedicationAdministration', id, status: 'completed', subject: { reference: 'Patient/p1' }, context: { reference: 'Encounter/e1' }, effectiveDateTime: '2025-11-19T08:00:00Z', ...more,
  });
  const { stay, record, report } = await chartOf(
    given('g1', { request: { reference: 'MedicationRequest/r1' }, medicationReference: { reference: 'Medication/m1' } }),
    given('g2', { status: 'not-done', statusReason: [{ text: 'Nil by mouth' }], request: { reference: 'MedicationRequest/r2' }, medicationCodeableConcept: { text: 'Enoxaparin' } }),
    given('g3', { medicationCodeableConcept: { text: 'Paracetamol' } }), given('g4', { medicationCodeableConcept: { text: 'Paracetamol' } }),
    given('g5', { context: undefined, effectiveDateTime: '2020-01-01T00:00:00Z', medicationCodeableConcept: { text: 'Old' } }),
    request('r1', { medicationReference: { reference: 'Medication/m1' } }),
    request('r2', { contained: [{ resourceType: 'Medication', id: 'x', code: { text: 'Enoxaparin' } }], medicationReference: { reference: '#x' } }),
    request('r3', { medicationReference: { display: 'Ramipril' }, encounter: undefined, dosageInstruction: [{ text: 'one in the evening', doseAndRate: [{ doseQuantity: { value: 2.5, unit: 'mg' } }] }] }),
    request('r4', { medicationReference: { display: 'Proposed' }, intent: 'proposal' }),
    { resourceType: 'Medication', id: 'm1', code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1', display: 'Amoxicillin' }] } },
  );
  assert.deepEqual(Object.entries(stay?.orders ?? {}).map(([key, { medication }]) => [key.slice(0, 5), medication.display]), [['r1', 'Amoxicillin'], ['r2', 'Enoxaparin'], ['order', 'Paracetamol']]);
  assert.deepEqual(record.medications['r3'], { medication: { display: 'Ramipril' }, status: 'active', dose: '2.5 mg', schedule: 'one in the evening' });
  const orders = Object.values(stay?.administrations ?? {}).map(({ order, outcome }) => [order.slice(0, 5), outcome]);
  assert.deepEqual(orders, [['r1', 'given'], ['r2', 'withheld'], ['order', 'given'], ['order', 'given']]);
  assert.deepEqual(report.unmapped, { 'MedicationAdministration (not within a stay)': 1, 'MedicationRequest (intent proposal)': 1 });
});

test('FHIR-1: a prescription of a finished stay belongs to the lasting list, unless it says inpatient', async () => {
  const finished = { ...STAY, status: 'finished', period: { start: '2020-01-01T00:00:00Z', end: '2020-01-05T00:00:00Z' } };
  const request = (id: string, more: Json): Json => ({ resourceType: 'MedicationRequest', id, status: 'active', intent: 'order', subject: { reference: 'Patient/p1' }, encounter: { reference: 'Encounter/e1' }, medicationCodeableConcept: { text: id }, ...more });
  const { patients: [patient] } = await importOf(bundle(entry(PATIENT), entry(finished), entry(request('home', {})), entry(request('ward', { category: [{ coding: [{ code: 'inpatient' }] }] }))));
  assert.deepEqual([Object.keys(patient?.record.medications ?? {}), Object.keys(patient?.stays[0]?.stay.orders ?? {})], [['home'], ['ward']]);
});

test('FHIR-1: several patients in one bundle, by urn:uuid, by relative and by absolute reference; each gets their own', async () => {
  const uuid = 'urn:uuid:0f9a3f6e-14b8-4c33-9e6b-0d4f3d0a1111';
  const at = (server: string, id: string): string => `${server}/fhir/Patient/${id}`;
  const condition = (text: string, reference: string): Json => ({ resourceType: 'Condition', id: text.replace(' ', '-'), code: { text }, subject: { reference } });
  const { patients, report } = await importOf(bundle(
    entry(condition('of a', uuid)),
    entry(condition('of b', 'Patient/1'), 'https://one.example/fhir/Condition/9'),
    entry(condition('of c', at('https://two.example', '1'))),
    entry(condition('of nobody', at('https://three.example', '1'))),
    entry({ resourceType: 'Condition', id: 'x', code: { text: 'without a subject' } }),
    entry({ resourceType: 'Patient', name: [{ family: 'A' }] }, uuid),
    entry({ resourceType: 'Patient', id: '1', name: [{ family: 'B' }] }, at('https://one.example', '1')),
    entry({ resourceType: 'Patient', id: '1', name: [{ family: 'C' }] }, at('https://two.example', '1')),
  ));
  assert.deepEqual(patients.map(({ record }) => [record.name.family, Object.keys(record.conditions)]), [['A', ['of-a']], ['B', ['of-b']], ['C', ['of-c']]]);
  assert.equal(new Set(patients.map(({ document }) => document)).size, 3);
  assert.deepEqual(report.unmapped, { 'Condition (of a patient who is not in the bundle)': 1, 'Condition (of no patient)': 1 });
});

test('FHIR-1: nothing of one patient gets into another\'s stay', async () => {
  const { patients, report } = await importOf(bundle(
    entry(PATIENT), entry(STAY), entry({ ...PATIENT, id: 'p2' }), entry(vital('a', '8867-4', 80, '/min', { subject: { reference: 'Patient/p2' } })),
  ));
  assert.deepEqual(patients.map(({ record, stays }) => [Object.keys(record.measurements), Object.keys(stays[0]?.stay.observations ?? {})]), [[[], []], [['a'], []]]);
  assert.deepEqual(report.invalid, { 'Observation.encounter.reference (not an encounter of this patient)': 1 });
});

test('FHIR-1: practitioners by conditional reference (newer Synthea) keep their display name', async () => {
  const { stay, report } = await chartOf(vital('a', '8867-4', 80, '/min', { performer: [{ reference: 'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|99', display: 'Dr. Fay' }] }));
  assert.equal(Object.values(stay?.observations ?? {})[0]?.author.name, 'Dr. Fay');
  assert.deepEqual(report.invalid, { 'Observation.performer.reference (points outside the bundle)': 1 });
});

test('FHIR-5: what a source entered in error stays visible and struck through; without any time it is left out and counted', async () => {
  const status = { verificationStatus: { coding: [{ code: 'entered-in-error' }] } };
  const { record, report } = await chartOf(
    { resourceType: 'Condition', id: 'a', code: { text: 'Gout' }, subject: { reference: 'Patient/p1' }, recordedDate: '2020-02-02', ...status },
    { resourceType: 'Condition', id: 'b', code: { text: 'Flu' }, subject: { reference: 'Patient/p1' }, ...status },
  );
  assert.equal(record.conditions['a']?.enteredInError?.at, '2020-02-02');
  assert.deepEqual(report.unmapped, { 'Condition (entered in error, at an unknown time)': 1 });
});

test('FHIR-5: a resource with an unknown modifier is not read, because the modifier may turn its meaning round', async () => {
  const { record, report } = await chartOf({
    resourceType: 'Condition', id: 'a', code: { text: 'Asthma' }, subject: { reference: 'Patient/p1' }, modifierExtension: [{ url: 'http://example.org/absent', valueBoolean: true }],
  });
  assert.deepEqual(record.conditions, {});
  assert.deepEqual(report.unmapped, { 'Condition (an unknown modifier changes its meaning)': 1 });
});

test('FHIR-1: no known allergies, refuted allergies and clinical notes', async () => {
  const { record, stay } = await chartOf(
    { resourceType: 'AllergyIntolerance', id: 'a', patient: { reference: 'Patient/p1' }, recordedDate: '2025-11-18T09:00:00Z', code: { coding: [{ system: 'http://snomed.info/sct', code: '716186003' }] } },
    { resourceType: 'AllergyIntolerance', id: 'b', patient: { reference: 'Patient/p1' }, code: { text: 'Penicillin' }, verificationStatus: { coding: [{ code: 'refuted' }] }, reaction: [{ manifestation: [{ text: 'Rash' }, { text: 'Itch' }], severity: 'mild' }] },
    {
      resourceType: 'DocumentReference', id: 'n', status: 'current', subject: { reference: 'Patient/p1' }, date: '2025-11-19T07:30:00.000Z', type: { coding: [{ system: LOINC, code: '34746-8' }] },
      author: [{ display: 'G. Achterberg' }], context: { encounter: [{ reference: 'Encounter/e1' }] },
      content: [{ attachment: { contentType: 'text/plain', data: Buffer.from('Schlief gut, 37,2 °C').toString('base64') } }],
    },
  );
  assert.deepEqual(record.noKnownAllergies, { at: '2025-11-18T09:00:00Z' });
  assert.deepEqual(record.allergies['b'], { substance: { display: 'Penicillin' }, reactions: { 1: { manifestation: 'Rash, Itch', severity: 'mild' } }, status: 'active', verification: 'refuted' });
  assert.deepEqual(stay?.notes, { n: { at: '2025-11-19T07:30:00.000Z', author: { name: 'G. Achterberg' }, kind: 'nursing', text: 'Schlief gut, 37,2 °C' } });
});

test('FHIR-4: ids are the caller\'s to make: the same names are asked for at every import', async () => {
  const asked: string[][] = [];
  for (let i = 0; i < 2; i++) {
    const names: string[] = [];
    const { patients } = await importOf(bundle(entry(PATIENT), entry(STAY)), { documentId: (source) => String(names.push(source)).padStart(32, '0') });
    assert.deepEqual([patients[0]?.document, patients[0]?.stays[0]?.document, patients[0]?.stays[0]?.stay.patient, patients[0]?.record.stays['e1']?.document], ['1', '2', '1', '2'].map((id) => id.padStart(32, '0')));
    asked.push(names);
  }
  assert.deepEqual(asked[0], asked[1]);
});

test('FHIR-1: the order of entries does not matter', async () => {
  const resources = [PATIENT, STAY, vital('a', '8867-4', 80, '/min'), vital('b', '9279-1', 18, '/min'), { resourceType: 'Condition', id: 'c', code: { text: 'Gout' }, subject: { reference: 'Patient/p1' }, encounter: { reference: 'Encounter/e1' } }];
  const forwards = await importOf(bundle(...resources.map((resource) => entry(resource))));
  const backwards = await importOf(bundle(...resources.toReversed().map((resource) => entry(resource))));
  assert.deepEqual(backwards, forwards);
});

test('FHIR-1: a long import says how far it is and lets others run', async () => {
  const many = Array.from({ length: 2000 }, (_, i) => entry(vital(`v${i}`, '8867-4', 60 + (i % 40), '/min', { effectiveDateTime: `2025-11-19T${String(i % 24).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00Z` })));
  const progress: number[] = [];
  let pauses = 0;
  await importOf(bundle(entry(PATIENT), entry(STAY), ...many), { onProgress: ({ done, total }) => { assert.equal(total, 2002); progress.push(done); }, pause: async () => { pauses += 1; } });
  assert.deepEqual(progress, [...progress].sort((a, b) => a - b));
  assert.equal(progress.at(-1), 2002);
  assert.ok(pauses >= 8);
});
