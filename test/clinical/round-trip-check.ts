/** What every exported bundle must be, and whether it comes back the same. Used by several tests. */
import assert from 'node:assert/strict';
import type { Bundle, FhirResource } from 'fhir/r4';
import { exportPatient, type ExportedStay, type ExportOptions } from '../../protocol/clinical/fhir/export.ts';
import { importBundle } from '../../protocol/clinical/fhir/import.ts';
import type { PatientRecord } from '../../protocol/clinical/model.ts';
import { objections } from './r4-definitions.ts';

/** Exports, checks the bundle, imports it and demands the same patient, ids included, with nothing left out. */
export async function assertRoundTrip(document: string, record: PatientRecord, stays: readonly ExportedStay[], options: ExportOptions = {}): Promise<Bundle<FhirResource>> {
  const bundle = exportPatient(document, record, stays, options);
  assertValidBundle(bundle);
  assert.deepEqual(objections(bundle), [], 'by the definitions of R4');
  const imported = await importBundle(JSON.parse(JSON.stringify(bundle)));
  assert.ok(imported.ok);
  const { patients, report } = imported.value;
  assert.equal(patients.length, 1);
  assert.equal(patients[0]?.document, document);
  assert.deepEqual(patients[0]?.record, record);
  assert.deepEqual(sorted(patients[0]?.stays ?? []), sorted(stays));
  assert.deepEqual(report.invalid, {});
  assert.deepEqual(report.converted, {});
  assert.deepEqual(report.dropped, {});
  assert.deepEqual(Object.keys(report.unmapped).filter((line) => line !== 'Observation (NEWS2 total: computed anew)'), []);
  return bundle;
}

function sorted(stays: readonly ExportedStay[]): readonly ExportedStay[] {
  return [...stays].map(({ document, stay }) => ({ document, stay })).sort((a, b) => (a.document < b.document ? -1 : 1));
}

/** Fields that R4 requires of the types we write (cardinality 1..). */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  Patient: [], Practitioner: [], Location: [],
  AllergyIntolerance: ['patient', 'code'],
  Condition: ['subject', 'code'],
  Immunization: ['status', 'vaccineCode', 'patient', 'occurrenceDateTime'],
  Procedure: ['status', 'subject', 'code'],
  MedicationRequest: ['status', 'intent', 'medicationCodeableConcept', 'subject'],
  MedicationAdministration: ['status', 'medicationCodeableConcept', 'subject', 'effectiveDateTime'],
  Encounter: ['status', 'class', 'subject'],
  DocumentReference: ['status', 'content', 'subject'],
  Observation: ['status', 'code', 'subject'],
};

const STATUS: Readonly<Record<string, readonly string[]>> = {
  Encounter: ['planned', 'arrived', 'triaged', 'in-progress', 'onleave', 'finished', 'cancelled', 'entered-in-error', 'unknown'],
  Observation: ['registered', 'preliminary', 'final', 'amended', 'corrected', 'cancelled', 'entered-in-error', 'unknown'],
  MedicationRequest: ['active', 'on-hold', 'cancelled', 'completed', 'entered-in-error', 'stopped', 'draft', 'unknown'],
  MedicationAdministration: ['in-progress', 'not-done', 'on-hold', 'completed', 'entered-in-error', 'stopped', 'unknown'],
  Immunization: ['completed', 'entered-in-error', 'not-done'],
  Procedure: ['preparation', 'in-progress', 'not-done', 'on-hold', 'stopped', 'completed', 'entered-in-error', 'unknown'],
  DocumentReference: ['current', 'superseded', 'entered-in-error'],
  Location: ['active', 'suspended', 'inactive'],
};

