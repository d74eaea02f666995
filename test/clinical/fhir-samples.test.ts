import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { importFhir } from '../../protocol/clinical/fhir/import.ts';
import { mergeImported } from '../../protocol/clinical/fhir/merge.ts';
import { assertRoundTrip } from './round-trip-check.ts';

const FOLDER = new URL('../../../shared/fhir/', import.meta.url);

function samples(t: TestContext): readonly string[] {
  if (existsSync(FOLDER)) return readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  console.error('!!! ../shared/fhir is not here: the sample bundles are NOT tested');
  t.skip('../shared/fhir is absent');
  return [];
}

test('FHIR-1: every sample bundle is imported, and every one of its resources is in the record or a counted line of the report', async (t) => {
  for (const name of samples(t)) {
    const bytes = readFileSync(new URL(name, FOLDER));
    const imported = await importFhir(bytes);
    assert.ok(imported.ok, name);
    const { patients, report } = imported.value;
    assert.equal(patients.length, 1);
    const entries = (JSON.parse(bytes.toString()) as { entry: { resource: { resourceType: string } }[] }).entry;
    const counted = new Map<string, number>();
    for (const [line, count] of [...Object.entries(report.mapped), ...Object.entries(report.unmapped)]) {
      const type = line.split(' ')[0] ?? '';
      counted.set(type, (counted.get(type) ?? 0) + count);
    }
    const present = new Map<string, number>();
    for (const { resource: { resourceType } } of entries) present.set(resourceType, (present.get(resourceType) ?? 0) + 1);
    assert.deepEqual(counted, present, name);
    for (const type of ['Observation', 'Condition', 'AllergyIntolerance', 'MedicationRequest', 'Procedure', 'Immunization', 'Encounter']) {
      assert.equal(report.unmapped[type], undefined);
      assert.equal(report.mapped[type] ?? 0, present.get(type) ?? 0, `${name}: every ${type}`);
    }
    assert.deepEqual(report.invalid, {}, name);
  }
});

test('FHIR-3: every sample patient comes back from an export the same', async (t) => {
  for (const name of samples(t)) {
    const imported = await importFhir(readFileSync(new URL(name, FOLDER)));
    assert.ok(imported.ok);
    for (const { document, record, stays } of imported.value.patients) {
      await assertRoundTrip(document, record, stays);
      await assertRoundTrip(document, record, stays, { type: 'transaction', news2: false, timestamp: '2025-11-20T14:00:00Z' });
    }
  }
});

test('FHIR-4: importing the same file twice changes nothing', async (t) => {
  for (const name of samples(t)) {
    const bytes = readFileSync(new URL(name, FOLDER));
    const [first, second] = [await importFhir(bytes), await importFhir(bytes)];
    assert.ok(first.ok && second.ok);
    assert.deepEqual(second.value, first.value);
    const [before, after] = [first.value.patients[0], second.value.patients[0]];
    assert.ok(before && after);
    assert.equal(mergeImported(before.record, after.record).state, 'unchanged');
  }
});
