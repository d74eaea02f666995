import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canariesFrom } from '../multi-host/canaries.ts';
import { chromiumMissing } from '../support/trusting-chromium.ts';
import { WardBrowser } from './chromium.ts';
import { LoopbackWard } from './ward.ts';
import { WardPage } from './ward-page.ts';

const PINS = ['730582', '902746'] as const;

test('PIN-1, PIN-4: two people switch by PIN on a real tablet page with every other node off; after a restart of the tablet the password is asked', { timeout: 240_000, skip: chromiumMissing }, async (t) => {
  const canaries = canariesFrom(7);
  const ward = await LoopbackWard.start(t, canaries, 12);
  const browser = await WardBrowser.start(t, ward.authority);
  if (browser === undefined) return;
  const people = [ward.people.nurse1, ward.people.nurse2];
  const tablet = await WardPage.open(browser, 'tablet-1', `${ward.url('tablet-1')}#join=${await ward.tabletCode('tablet-1')}`);
  const { page } = tablet;
  page.setDefaultTimeout(30_000);
  await tablet.enrol();
  for (const [place, person] of people.entries()) {
    await tablet.unlock(person, canaries.patients.length);
    await page.getByRole('button', { name: 'Set a PIN' }).click();
    for (let twice = 0; twice < 2; twice++) await typePin(tablet, PINS[place] ?? '');
    // The word of the one before may still be there.
    await page.locator('.pin-input').waitFor({ state: 'detached' });
    await tablet.see('Your PIN is set');
    await tablet.lock();
  }
  for (const name of ['archive', 'tablet-2', 'bridge'] as const) await ward.stop(name);
  const times: number[] = [];
  for (const [place, person] of [...people, ...people].entries()) {
    await page.getByRole('button', { name: `${person.handle} with PIN` }).click();
    const begun = performance.now();
    await typePin(tablet, PINS[place % 2] ?? '');
    await tablet.board(canaries.patients.length);
    times.push(performance.now() - begun);
    await tablet.lock();
  }
  t.diagnostic(`from the PIN to the board: ${times.map((time) => `${(time / 1000).toFixed(2)} s`).join(', ')}`);

  await ward.stop('tablet-1');
  await ward.start('tablet-1');
  await page.getByRole('button', { name: `${people[0]?.handle ?? ''} with PIN` }).click();
  await page.getByText('Your PIN is over').waitFor();
  await tablet.unlock(people[0] ?? assert.fail(), canaries.patients.length);
  assert.deepEqual(browser.strayed, []);
});

async function typePin({ page }: WardPage, pin: string): Promise<void> {
  await page.locator('.pin-input').fill(pin);
  await page.keyboard.press('Enter');
}
