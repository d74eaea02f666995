import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import type { Bundle, FhirResource } from 'fhir/r4';
import { Chart } from '../../protocol/chart/chart.ts';
import { exportBundle, importBundle } from '../../protocol/chart/fhir.ts';
import { defaultTeam } from '../../protocol/chart/teams.ts';
import { afterEntries, demoWard } from '../../protocol/clinical/demo-ward.ts';
import { exportPatient } from '../../protocol/clinical/fhir/export.ts';
import type { Stay } from '../../protocol/clinical/model.ts';
import { hexOf, type TeamId } from '../../protocol/codec/ids.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { environment, found, unlock } from '../ward/small-ward.ts';

const SAMPLES = new URL('../../../shared/fhir/', import.meta.url);
const WARD = demoWard({ seed: 41, now: Date.UTC(2025, 10, 20, 14, 37), patients: 1 });
const [DEMO] = WARD.patients;
assert.ok(DEMO);

interface Office {
  readonly replica: Replica;
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
  return { replica: place.replica, chart: new Chart(session, environment), team: defaultTeam(place.replica.state(), session.user) };
}

/** The demonstration's patient as another ward would send them, the stay as `change` leaves it. */
function bundleOf(change: (stay: Stay) => Stay = (stay) => stay): Bundle<FhirResource> {
  assert.ok(DEMO);
  const stay = afterEntries(DEMO.admitted, DEMO.entries.slice(0, 10));
  return exportPatient(DEMO.patient, DEMO.record, [{ document: DEMO.stay, stay: change(stay) }]);
}

function bytesOf(bundle: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(bundle));
}

/** Changesets of each document. */
async function changesets(replica: Replica): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const document of replica.documents()) {
    for (const { author } of replica.frontier(document)) {
      const items = await replica.read({ document, author }, 1, { maxItems: 100_000, maxBytes: 1e9 });
      const written = items.filter(({ fields }) => fields.content.type === 'changeset').length;
      if (written > 0) counts.set(hexOf(document), (counts.get(hexOf(document)) ?? 0) + written);
    }
  }
  return counts;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, count) => all + count, 0);
}

test('FHIR-4: the same bundle again changes nothing, in the record and in the stay, and writes nothing', async (t) => {
  const { replica, chart, team } = await office(t);
  const first = await importBundle(chart, team, bytesOf(bundleOf()));
  assert.deepEqual([first.patients, first.stays, first.created, first.changed, first.unchanged], [1, 1, 2, 0, 0]);
  const before = replica.count;
  const again = await importBundle(chart, team, bytesOf(bundleOf()));
  assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, 2]);
  assert.equal(replica.count, before);
});

test('FHIR-4: an updated bundle adds to a stay that is here, as to the record; what differs stays as it is here, and is listed', async (t) => {
  const { replica, chart, team } = await office(t);
  await importBundle(chart, team, bytesOf(bundleOf()));
  const [patient] = [...chart.patients()];
  assert.ok(patient);
  const stayOf = (): Stay => {
    const document = chart.findImported('stay', DEMO?.stay ?? '');
    return chart.stay(document ?? '') ?? assert.fail();
  };
  const before = stayOf();
  const later = '2025-11-21T08:00:00Z';
  const updated = bundleOf((stay) => ({
    ...stay,
    bed: 'Z9',
    notes: { ...stay.notes, 'n-late': { at: later, kind: 'medical', text: 'Seen on the round.', author: { name: 'Dr Other' } } },
  }));
  const summary = await importBundle(chart, team, bytesOf(updated));
  assert.deepEqual([summary.created, summary.changed, summary.unchanged], [0, 1, 1], 'the stay was changed, the record was not');
  const after = stayOf();
  assert.equal(Object.keys(after.notes).length, Object.keys(before.notes).length + 1);
  assert.equal(Object.values(after.notes).some(({ text }) => text === 'Seen on the round.'), true);
  assert.equal(after.bed, before.bed, 'what is here stays');
  assert.deepEqual(Object.keys(summary.unmapped).filter((line) => line.includes('differs here')), ['bed — differs here; kept as it is']);
  const count = replica.count;
  const again = await importBundle(chart, team, bytesOf(updated));
  assert.deepEqual([again.created, again.changed, again.unchanged], [0, 0, 2]);
  assert.equal(replica.count, count, 'and the second time there is nothing to add');
});

