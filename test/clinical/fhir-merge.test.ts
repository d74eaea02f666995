import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeImported } from '../../protocol/clinical/fhir/merge.ts';
import type { PatientRecord, Stay } from '../../protocol/clinical/model.ts';
import { generatedPatient } from './arbitrary.ts';

const RECORD: PatientRecord = {
  kind: 'patient', schema: 1, name: { family: 'Haile', given: 'Almaz' }, identifiers: { a: '1' },
  allergies: {}, conditions: { c: { code: { display: 'Gout' }, status: 'active' } }, medications: {}, immunizations: {}, procedures: {}, measurements: {}, encounters: {}, stays: {},
};

test('FHIR-4: a document merged with itself is unchanged, and is the very same object', () => {
  fc.assert(fc.property(generatedPatient, ({ record, stays }) => {
    for (const document of [record, ...stays.map(({ stay }) => stay)]) {
      const merged = mergeImported<PatientRecord | Stay>(document, structuredClone(document));
      assert.equal(merged.state, 'unchanged');
      assert.equal(merged.value, document);
      assert.deepEqual(merged.differing, []);
    }
  }), { numRuns: 60 });
});

test('FHIR-4: what is new is added, and the edits alone lead to the merged value', () => {
  const imported: PatientRecord = { ...RECORD, sex: 'female', identifiers: { b: '2' }, conditions: { c: { code: { display: 'Gout' }, status: 'active', onset: '2020' }, d: { code: { display: 'Asthma' }, status: 'active' } } };
  const merged = mergeImported(RECORD, imported);
  assert.equal(merged.state, 'changed');
  assert.deepEqual(merged.edits, [
    { path: ['identifiers', 'b'], value: '2' },
    { path: ['conditions', 'c', 'onset'], value: '2020' },
    { path: ['conditions', 'd'], value: { code: { display: 'Asthma' }, status: 'active' } },
    { path: ['sex'], value: 'female' },
  ]);
  assert.deepEqual(merged.value.identifiers, { a: '1', b: '2' });
  assert.equal(mergeImported(merged.value, imported).state, 'unchanged');
  assert.equal(RECORD.sex, undefined, 'the document that was here is not touched');
});

test('FHIR-4: what differs stays as it is here and is listed with both values', () => {
  const here: PatientRecord = { ...RECORD, conditions: { c: { code: { display: 'Gout' }, status: 'resolved', enteredInError: { at: '2025-01-01T00:00:00Z', author: { name: 'N' }, reason: 'wrong patient' } } } };
  const merged = mergeImported(here, { ...RECORD, name: { family: 'Haile', given: 'Almas' } });
  assert.equal(merged.state, 'unchanged');
  assert.deepEqual(merged.differing, [
    { path: ['name'], here: { family: 'Haile', given: 'Almaz' }, imported: { family: 'Haile', given: 'Almas' } },
    { path: ['conditions', 'c', 'status'], here: 'resolved', imported: 'active' },
  ]);
});

test('FHIR-4: a record and a stay are never one document', () => {
  assert.throws(() => mergeImported<PatientRecord | Stay>(RECORD, { kind: 'stay', schema: 1, patient: '', status: 'planned', start: '', observations: {}, measurements: {}, notes: {}, orders: {}, administrations: {} }), TypeError);
});
