import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { appStories, tabTo } from './app-stories.ts';
import { axe } from './axe.ts';
import { strangersNumber } from './fake-glass.ts';
import { breakGlass, choose, find } from './glass-screens.ts';

const NAME = 'Vandersteen, Odile';
const emergency = '#/emergency';

async function menu(page: Page): Promise<void> {
  await page.locator('.bed-card').first().waitFor();
  await page.getByRole('button', { name: /^Signed in as/ }).click();
}

appStories('opening a patient in an emergency in Chromium', ({ story }) => {
  test('GLASS-3: who is not found on the board is looked for among all, named only once open, and written about as one of the own', () => story({}, async (page) => {
    await page.locator('.bed-card').first().waitFor();
    await page.getByRole('searchbox').fill(strangersNumber);
    await page.getByRole('link', { name: 'Patient not in my team' }).click();
    // What was typed on the board is not typed again.
    await page.getByRole('button', { name: /^Open in an emergency/ }).click();
    assert.ok(!(await page.locator('main').innerText()).includes('Vandersteen'));
    const form = await page.locator('main').innerText();
    for (const told of [/The ward sees this/, /written down before the record opens/, /Somebody else will review it/, /when this page locks/]) assert.match(form, told);
    await page.getByRole('radio', { name: 'Resuscitation' }).check();
    await page.getByRole('button', { name: 'Write it down and open' }).click();
    await page.getByRole('heading', { name: NAME }).waitFor();
    await page.getByRole('region', { name: 'Opened in an emergency' }).getByText('Opened in an emergency: 59 min left').waitFor();
    await page.getByRole('link', { name: 'Record observations' }).click();
    await page.getByLabel('Respirations').fill('24');
    await page.getByRole('region', { name: 'Opened in an emergency' }).getByText('left').waitFor();
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByText('24').first().waitFor();
  }));

  test('GLASS-3: without a reason nothing is asked for, and 200 characters are the most', () => story({ fragment: emergency }, async (page) => {
    await choose(page);
    await page.getByRole('button', { name: 'Write it down and open' }).click();
    await page.getByText('Say why, in at most 200 characters.').waitFor();
    await page.getByRole('radio', { name: 'Resuscitation' }).check();
    const own = page.getByRole('textbox', { name: /^In your words/ });
    await own.fill('x'.repeat(300));
    assert.equal((await own.inputValue()).length, 185);
    await page.getByText('0 characters left').waitFor();
  }));

  test('GLASS-3: too few devices: which ones, and that the try is written down', () => story({ fragment: emergency, scenario: { glass: 'too-few' } }, async (page) => {
    await breakGlass(page);
    await page.getByText('1 device has answered, and 2 are needed.').waitFor();
    const text = await page.locator('main').innerText();
    for (const line of [/Archive\s+answered/, /Tablet at bay A\s+not in reach/, /That you tried is written down/]) assert.match(text, line);
    assert.equal(await page.getByRole('region', { name: 'Opened in an emergency' }).count(), 0);
  }));

  test('a patient of the own teams is simply opened', () => story({}, async (page) => {
    const card = page.locator('.bed-card').first();
    const number = /\d{6,}/.exec(await card.textContent() ?? '')?.[0] ?? '';
    assert.notEqual(number, '');
    await menu(page);
    await page.getByRole('link', { name: 'Patient not in my team' }).click();
    await find(page, number);
    await page.getByRole('link', { name: `Open: ${number}` }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).waitFor();
    assert.equal(await page.getByRole('region', { name: 'Opened in an emergency' }).count(), 0);
  }));

  test('GLASS-3: what of the patient could not be opened is said for as long as the rest is open; why nothing was, is said at once', async () => {
    await story({ fragment: emergency, scenario: { glass: 'partly' } }, async (page) => {
      await breakGlass(page);
      await page.getByRole('heading', { name: NAME }).waitFor();
      await page.getByRole('region', { name: 'Opened in an emergency' }).getByText('3 documents of this patient could not be opened.').waitFor();
    });
    for (const glass of ['not-wrapped', 'spoiled'] as const) {
      await story({ fragment: emergency, scenario: { glass } }, async (page) => {
        await breakGlass(page);
        await page.getByText('Ask somebody of the team').waitFor();
        assert.equal(await page.getByText(NAME).count(), 0);
      });
    }
  });

  test('GLASS-5: the banner stays on other screens, leads back, and ends it, whereupon the page leaves the patient', () => story({ fragment: emergency }, async (page) => {
    await breakGlass(page);
    await page.getByRole('heading', { name: NAME }).waitFor();
    const banner = page.getByRole('region', { name: 'Opened in an emergency' });
    await page.mouse.wheel(0, 3_000);
    await page.getByRole('navigation').getByRole('link', { name: 'Notes' }).click();
    assert.ok(((await banner.boundingBox())?.y ?? -1) >= 0);
    await page.goto(`${page.url().split('#')[0]}#/account`);
    await banner.getByText(NAME).waitFor();
    await banner.getByRole('link', { name: 'To the patient' }).click();
    await page.getByRole('heading', { name: NAME }).waitFor();
    await banner.getByRole('button', { name: 'End now' }).click();
    await page.locator('main.board').waitFor();
    await page.getByText('Ended. The record is closed.').waitFor();
    assert.equal(await page.getByText(NAME).count(), 0);
    assert.equal(await banner.count(), 0);
  }));

  for (const [glass, why] of [['short', 'The time of the emergency opening is over.'], ['ended', 'Ada Heron ended the emergency opening.']] as const) {
    test(`GLASS-5: ${glass === 'short' ? 'when its time is over' : 'when an officer ends it'} the page closes, and says why until that is read`, () => story({ fragment: emergency, scenario: { glass } }, async (page) => {
      await breakGlass(page);
      await page.getByRole('heading', { name: NAME }).waitFor();
      await page.getByText(why).waitFor();
      await page.locator('main.board').waitFor();
      assert.equal(await page.getByText(NAME).count(), 0);
      await page.goBack();
      await page.getByRole('heading', { name: NAME }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Understood' }).click();
      await page.getByText(why).waitFor({ state: 'detached' });
    }));
  }

  test('GLASS-3: from the board to the open record by the keyboard alone', () => story({ fragment: emergency }, async (page) => {
    const focused = (text: string | RegExp) => async (): Promise<boolean> => {
      // While nothing has the focus the whole page is the active element.
      const found = await page.evaluate(() => {
        const active = document.activeElement;
        return active === null || active === document.body ? '' : [active.getAttribute('aria-label'), active.textContent, active.getAttribute('value')].join(' ');
      });
      return typeof text === 'string' ? found.includes(text) : text.test(found);
    };
    await page.getByRole('searchbox').focus();
    await page.keyboard.type(strangersNumber);
    await page.keyboard.press('Enter');
    await page.getByText('1 patient has').waitFor();
    await tabTo(page, focused('Open in an emergency…'));
    await page.keyboard.press('Enter');
    // The keyboard begins at the head of the form.
    await page.locator('h2:focus', { hasText: strangersNumber }).waitFor();
    await tabTo(page, focused('Resuscitation'));
    await page.keyboard.press('Space');
    await tabTo(page, focused('Write it down and open'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: NAME }).waitFor();
  }));

  test('GLASS-6: an officer sees how many wait, reviews them, and ends what is open', () => story({ scenario: { role: 'privacy' } }, async (page) => {
    await menu(page);
    await page.getByLabel('1 not reviewed').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Patient not in my team' }).count(), 0);
    await page.getByRole('link', { name: 'Emergency openings' }).click();
    await page.getByText('1 opening waits for your review.').waitFor();
    const text = await page.locator('main').innerText();
    for (const line of [/Okonjo, Ife/, /Resuscitation/, /Open: 3\d min left/, /A patient whose record is not open to you/, /Ended by Ada Heron/, /Needs a talk: Ada Heron/, /Undone by a removal/]) assert.match(text, line);
    await page.getByRole('button', { name: /^End now: Jonas Lind/ }).click();
    await page.getByRole('dialog').getByText('Call them first if you can.').waitFor();
    await page.getByRole('button', { name: 'Yes, end it' }).click();
    await page.getByText('Ended by Amara Okafor').waitFor();
    await page.getByRole('button', { name: /^Needs a talk: Jonas Lind, \d\d:/ }).click();
    await page.getByText('Everything is reviewed.').waitFor();
  }));

  test('GLASS-6: nobody reviews their own', () => story({ fragment: '#/emergencies', scenario: { role: 'admin' } }, async (page) => {
    const own = page.locator('.emergency-use').filter({ hasText: 'Got worse suddenly' });
    await own.getByText('Somebody else reviews it').waitFor();
    assert.equal(await own.getByRole('button').count(), 0);
  }));

  test('GLASS-6: everybody of the ward sees who opened what and why; a nurse reviews nothing and ends nobody else', () => story({ scenario: { role: 'clinician' } }, async (page) => {
    await menu(page);
    await page.getByRole('link', { name: 'Emergency openings' }).click();
    await page.getByText('Resuscitation').waitFor();
    assert.equal(await page.locator('.emergency-use').getByRole('button').count(), 0);
  }));

  test('AUDIT-4: what was looked at in an emergency is marked among who looked at which patient', () => story({ fragment: '#/audit', scenario: { role: 'privacy' } }, async (page) => {
    await page.getByText('24 openings').waitFor();
    assert.equal(await page.getByText('Opened in an emergency').count(), 1);
  }));

  test('the emergency speaks French, and axe finds nothing there', () => story({ language: 'fr', fragment: emergency }, async (page) => {
    await page.getByRole('searchbox', { name: 'Numéro de dossier ou lit' }).fill(strangersNumber);
    await page.getByRole('button', { name: 'Chercher' }).click();
    await page.getByRole('button', { name: /^Ouvrir en urgence/ }).click();
    assert.deepEqual(await axe(page), []);
    await page.getByRole('radio', { name: 'Réanimation' }).check();
    await page.getByRole('button', { name: 'Noter et ouvrir' }).click();
    await page.getByRole('region', { name: 'Ouvert en urgence' }).getByText('encore 59').waitFor();
    assert.deepEqual(await axe(page), []);
    await page.goto(`${page.url().split('#')[0]}#/emergencies`);
    await page.getByText('Tout le service voit cette liste.').waitFor();
    assert.deepEqual(await axe(page), []);
  }));
});
