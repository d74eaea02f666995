import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canariesFrom } from '../multi-host/canaries.ts';
import { chromiumMissing } from '../support/trusting-chromium.ts';
import { WardBrowser } from './chromium.ts';
import { LoopbackWard } from './ward.ts';
import { WardPage } from './ward-page.ts';

const FIRST = 'seven herons over the weir';
const SECOND = 'eight swifts under the eaves';

test('UNLOCK-7, LOG-16, LOCK-4: on real pages an admin sets the unlock policy and adds somebody, who chooses a password, forgets it, comes back by the kit, and is removed', { timeout: 240_000, skip: chromiumMissing }, async (t) => {
  const canaries = canariesFrom(11);
  const ward = await LoopbackWard.start(t, canaries);
  const browser = await WardBrowser.start(t, ward.authority);
  if (browser === undefined) return;
  const patients = canaries.patients.length;
  const admin = await WardPage.open(browser, 'admin', `${ward.url('tablet-1')}#join=${await ward.tabletCode('tablet-1')}`);
  await admin.enrol();
  await admin.unlock(ward.people.admin, patients);

  await admin.go('#/ward/unlock');
  await admin.page.locator('label').filter({ hasText: '2 of 3' }).click();
  await admin.page.getByRole('button', { name: 'Put this unlock rule in force' }).click();
  await admin.see('2 of 3 devices have to answer.');
  await admin.page.getByRole('radio', { name: '12 hours' }).check();
  await admin.page.locator('form').filter({ has: admin.page.getByRole('radio', { name: '12 hours' }) }).getByRole('button', { name: 'Put this PIN rule in force' }).click();
  await admin.see('A PIN opens for 12 hours after a password.');

  await admin.go('#/ward/people');
  await admin.page.getByLabel('Name', { exact: true }).fill('Eli Dipper');
  await admin.page.getByLabel('Name to log in with').fill('dipper-9');
  await admin.page.getByRole('group', { name: 'Care teams' }).getByRole('checkbox').first().check();
  await admin.page.getByRole('button', { name: 'Add', exact: true }).click();
  const temporary = (await admin.page.locator('.recovery-code').textContent() ?? '').trim();
  assert.ok(temporary.length >= 20, 'a temporary password');
  await admin.page.getByRole('button', { name: 'I have noted it' }).click();
  await admin.page.getByRole('heading', { name: '4 people' }).waitFor();
  assert.ok(!(await admin.text()).includes(temporary), 'shown once');

  const theirs = await WardPage.open(browser, 'theirs', `${ward.url('tablet-2')}#join=${await ward.tabletCode('tablet-2')}`);
  await theirs.enrol();
  await theirs.typeLogin({ handle: 'dipper-9', password: temporary });
  await theirs.page.getByRole('heading', { name: 'Choose your own password' }).waitFor();
  await theirs.page.getByLabel('Password now', { exact: true }).fill(temporary);
  await chooseNew(theirs, FIRST);
  await theirs.page.getByRole('button', { name: 'Change the password' }).click();
  await theirs.board(patients);

  await theirs.go('#/account');
  await theirs.page.getByLabel('Your password, to confirm').first().fill(FIRST);
  await theirs.page.getByRole('button', { name: 'Make a kit' }).click();
  await theirs.see('These words are shown only now.');
  const kit = (await theirs.page.locator('.kit-words li').allTextContents()).join(' ');
  assert.equal(kit.split(' ').length, 24);
  await theirs.page.getByRole('button', { name: 'I have them on paper' }).click();
  assert.ok(!(await theirs.text()).includes(kit.split(' ').slice(0, 3).join('\n')));

  await theirs.lock();
  await theirs.page.getByRole('button', { name: 'I forgot my password' }).click();
  await theirs.page.getByLabel('Name you log in with').fill('dipper-9');
  await theirs.page.getByLabel('The 24 words, or the text of the code').fill(kit);
  await chooseNew(theirs, SECOND);
  await theirs.page.getByRole('button', { name: 'Set the new password' }).click();
  await theirs.board(patients);
  await theirs.picture('after-the-kit');
  await theirs.lock();
  await theirs.typeLogin({ handle: 'dipper-9', password: FIRST });
  await theirs.see('That name and password do not match.');
  await theirs.unlock({ handle: 'dipper-9', password: SECOND }, patients);

  await admin.page.getByText('Change Eli Dipper').click();
  await admin.page.getByRole('listitem').filter({ hasText: 'Eli Dipper' }).getByRole('button', { name: 'Remove' }).click();
  await admin.page.getByRole('button', { name: 'Yes, remove' }).click();
  await admin.page.getByRole('heading', { name: '3 people' }).waitFor();
  await theirs.see('The person who was unlocked here was removed from the ward.');
  assert.equal(await theirs.page.locator('.bed-card').count(), 0);
  await theirs.picture('removed');
  await theirs.typeLogin({ handle: 'dipper-9', password: SECOND });
  await theirs.see('That name and password do not match.');
  assert.deepEqual(browser.strayed, []);
});

async function chooseNew({ page }: WardPage, password: string): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByLabel('New password once more').fill(password);
}
