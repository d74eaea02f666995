import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Bundle, FhirResource, Observation, Patient } from 'fhir/r4';
import { afterEntries, demoWard } from '../../protocol/clinical/demo-ward.ts';
import { exportAudit } from '../../protocol/clinical/fhir/export-audit.ts';
import { exportPatient } from '../../protocol/clinical/fhir/export.ts';
import { importFhir } from '../../protocol/clinical/fhir/import.ts';
import { objections } from './r4-definitions.ts';

const FOLDER = new URL('../../../shared/fhir/', import.meta.url);
const WARD = demoWard({ seed: 23, now: Date.UTC(2025, 10, 20, 14, 37) });

function demoBundle(index: number): Bundle<FhirResource> {
  const { patient, record, stay, admitted, entries } = WARD.patients[index] ?? assert.fail();
  return exportPatient(patient, record, [{ document: stay, stay: afterEntries(admitted, entries) }]);
}

test('FHIR-3: by HL7’s definitions of R4 the export of every sample patient is valid', async (t) => {
  if (!existsSync(FOLDER)) {
    console.error('!!! ../shared/fhir is not here: the exports of the samples are NOT validated');
    return t.skip('../shared/fhir is absent');
  }
  let resources = 0;
  for (const name of readdirSync(FOLDER).filter((each) => each.endsWith('.json'))) {
    const imported = await importFhir(readFileSync(new URL(name, FOLDER)));
    assert.ok(imported.ok);
    for (const { document, record, stays } of imported.value.patients) {
      for (const options of [{}, { type: 'transaction', news2: false, timestamp: '2025-11-20T14:00:00Z' } as const]) {
        const bundle = exportPatient(document, record, stays, options);
        assert.deepEqual(objections(bundle), [], name);
        resources += bundle.entry?.length ?? 0;
      }
    }
  }
  t.diagnostic(`${resources} resources`);
  assert.ok(resources > 2_000);
});

test('FHIR-3: by HL7’s definitions of R4 the export of every patient of a demonstration ward is valid', () => {
  for (const index of WARD.patients.keys()) assert.deepEqual(objections(demoBundle(index)), []);
});

test('AUDIT-5: by HL7’s definitions of R4 the export of the read audit is valid', () => {
  const row = { key: 'one', at: '2026-03-04T05:06:07.890Z', how: 'screen', user: { id: 'a1', name: 'Amara Okafor' }, device: { id: 'd1', name: 'Tablet' }, patient: { id: 'p1', name: 'Okonjo, Ife' }, documents: ['p1', 's1'] } as const;
  assert.deepEqual(objections(exportAudit([row, { ...row, key: 'two', how: 'export' }], '2026-03-04T06:00:00Z')), []);
});

test('FHIR-3: the definitions find what is wrong, wherever it is', () => {
  const patientOf = (bundle: Bundle<FhirResource>): Patient => bundle.entry?.map(({ resource }) => resource).find((resource) => resource?.resourceType === 'Patient') ?? assert.fail();
  const observationOf = (bundle: Bundle<FhirResource>): Observation => bundle.entry?.map(({ resource }) => resource).find((resource) => resource?.resourceType === 'Observation') ?? assert.fail();
  const wrongs: Readonly<Record<string, (bundle: Bundle<FhirResource>) => unknown>> = {
    'a code that is none': (bundle) => Reflect.set(patientOf(bundle), 'gender', 'blue'),
    'a field that R4 does not have': (bundle) => Reflect.set(patientOf(bundle), 'nickname', 'Bo'),
    'a field of another resource': (bundle) => Reflect.set(patientOf(bundle), 'status', 'final'),
    'a status that is none': (bundle) => Reflect.set(observationOf(bundle), 'status', 'done'),
    'a required field that is missing': (bundle) => Reflect.deleteProperty(observationOf(bundle), 'code'),
    'one where there is a list': (bundle) => Reflect.set(patientOf(bundle), 'name', { family: 'Haile' }),
    'a list where there is one': (bundle) => Reflect.set(observationOf(bundle), 'code', [{ text: 'pulse' }]),
    'a date that is none': (bundle) => Reflect.set(patientOf(bundle), 'birthDate', 'yesterday'),
    'a text for a flag': (bundle) => Reflect.set(patientOf(bundle), 'active', 'yes'),
    'a type of bundle that is none': (bundle) => Reflect.set(bundle, 'type', 'parcel'),
    'a resource that is none': (bundle) => Reflect.set(patientOf(bundle), 'resourceType', 'Person of interest'),
  };
  for (const [what, spoil] of Object.entries(wrongs)) {
    const bundle = demoBundle(0);
    assert.deepEqual(objections(bundle), []);
    spoil(bundle);
    assert.notDeepEqual(objections(bundle), [], what);
  }
});
