import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canariesFrom } from '../multi-host/canaries.ts';
import { chromiumMissing } from '../support/trusting-chromium.ts';
import { WardBrowser } from './chromium.ts';
import { LoopbackWard } from './ward.ts';
import { WardPage } from './ward-page.ts';

const PASSWORD = 'seven herons over the weir';

test('GLASS-3, GLASS-5, GLASS-6: on real pages somebody of no care team opens a patient in an emergency, writes, and is ended and reviewed by an admin', { timeout: 240_000, skip: chromiumMissing }, async (t) => {
  const canaries = canariesFrom(12);
  const [number = ''] = Object.values(canaries.patients[0]?.record.identifiers ?? {});
  const family = canaries.patients[0]?.record.name.family ?? '';
  const ward = await LoopbackWard.start(t, canaries);
  const browser = await WardBrowser.start(t, ward.authority);
  if (browser === undefined) return;
  const admin = await WardPage.open(browser, 'admin', `${ward.url('tablet-1')}#join=${await ward.tabletCode('tablet-1')}`);
  await admin.enrol();
  await admin.unlock(ward.people.admin, canaries.patients.length);

  await admin.go('#/emergency');
  await admin.see('This ward has no emergency opening yet.');
  await admin.go('#/ward/unlock');
  await admin.page.locator('label').filter({ hasText: '2 of 3' }).click();
  await admin.page.getByRole('button', { name: 'Put this unlock rule in force' }).click();
  await admin.see('2 of 3 devices have to answer.');
  await admin.go('#/ward/people');
  await admin.page.getByLabel('Name', { exact: true }).fill('Eli Dipper');
  await admin.page.getByLabel('Name to log in with').fill('dipper-9');
  await admin.page.getByRole('button', { name: 'Add', exact: true }).click();
  const temporary = (await admin.page.locator('.recovery-code').textContent() ?? '').trim();
  await admin.page.getByRole('button', { name: 'I have noted it' }).click();
  // An admin's unlock deals the ward's break-glass key to the nodes, and makes the records ready.
  await admin.lock();
  await admin.unlock(ward.people.admin, canaries.patients.length);
  await admin.go('#/emergency');
  await admin.page.getByRole('searchbox', { name: 'Record number or bed' }).fill(number);
  await admin.page.getByRole('button', { name: 'Look for it' }).click();
  await admin.see('In one of your teams');

  const theirs = await WardPage.open(browser, 'theirs', `${ward.url('tablet-2')}#join=${await ward.tabletCode('tablet-2')}`);
  await theirs.enrol();
  await theirs.typeLogin({ handle: 'dipper-9', password: temporary });
  await theirs.page.getByLabel('Password now', { exact: true }).fill(temporary);
  await theirs.page.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await theirs.page.getByLabel('New password once more').fill(PASSWORD);
  await theirs.page.getByRole('button', { name: 'Change the password' }).click();
  await theirs.page.getByRole('heading', { name: 'Ward board' }).waitFor();
  await ward.settled();
  await theirs.go('#/emergency');
  const found = theirs.page.getByRole('button', { name: /^Open in an emergency/ });
  // What the records carry for emergencies comes by sync, so it is looked for until it is there.
  const patience = Date.now() + 20_000;
  while (Date.now() < patience && await found.count() === 0) {
    await theirs.page.getByRole('searchbox', { name: 'Record number or bed' }).fill(number);
    await theirs.page.getByRole('button', { name: 'Look for it' }).click();
    await theirs.page.getByText(/patient has “|No patient has the number/).waitFor();
  }
  assert.ok(!(await theirs.text()).includes(family), 'no name before it is open');
  await found.click();
  await theirs.page.getByRole('radio', { name: 'Resuscitation' }).check();
  await theirs.page.getByRole('button', { name: 'Write it down and open' }).click();
  await theirs.page.getByRole('heading', { name: new RegExp(family) }).waitFor();
  await theirs.see(/Opened in an emergency: (59 min|1 h) left/);
  await theirs.observe({ respirations: 27, saturation: 91, systolic: 95, diastolic: 50, pulse: 123, temperature: 38.4 });
  await theirs.picture('open-in-an-emergency');

  await admin.page.getByRole('button', { name: /^Signed in as/ }).click();
  await admin.page.getByLabel('1 not reviewed').waitFor();
  await admin.page.getByRole('link', { name: 'Emergency openings' }).click();
  const use = admin.page.locator('.emergency-use');
  await use.getByRole('heading', { name: new RegExp(family) }).waitFor();
  await use.getByText('Resuscitation').waitFor();
  await use.getByRole('button', { name: /^End now/ }).click();
  await admin.page.getByRole('button', { name: 'Yes, end it' }).click();
  await theirs.see(`${canaries.users.admin.name} ended the emergency opening.`);
  await theirs.page.getByRole('heading', { name: 'Ward board' }).waitFor();
  assert.ok(!(await theirs.text()).includes(family), 'closed');
  await admin.page.getByRole('button', { name: /^In order/ }).click();
  await admin.see('Everything is reviewed.');
  await admin.picture('reviewed');
  assert.deepEqual(browser.strayed, []);
  assert.deepEqual(browser.takeComplaints(), []);
});