const DATE_TIME = /^([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1])(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?$/;
const TIME_FIELDS = new Set(['effectiveDateTime', 'occurrenceDateTime', 'performedDateTime', 'onsetDateTime', 'abatementDateTime', 'recordedDate', 'authoredOn', 'start', 'end', 'birthDate', 'deceasedDateTime', 'date']);

/** Structure, required fields, required value sets, invariants, and references. */
export function assertValidBundle(bundle: Bundle<FhirResource>): void {
  const urls = new Set<string>();
  const types = new Map<string, string>();
  for (const { fullUrl = '', resource, request } of bundle.entry ?? []) {
    assert.match(fullUrl, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(!urls.has(fullUrl), 'full URLs are unique');
    urls.add(fullUrl);
    types.set(fullUrl, resource?.resourceType ?? '');
    assert.equal(request !== undefined, bundle.type === 'transaction');
  }
  for (const { resource } of bundle.entry ?? []) {
    assert.ok(resource);
    assert.match(resource.id ?? '', /^[A-Za-z0-9\-.]{1,64}$/);
    assertResource(resource);
    assertValues(resource, resource.resourceType, (reference) => {
      assert.ok(urls.has(reference), `${resource.resourceType} refers to something that is not in the bundle`);
      return types.get(reference) ?? '';
    });
  }
}

function assertResource(resource: FhirResource): void {
  const fields = resource as unknown as Record<string, unknown>;
  const required = REQUIRED[resource.resourceType];
  assert.ok(required, `${resource.resourceType} is a type we write`);
  for (const field of required) assert.ok(fields[field] !== undefined || fields[`_${field}`] !== undefined, `${resource.resourceType}.${field} is required`);
  const statuses = STATUS[resource.resourceType];
  if (statuses !== undefined) assert.ok(statuses.includes(String(fields['status'])), `${resource.resourceType}.status ${String(fields['status'])}`);
  switch (resource.resourceType) {
    case 'Condition': {
      const inError = resource.verificationStatus?.coding?.[0]?.code === 'entered-in-error';
      assert.equal(inError && resource.clinicalStatus !== undefined, false, 'con-5');
      if (resource.abatementDateTime !== undefined) assert.ok(['inactive', 'resolved', 'remission'].includes(resource.clinicalStatus?.coding?.[0]?.code ?? ''), 'con-4');
      break;
    }
    case 'AllergyIntolerance': {
      const inError = resource.verificationStatus?.coding?.[0]?.code === 'entered-in-error';
      assert.equal(inError, resource.clinicalStatus === undefined, 'ait-1 and ait-2');
      break;
    }
    case 'Observation': {
      const vital = resource.category?.some((category) => category.coding?.some(({ code }) => code === 'vital-signs')) === true && resource.performer !== undefined;
      if (vital) {
        assert.ok(resource.effectiveDateTime ?? resource._effectiveDateTime, 'vital signs have a time');
        assert.ok(resource.component ?? resource.hasMember ?? resource.valueQuantity ?? resource.valueCodeableConcept ?? resource.dataAbsentReason, 'vs-2');
      }
      break;
    }
    default:
  }
}

function assertValues(value: unknown, path: string, typeOf: (reference: string) => string): void {
  if (Array.isArray(value)) {
    assert.ok(value.length > 0, `${path}: FHIR has no empty arrays`);
    for (const element of value as readonly unknown[]) assertValues(element, path, typeOf);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    assert.ok(entries.length > 0, `${path}: FHIR has no empty objects`);
    for (const [key, inner] of entries) {
      if (key === 'reference') assert.ok(typeOf(String(inner)) !== '');
      if (TIME_FIELDS.has(key)) assert.match(String(inner), DATE_TIME, `${path}.${key}`);
      if (key === 'system' && !path.endsWith('telecom')) assert.match(String(inner), /^\S+$/, `${path}.${key} is a URI`);
      assertValues(inner, `${path}.${key}`, typeOf);
    }
  } else {
    assert.notEqual(value, '', `${path}: FHIR has no empty texts`);
    assert.notEqual(value, null, path);
    assert.notEqual(value, undefined, path);
  }
}
