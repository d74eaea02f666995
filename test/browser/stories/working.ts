/** People at work: what one enters, the others see, without loading a page again. */
import assert from 'node:assert/strict';
import type { Scene } from '../scene.ts';

const HEART_RATE = 92;
const FROM_HEADLESS = 141;

export async function observationsReachEverybody({ desk, one, two, headless, patients: [first = ''], browser }: Scene): Promise<void> {
  for (const page of [desk, one, two]) {
    await page.page.evaluate(() => { document.documentElement.dataset['sinceWhen'] = 'the beginning'; });
    await page.openPatient(first, 'observations');
  }
  const history = await desk.recordSync();
  await desk.observe({ respirations: 22, saturation: 95, systolic: 108, diastolic: 64, pulse: HEART_RATE, temperature: 37.4 });
  await desk.picture('observed');
  await headless.sees(() => Object.values(headless.stayOf(first).value.observations).some(({ heartRate, author }) => heartRate === HEART_RATE && author.name !== ''));
  for (const page of [desk, one, two]) await page.seeRow(String(HEART_RATE), '108/64');
  await desk.seeRow(String(HEART_RATE), 'Backed up');
  await desk.seeSync(/^Sync status: Backed up/);
  assertInOrder(await history(), [/^Saving|^Saved here|^On 1 other device|^Backed up/, /^Backed up/]);

  await headless.chart.addObservations(headless.stayOf(first).id, { at: new Date().toISOString(), heartRate: FROM_HEADLESS, respiratoryRate: 31, spo2: 90, spo2Scale: 1 });
  for (const page of [desk, one, two]) await page.seeRow(String(FROM_HEADLESS));
  for (const page of [desk, one, two]) {
    assert.equal(await page.page.evaluate(() => document.documentElement.dataset['sinceWhen']), 'the beginning', 'no page was loaded again');
    await page.picture('observations');
    await page.toBoard();
    // 3 for respirations, 3 for saturation, 3 for the pulse.
    await page.page.locator('.bed-card').first().getByText('9', { exact: true }).waitFor();
  }
  assert.deepEqual(browser.takeComplaints(), []);
}

export async function notesReachEverybody({ desk, one, two, headless, patients: [, second = ''], browser, typed }: Scene): Promise<void> {
  const pages = [desk, one, two];
  for (const page of pages) await page.openPatient(second, 'notes');
  for (const [index, writer] of pages.entries()) {
    const text = `Quiet night ${index}, zweifellosgut`;
    typed.push(text);
    await writer.note(text);
    for (const page of pages) await page.see(text);
    await headless.sees(() => Object.values(headless.stayOf(second).value.notes).some((note) => note.text === text));
  }
  const note = 'From the headless client, unverwechselbar';
  typed.push(note);
  await headless.chart.addNote(headless.stayOf(second).id, { at: new Date().toISOString(), kind: 'nursing', text: note });
  for (const page of pages) await page.see(note);
  for (const page of pages) await page.seeSync(/^Sync status: Backed up/);
  await one.picture('notes');
  assert.deepEqual(browser.takeComplaints(), []);
}

/** A tablet's page reaches its own tablet alone; what it says of other devices it has from what these signed. */
export async function tabletSaysWhoHoldsIt({ ward, one, two, patients: [, second = ''], typed, browser }: Scene): Promise<void> {
  await ward.stop('archive');
  for (const page of [one, two]) await page.openPatient(second, 'notes');
  const text = 'Written while the archive was off, unverkennbar';
  typed.push(text);
  await one.note(text);
  await two.see(text);
  // The other tablet, the admin's computer and the headless client; then the archive as well.
  await one.seeSync(/^Sync status: On 3 other devices.*Archive/);
  await one.picture('held-elsewhere');
  await ward.start('archive');
  await one.seeSync(/^Sync status: Backed up.*On 4 other devices/);
  await one.picture('held-and-backed-up');
  // The desk's page was without its server meanwhile.
  browser.takeComplaints();
}

/** Each of the steps is somewhere in the lines, in this order. */
function assertInOrder(lines: readonly string[], steps: readonly RegExp[]): void {
  let from = 0;
  for (const step of steps) {
    const at = lines.findIndex((line, index) => index >= from && step.test(line));
    assert.notEqual(at, -1, `${step} not in ${JSON.stringify(lines)} from ${from}`);
    from = at;
  }
}
