import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { canariesFrom } from '../multi-host/canaries.ts';
import { chromiumMissing } from '../support/trusting-chromium.ts';
import { WardBrowser } from './chromium.ts';
import { LoopbackWard } from './ward.ts';
import { WardPage } from './ward-page.ts';

const HELD_SHORT = 'At this desktop you can look, and change nothing here';

test('PAGE-9, DOC-9: behind a real bridge an admin writes a note and changes nobody, until a tablet says that desktops may', { timeout: 240_000, skip: chromiumMissing }, async (t) => {
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
  // The record names somebody whom the ward does not know; the note of now is by whom it names.
  await desk.see('(brought in by');
  assert.equal(await desk.page.locator('.note').count(), 2);
  assert.equal(await desk.page.getByText('brought in by').count(), 1);

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
  await rule.getByRole('button', { name: 'Put this desktop rule in force' }).click();
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

test('PAGE-7: a desktop where nobody unlocked for 30 days opens nothing in a real browser, and is let in anew with a code', { timeout: 240_000, skip: chromiumMissing }, async (t) => {
  const canaries = canariesFrom(23);
  const ward = await LoopbackWard.start(t, canaries);
  const browser = await WardBrowser.start(t, ward.authority);
  if (browser === undefined) return;
  const patients = canaries.patients.length;
  const desk = await WardPage.open(browser, 'old-desk', `${ward.url('desk')}#join=${await ward.invite('archive', 'Old office')}`);
  await desk.enrol();
  await desk.unlock(ward.people.admin, patients);
  await desk.lock();

  await later(desk.page, 32);
  await desk.typeLogin(ward.people.admin);
  await desk.see('Nobody has unlocked in this browser for 30 days');
  assert.equal(await desk.page.locator('.bed-card').count(), 0);
  await desk.picture('disused');
  await desk.page.getByRole('button', { name: 'Let this browser in anew' }).click();
  await desk.page.getByRole('heading', { name: 'Add this device to a ward' }).waitFor();

  await desk.page.goto('about:blank');
  await desk.page.goto(`${ward.url('desk')}#join=${await ward.invite('archive', 'New office')}`);
  await desk.enrol();
  await desk.unlock(ward.people.admin, patients);
  assert.deepEqual(browser.strayed, []);
});

/** From now on the worker has a clock that is so many days ahead. */
async function later(page: Page, days: number): Promise<void> {
  const [worker, ...others] = page.workers();
  assert.ok(worker !== undefined && others.length === 0);
  await worker.evaluate((ahead) => {
    const now = Date.now;
    Date.now = () => now() + ahead;
  }, days * 24 * 60 * 60 * 1000);
}

async function addPerson({ page }: WardPage, name: string, handle: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Name to log in with').fill(handle);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
}
