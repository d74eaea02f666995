/** Somebody forgets the password: back with a kit that a page printed, and back with the people who were named. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Scene } from '../scene.ts';

const SECOND = 'nine herons on a jetty';
const THIRD = 'a kettle sings at dawn';

export async function keysComeBack({ ward, one, two, patients, browser, typed }: Scene): Promise<void> {
  const { nurse1, nurse2, admin } = ward.people;
  typed.push(SECOND, THIRD);
  const { page } = one;
  await toAccount(page);
  const kit = page.getByRole('region', { name: 'Recovery kit' });
  await kit.getByLabel('Your password, to confirm').fill(nurse2.password);
  await kit.getByRole('button', { name: 'Make a kit' }).click();
  await kit.getByRole('img').waitFor();
  const words = await kit.getByRole('listitem').allInnerTexts();
  assert.equal(words.length, 24);
  typed.push(words.join(' '));
  await one.picture('kit');
  await kit.getByRole('button', { name: 'I have them on paper' }).click();

  const holders = page.getByRole('region', { name: 'People who can bring your keys back' });
  for (const { name } of [nurse1, admin]) await holders.getByLabel(name).check();
  await holders.getByLabel('Your password, to confirm').fill(nurse2.password);
  await holders.getByRole('button', { name: 'Name these people' }).click();
  await holders.getByText('2 of these 2 together').waitFor();

  await one.lock();
  await forget(page, nurse2.handle);
  await page.getByLabel('The 24 words').fill(words.join('\n'));
  await choose(page, SECOND);
  await one.board(patients.length);
  await page.getByText('A recovery kit was made').waitFor();
  await page.getByText('People were named who can bring your keys back').waitFor();
  await one.picture('recovered');

  await one.lock();
  await forget(page, nurse2.handle);
  await page.getByLabel('With the people I named').check();
  await page.getByRole('button', { name: 'Ask them' }).click();
  const code = await page.locator('.recovery-code').innerText();
  await one.picture('asked');
  await toAccount(two.page);
  const request: Locator = two.page.getByRole('region', { name: 'Somebody asks for your help' });
  await request.getByText(code).waitFor();
  await two.picture('request');
  await request.getByRole('button', { name: 'Same code: give my share' }).click();
  await two.page.getByRole('dialog').getByRole('button', { name: 'Same code: give my share' }).click();
  await page.getByText(`${nurse1.handle} has helped`).waitFor();
  await ward.giveShare(code);
  await page.getByText('Enough have helped').waitFor();
  await choose(page, THIRD);
  await one.board(patients.length);
  await page.getByText('Your recovery kit was used').waitFor();
  await two.toBoard();
  assert.deepEqual(browser.takeComplaints(), []);
}

async function toAccount(page: Page): Promise<void> {
  await page.evaluate(() => { location.hash = '#/account'; });
  await page.getByRole('heading', { name: 'Your account', exact: true }).waitFor();
}

async function forget(page: Page, handle: string): Promise<void> {
  await page.getByRole('button', { name: 'I forgot my password' }).click();
  await page.getByLabel('Name you log in with').fill(handle);
}

async function choose(page: Page, password: string): Promise<void> {
  for (const label of ['New password', 'New password once more']) await page.getByLabel(label, { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Set the new password' }).click();
}
