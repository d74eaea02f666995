import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { axe } from './axe.ts';
import { appStories } from './app-stories.ts';
import type { OpenOptions } from './harness.ts';
import { testLogin, testPin } from './scenario.ts';

const PIN = '480915';

appStories('PINs on a shared tablet, in Chromium', ({ story, picture }) => {
  test('PIN-1: set by keyboard after the unlock, twice the same; then back by keys of the pad and by keyboard, and by password when one wants', () => story({ scenario: { pin: 'offered' } }, async (page) => {
    await page.getByRole('button', { name: 'Set a PIN' }).click();
    const pin = page.getByLabel('PIN', { exact: true });
    for (const [text, complaint] of [['4809', 'A PIN has 6 to 8 digits.'], ['', 'A PIN has 6 to 8 digits.']] as const) {
      await pin.fill(text);
      await page.keyboard.press('Enter');
      await page.getByText(complaint).waitFor();
    }
    await type(page, PIN);
    await page.getByLabel('The same PIN once more').waitFor();
    await type(page, '480916');
    await page.getByText('The two differ').waitFor();
    for (let twice = 0; twice < 2; twice++) await type(page, '123456');
    await page.getByText('among the first that anybody would try').waitFor();
    for (let twice = 0; twice < 2; twice++) await type(page, PIN);
    await page.getByText('Your PIN is set').waitFor();
    await page.getByRole('button', { name: 'Set a PIN' }).waitFor({ state: 'detached' });

    await lock(page);
    await page.getByRole('button', { name: 'amara with PIN' }).click();
    for (const digit of PIN) await page.getByRole('button', { name: digit, exact: true }).click();
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await page.getByRole('heading', { name: 'Ward board' }).waitFor();

    await lock(page);
    await page.getByRole('button', { name: 'amara with PIN' }).click();
    await page.getByLabel('PIN', { exact: true }).waitFor();
    await type(page, PIN);
    await page.getByRole('heading', { name: 'Ward board' }).waitFor();

    await lock(page);
    await page.getByRole('button', { name: 'amara with PIN' }).click();
    await page.getByRole('button', { name: 'Use the password' }).click();
    assert.equal(await page.getByLabel('Name you log in with').inputValue(), 'amara');
    await page.getByLabel('Password', { exact: true }).fill(testLogin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ward board' }).waitFor();
  }));

  test('PIN-3: a wrong PIN says how many tries are left, and after the last the password is asked', () => story({ scenario: { pin: 'held' } }, async (page) => {
    await lock(page);
    await page.getByRole('button', { name: 'amara with PIN' }).click();
    for (const left of ['4 tries left', '3 tries left', '2 tries left', 'One try left']) {
      await type(page, '999999');
      await page.getByText('That is not your PIN').waitFor();
      await page.getByText(left).waitFor();
    }
    await picture(page, 'pin-wrong');
    await type(page, '999999');
    await page.getByText('That was the last try. Use your password.').waitFor();
    await page.getByLabel('Password', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'amara', exact: true }).waitFor();
    await page.getByRole('button', { name: 'amara', exact: true }).click();
    assert.equal(await page.getByLabel('PIN', { exact: true }).count(), 0);
  }));

  test('PIN-4: after the tablet was started again the PIN is over, and the screen says so', () => story({ scenario: { pin: 'gone' } }, async (page) => {
    await lock(page);
    await page.getByRole('button', { name: 'amara with PIN' }).click();
    await page.getByText('Your PIN is over: its time has passed, or this tablet was switched off or started again. Use your password.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(testLogin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ward board' }).waitFor();
  }));

  test('PIN-1: the account says until when the PIN opens, and removes it; where there are no PINs nothing is offered', async () => {
    await story({ scenario: { pin: 'held' }, fragment: '#/account' }, async (page) => {
      const panel = page.getByRole('region', { name: 'PIN on this tablet' });
      await panel.getByText('It opens until').waitFor();
    });
    await story({ scenario: { pin: 'offered' }, fragment: '#/account' }, async (page) => {
      const panel = page.getByRole('region', { name: 'PIN on this tablet' });
      await panel.getByRole('button', { name: 'Set a PIN' }).click();
      for (let twice = 0; twice < 2; twice++) await type(page, PIN);
      await panel.getByText('It opens until').waitFor();
      await panel.getByRole('button', { name: 'Remove the PIN' }).click();
      await panel.getByText('You have no PIN here').waitFor();
    });
    await story({}, async (page) => {
      await page.getByRole('heading', { name: 'Ward board' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Set a PIN' }).count(), 0);
    });
  });

  const screens: Readonly<Record<string, { readonly options: OpenOptions; readonly sizes: readonly ('phone' | 'portrait' | 'landscape')[]; readonly reach: (page: Page) => Promise<void> }>> = {
    'pin-offer': { options: { scenario: { pin: 'offered' } }, sizes: ['portrait'], reach: (page) => page.getByRole('button', { name: 'Set a PIN' }).waitFor() },
    'pin-set': {
      options: { scenario: { pin: 'offered' } }, sizes: ['phone', 'landscape'],
      reach: async (page) => {
        await page.getByRole('button', { name: 'Set a PIN' }).click();
        await page.getByLabel('PIN', { exact: true }).fill('4809');
        await page.keyboard.press('Enter');
        await page.getByText('A PIN has 6 to 8 digits.').waitFor();
      },
    },
    'pin-enter': {
      options: { scenario: { pin: 'held' } }, sizes: ['phone', 'landscape'],
      reach: async (page) => {
        await lock(page);
        await page.getByRole('button', { name: 'amara with PIN' }).click();
        await page.getByLabel('PIN', { exact: true }).fill(testPin.slice(0, 4));
      },
    },
    'pin-account': { options: { scenario: { pin: 'held' }, fragment: '#/account' }, sizes: ['portrait'], reach: (page) => page.getByText('It opens until').waitFor() },
  };
  for (const [name, { options, sizes, reach }] of Object.entries(screens)) {
    test(`axe finds nothing on ${name} by day and night`, async () => {
      for (const theme of ['day', 'night'] as const) {
        for (const size of sizes) {
          await story({ ...options, theme, size }, async (page) => {
            await reach(page);
            await picture(page, `${name}-${size}-${theme}`);
            assert.deepEqual(await axe(page), [], `${size} by ${theme}`);
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is cut off');
          });
        }
      }
    });
  }
});

async function lock(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Ward board' }).waitFor();
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await page.getByRole('heading', { name: 'Unlock the ward' }).waitFor();
}

/** The field has the focus. */
async function type(page: Page, pin: string): Promise<void> {
  await page.locator('.pin-input').fill('');
  await page.keyboard.type(pin);
  await page.keyboard.press('Enter');
}
