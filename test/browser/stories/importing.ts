/** A record of tens of megabytes comes in through a page, which goes on being used meanwhile. */
import assert from 'node:assert/strict';
import type { Scene } from '../scene.ts';

const STAYS = 40;
const MEASUREMENTS = 500;
const FAMILY = 'Quellinghast';
const HALF_HOUR = 1_800_000;

export async function bigRecordComesIn({ t, desk, headless, patients: [first = ''], canaries }: Scene): Promise<void> {
  const file = Buffer.from(JSON.stringify(bundle()));
  assert.ok(file.length > 20_000_000, `${file.length} bytes`);
  const { page } = desk;
  await page.evaluate(() => { location.hash = '#/import'; });
  await page.getByLabel('FHIR file').setInputFiles({ name: 'long-history.json', mimeType: 'application/fhir+json', buffer: file });
  await page.getByText('long-history.json').waitFor();
  const tasks = await page.evaluateHandle(() => {
    const long = { longest: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) long.longest = Math.max(long.longest, duration);
    }).observe({ type: 'longtask' });
    return long;
  });
  const begun = performance.now();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('progressbar').waitFor();
  await desk.toBoard();
  await desk.openPatient(first, 'observations');
  await page.evaluate(() => { location.hash = '#/import'; });
  await page.getByRole('button', { name: 'Importing…' }).waitFor();
  await page.getByRole('heading', { name: 'Import finished' }).waitFor({ timeout: 120_000 });
  t.diagnostic(`${(file.length / 1e6).toFixed(0)} MB imported through a page in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  t.diagnostic(`longest task of the page meanwhile: ${await tasks.evaluate(({ longest }) => (longest === 0 ? 'under 50' : longest.toFixed(0)))} ms`);
  const figures = await page.locator('.figures dd').allTextContents();
  assert.deepEqual(figures.map((text) => Number(text.replaceAll(/\D/g, ''))), [1, STAYS, STAYS + 1, 0, 0]);
  await headless.sees(() => [...headless.chart.patients()].some(({ record }) => record.name?.family === FAMILY));
  await desk.toBoard();
  await desk.board(canaries.patients.length);
}

function bundle(): unknown {
  const patient = 'urn:uuid:00000000-0000-4000-8000-000000000000';
  const entries: unknown[] = [{ fullUrl: patient, resource: { resourceType: 'Patient', id: patient.slice(9), name: [{ use: 'official', family: FAMILY, given: ['Odo'] }], gender: 'male', birthDate: '1950-01-01' } }];
  for (let stay = 0; stay < STAYS; stay++) {
    const encounter = `urn:uuid:00000000-0000-4000-8001-${String(stay).padStart(12, '0')}`;
    const from = Date.UTC(1980 + stay, 3, 1);
    const at = (index: number): string => new Date(from + index * HALF_HOUR).toISOString();
    entries.push({ fullUrl: encounter, resource: { resourceType: 'Encounter', id: encounter.slice(9), status: 'finished', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' }, subject: { reference: patient }, period: { start: at(0), end: at(MEASUREMENTS) } } });
    for (let index = 0; index < MEASUREMENTS; index++) {
      const id = `00000000-0000-4000-8002-${String(stay * MEASUREMENTS + index).padStart(12, '0')}`;
      entries.push({ fullUrl: `urn:uuid:${id}`, resource: {
        resourceType: 'Observation', id, status: 'final', subject: { reference: patient }, encounter: { reference: encounter }, effectiveDateTime: at(index), issued: at(index),
        category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs', display: 'vital-signs' }] }],
        code: { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }], text: 'Heart rate' },
        valueQuantity: { value: 60 + (index % 40), unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${'Heart rate, measured by hand. '.repeat(12)}</div>` },
      } });
    }
  }
  return { resourceType: 'Bundle', type: 'transaction', entry: entries.map((entry) => ({ ...(entry as object), request: { method: 'POST', url: 'x' } })) };
}
