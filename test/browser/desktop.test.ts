import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canariesFrom } from '../multi-host/canaries.ts';
import { chromiumMissing } from '../support/trusting-chromium.ts';
import { WardBrowser } from './chromium.ts';
import { LoopbackWard } from './ward.ts';
import { WardPage } from './ward-page.ts';

const HELD_SHORT = 'At this desktop you can look, and change nothing here';

test('PAGE-9: behind a real bridge an admin writes a note and changes nobody, until a tablet says that desktops may', { timeout: 240_000, skip: chromiumMissing }, async (t) => {
  const canaries = canariesFrom(19);
  const ward = await LoopbackWard.start(t, canaries);
  const browser = await WardBrowser.start(t, ward.authority);
  if (browser === undefined) return;
  const patients = canaries.patients.length;
  const [patient = ''] = ward.patients();
  const desk = await WardPage.open(browser, 'desk', `${ward.url('desk')}#join=${await ward.invite('archive', 'Office')}`);
  await desk.enrol();
  await desk.unlock(ward.people.admin, patients);
  await desk.openPatient(patient, 'notes');
  await desk.note('written at a desk');

  await desk.go('#/ward/people');
  await desk.see(HELD_SHORT);
  await addPerson(desk, 'Eli Dipper', 'dipper-9');
  await desk.see('Not at a desktop');
  await desk.page.getByRole('heading', { name: '3 people' }).waitFor();
  await desk.picture('held-short');
  await desk.go('#/devices');
  await desk.see('Office');
  assert.equal(await desk.page.getByRole('button', { name: /is lost/ }).count(), 0, 'no device is shut out from here');

  const tablet = await WardPage.open(browser, 'tablet', `${ward.url('tablet-1')}#join=${await ward.tabletCode('tablet-1')}`);
  await tablet.enrol();
  await tablet.unlock(ward.people.admin, patients);
  await tablet.go('#/ward/unlock');
  const rule = tablet.page.locator('form').filter({ has: tablet.page.getByRole('heading', { name: 'Admins at desktops' }) });
  await rule.getByRole('radio', { name: /^Everything/ }).check();
  await rule.getByRole('button', { name: 'Put it in force' }).click();
  await tablet.see('In force, as soon as the desktops have heard of it.');

  await desk.go('#/ward/people');
  await desk.page.getByText(HELD_SHORT).waitFor({ state: 'detached' });
  await addPerson(desk, 'Eli Dipper', 'dipper-9');
  await desk.page.getByRole('button', { name: 'I have noted it' }).click();
  await desk.page.getByRole('heading', { name: '4 people' }).waitFor();
  await tablet.go('#/ward/people');
  await tablet.page.getByRole('heading', { name: '4 people' }).waitFor();

  // One tab of a browser has the store at a time; the next one waits, and opens by itself.
  const next = await WardPage.open(browser, 'next-tab', ward.url('desk'));
  await next.see('is in use by another tab or window. Close that one, and this one opens.');
  await desk.page.close();
  await next.page.getByRole('button', { name: 'Unlock' }).waitFor();
  assert.deepEqual(browser.strayed, []);
});

async function addPerson({ page }: WardPage, name: string, handle: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Name to log in with').fill(handle);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
}