test('FHIR-4: status and end of a stay are one fact, and the record’s line says what the stay says', async (t) => {
  const { chart, team } = await office(t);
  const end = '2025-11-21T08:00:00Z';
  const lines = (): unknown => Object.values(chart.patient(chart.findImported('patient', DEMO?.patient ?? '') ?? '')?.stays ?? {}).map((line) => line.end);
  const stayNow = (): Stay => chart.stay(chart.findImported('stay', DEMO?.stay ?? '') ?? '') ?? assert.fail();
  await importBundle(chart, team, bytesOf(bundleOf()));
  assert.deepEqual([stayNow().status, stayNow().end, lines()], ['in-progress', undefined, [undefined]]);

  const ended = await importBundle(chart, team, bytesOf(bundleOf((stay) => ({ ...stay, status: 'finished', end }))));
  assert.deepEqual([stayNow().status, stayNow().end, lines()], ['in-progress', undefined, [undefined]], 'who lies in a bed here goes home when somebody here says so');
  assert.deepEqual(Object.keys(ended.unmapped).filter((line) => line.includes('differs here')).sort(), ['end — differs here; kept as it is', 'status — differs here; kept as it is']);

  await chart.edit(chart.findImported('stay', DEMO?.stay ?? '') ?? '', (draft) => { Reflect.set(draft, 'status', 'finished'); });
  await importBundle(chart, team, bytesOf(bundleOf((stay) => ({ ...stay, status: 'finished', end }))));
  assert.deepEqual([stayNow().status, stayNow().end, lines()], ['finished', end, [end]]);
});

test('FHIR-4: a stay that a later bundle brings is added to the patient that is here', async (t) => {
  const { chart, team } = await office(t);
  assert.ok(DEMO);
  const stay = afterEntries(DEMO.admitted, DEMO.entries.slice(0, 4));
  const record = { ...DEMO.record, stays: {} };
  await importBundle(chart, team, bytesOf(exportPatient(DEMO.patient, record, [])));
  const summary = await importBundle(chart, team, bytesOf(exportPatient(DEMO.patient, DEMO.record, [{ document: DEMO.stay, stay }])));
  assert.deepEqual([summary.created, summary.stays], [1, 1]);
  const patient = chart.findImported('patient', DEMO.patient) ?? assert.fail();
  assert.equal(Object.keys(chart.patient(patient)?.stays ?? {}).length, 1);
  const exported = exportBundle(chart, patient, environment.clock.now()) ?? assert.fail();
  assert.ok(exported.json.includes('"Encounter"'));
});

test('FHIR-1: a patient is one record document and one for each stay, in few changesets', async (t) => {
  const written = await importedOneByOne(t, [bytesOf(bundleOf())]);
  assert.equal(written, 3);
});

test('FHIR-1: every sample patient is one record document and one for each stay, in few changesets', async (t) => {
  const names = existsSync(SAMPLES) ? readdirSync(SAMPLES).filter((name) => name.endsWith('.json')) : [];
  if (names.length === 0) {
    console.error('!!! ../shared/fhir is not here: the changesets of the samples are NOT counted');
    return t.skip('../shared/fhir is absent');
  }
  const written = await importedOneByOne(t, names.map((name) => readFileSync(new URL(name, SAMPLES))));
  t.diagnostic(`${names.length} patients, ${written} changesets`);
});

/** Checks the bound at each; how many changesets there were in all. One for the record, and for each stay itself and its line there. */
async function importedOneByOne(t: TestContext, bundles: readonly Uint8Array[]): Promise<number> {
  const { replica, chart, team } = await office(t);
  const first = await changesets(replica);
  let before = first;
  for (const bytes of bundles) {
    const summary = await importBundle(chart, team, bytes);
    const after = await changesets(replica);
    assert.equal([...after.keys()].filter((document) => !before.has(document)).length, 1 + summary.stays, 'one document for the record, and one for each stay');
    const written = sum(after) - sum(before);
    assert.ok(written <= 1 + 2 * summary.stays, `${written} changesets for ${summary.stays} stays, of ${bytes.length} bytes`);
    before = after;
  }
  return sum(before) - sum(first);
}
