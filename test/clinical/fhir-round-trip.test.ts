import { test } from 'node:test';
import fc from 'fast-check';
import { afterEntries, demoWard } from '../../protocol/clinical/demo-ward.ts';
import { generatedPatient } from './arbitrary.ts';
import { assertRoundTrip } from './round-trip-check.ts';

test('FHIR-3: a generated patient comes back from an export the same, ids included, and the bundle is valid', async () => {
  await fc.assert(fc.asyncProperty(generatedPatient, fc.constantFrom('collection' as const, 'transaction' as const), fc.boolean(), async ({ document, record, stays }, type, news2) => {
    await assertRoundTrip(document, record, stays, { type, news2 });
  }), { numRuns: 200 });
});

test('FHIR-3: every patient of a demonstration ward comes back the same: notes, oxygen, consciousness, corrections, orders, drug rounds', async () => {
  const ward = demoWard({ seed: 11, now: Date.UTC(2025, 10, 20, 14, 37) });
  for (const { patient, record, stay, admitted, entries } of ward.patients) {
    await assertRoundTrip(patient, record, [{ document: stay, stay: afterEntries(admitted, entries) }]);
  }
});
