import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-app.ts';
import { axe } from './axe.ts';
import { chromiumPath, fakeWorkerPath, startHarness } from './harness.ts';
import type { Harness, OpenOptions } from './harness.ts';
import { kitWords } from '../../protocol/keys/kit-words.ts';
import { testJoinCode, testLogin } from './scenario.ts';
import type { ScreenState } from './screens.ts';
import { states } from './screens.ts';

const INITIAL_SCRIPT_LIMIT = 200 * 1024;

test('the initial script stays under 200 KB gzipped', async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'ward-app-size-'));
  try {
    await buildApp({ outDir, minify: true, worker: fakeWorkerPath });
    const bytes = gzipSync(await readFile(join(outDir, 'main.js'))).length;
    assert.ok(bytes < INITIAL_SCRIPT_LIMIT, `${bytes} bytes`);
    const page = await readFile(join(outDir, 'index.html'), 'utf8');
    assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i, 'nothing inline');
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
});

describe('the ward app in Chromium', { skip: chromiumPath === undefined ? 'no Chromium on this machine' : false }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());

  /** Runs a story on a fresh page, and fails when the page logged an error or the policy blocked something. */
  async function story(options: OpenOptions, tell: (page: Page) => Promise<void>): Promise<void> {
    const { page, context, complaints } = await harness.open(options);
    page.setDefaultTimeout(10_000);
    try {
      await tell(page);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  }

  for (const [name, state] of Object.entries(states)) {
    for (const theme of ['day', 'night'] as const) {
      test(`axe finds nothing on ${name} by ${theme}`, () => story({ ...state.options, theme }, async (page) => {
        await state.reach(page);
        await harness.picture(page, `${name}-portrait-${theme}`);
        assert.deepEqual(await axe(page), []);
      }));
    }
  }

  test('the keyboard alone leads from unlock to a saved observation set', () => story({ scenario: { session: 'locked' } }, async (page) => {
    const key = page.keyboard;
    await page.getByLabel('Name you log in with').waitFor();
    await key.type(testLogin.handle);
    await key.press('Tab');
    await key.type(testLogin.password);
    await key.press('Enter');
    await page.getByRole('heading', { name: 'Ward board' }).waitFor();

    const observe = page.getByRole('link', { name: /^Observe / }).first();
    await tabTo(page, () => observe.evaluate((link) => link === document.activeElement));
    await key.press('Enter');
    await page.getByLabel('Respirations').waitFor();
    await tabTo(page, () => page.getByLabel('Respirations').evaluate((input) => input === document.activeElement));

    for (const text of ['22', '95']) {
      await key.type(text);
      await key.press('Enter');
    }
    await key.press('Space');
    await key.press('Enter');
    for (const text of ['108', '64', '92']) {
      await key.type(text);
      await key.press('Enter');
    }
    await key.press('Space');
    await key.press('Enter');
    await key.type('37.4');
    await key.press('Enter');
    // 2 for respirations, 1 for saturation, 1 for systolic, 1 for the pulse.
    await page.getByRole('complementary').getByText('5', { exact: true }).waitFor();
    await key.press('Enter');
    await page.getByText('Observations saved. NEWS2 5').waitFor();
    const row = page.getByRole('table').getByRole('row').nth(1);
    assert.match(await row.innerText(), /22[\s\S]*95[\s\S]*Air[\s\S]*108\/64[\s\S]*92[\s\S]*A[\s\S]*37\.4[\s\S]*Amara Okafor/);
  }));

  test('a forgotten password: by keyboard from the words of the kit to the board, and by the people one named', async () => {
    await story({ scenario: { session: 'locked' } }, async (page) => {
      const key = page.keyboard;
      await tabTo(page, () => page.getByRole('button', { name: 'I forgot my password' }).evaluate((button) => button === document.activeElement));
      await key.press('Enter');
      await tabTo(page, () => page.getByLabel('Name you log in with').evaluate((input) => input === document.activeElement));
      await key.type(testLogin.handle);
      await key.press('Tab');
      await key.type(kitWords(new Uint8Array(32).fill(7), 'fr').join(' '));
      await key.press('Tab');
      await key.type('a kettle sings at dawn');
      await key.press('Tab');
      await key.type('a kettle sings at dusk');
      await key.press('Enter');
      await page.getByText('The two new passwords differ').waitFor();
      await page.getByLabel('New password once more').fill('a kettle sings at dawn');
      await key.press('Enter');
      await page.getByRole('heading', { name: 'Ward board' }).waitFor();
    });
    await story({ scenario: { session: 'locked' } }, async (page) => {
      await screen('recover-holders').reach(page);
      assert.match(await page.locator('.recovery-code').innerText(), /^0815 4711 1234 5678 9012$/);
      await page.getByText('sent something that is not your share').waitFor();
      for (const label of ['New password', 'New password once more']) await page.getByLabel(label, { exact: true }).fill('a kettle sings at dawn');
      await page.getByRole('button', { name: 'Set the new password' }).click();
      await page.getByRole('heading', { name: 'Ward board' }).waitFor();
    });
  });

  test('the account: the password changes, a kit is printed alone and is gone afterwards, what happened is put away', () => story({ scenario: { accountNews: true } }, async (page) => {
    await screen('account-news').reach(page);
    await page.getByText('You were given new keys and a temporary password').waitFor();
    await page.getByRole('button', { name: 'I have seen it' }).click();
    await page.getByRole('heading', { name: 'Since you last unlocked' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('link', { name: 'Your account' }).last().click();
    await page.getByLabel('Password now').fill(testLogin.password);
    for (const label of ['New password', 'New password once more']) await page.getByLabel(label, { exact: true }).fill('a kettle sings at dawn');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Your password is changed').waitFor();

    const panel = page.getByRole('region', { name: 'Recovery kit' });
    await panel.getByLabel('Your password, to confirm').fill('a kettle sings at dawn');
    await panel.getByRole('button', { name: 'Make a kit' }).click();
    const words = panel.getByRole('listitem');
    assert.deepEqual(await words.allInnerTexts(), kitWords(new Uint8Array(32).fill(7), 'en'));
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.getByLabel('Password now').isVisible(), false);
    assert.equal(await panel.getByRole('img').isVisible(), true);
    await page.emulateMedia({ media: 'screen' });
    await panel.getByRole('button', { name: 'I have them on paper' }).click();
    assert.equal(await words.count(), 0);
    await panel.getByText('You have a kit, made').waitFor();
    await page.getByRole('button', { name: 'Same code: give my share' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Same code: give my share' }).click();
    await page.getByText('Your share is given').waitFor();
  }));

  test('the board shows every bed, searches as one types, and filters', () => story({}, async (page) => {
    await screen('board').reach(page);
    assert.equal(await page.locator('.bed-card').count(), 21);
    assert.equal(await page.locator('.bed-chip').count(), 28 - 21, 'every empty bed is named');
    assert.equal(await page.locator('.other').count(), 3, 'who went home is below');

    const name = await page.locator('.bed-card h3').first().innerText();
    const family = name.split(',')[0] ?? '';
    await page.getByRole('searchbox').fill(family.normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase());
    assert.ok(await page.getByRole('link', { name, exact: true }).isVisible());
    assert.ok(await page.locator('.bed-card').count() < 21);
    assert.equal(await page.locator('.bed-chip').count(), 0);
    await page.getByRole('searchbox').fill('no such person');
    await page.getByText('No patient matches.').waitFor();
    await page.getByRole('button', { name: 'Show all patients' }).click();

    await page.getByRole('button', { name: 'NEWS 5 or more' }).click();
    const scores = await page.locator('.bed-card .news-number').allInnerTexts();
    assert.ok(scores.length > 0 && scores.every((score) => Number(score) >= 5), scores.join(' '));
  }));

  test('coming back from a patient one finds the board where one left it', () => story({ size: 'landscape' }, async (page) => {
    await screen('board').reach(page);
    const link = page.locator('.bed-card h3 a').nth(15);
    await link.scrollIntoViewIfNeeded();
    await page.waitForFunction(() => scrollY > 0);
    const left = await page.evaluate(() => scrollY);
    await link.click();
    await page.getByRole('heading', { name: 'Latest notes' }).waitFor();
    assert.equal(await page.evaluate(() => scrollY), 0);
    await page.goBack();
    await screen('board').reach(page);
    await page.waitForFunction((wanted) => Math.abs(scrollY - wanted) < 4, left);
  }));

  test('NEWS2 follows what is typed, with the reason of each point', () => story({}, async (page) => {
    await screen('observe-new').reach(page);
    const side = page.getByRole('complementary');
    await side.getByText('No score').waitFor();
    await page.getByLabel('Pulse').fill('118');
    await page.getByText('111–130').waitFor();
    assert.match(await side.innerText(), /2\s[\s\S]*incomplete/);
    await page.getByRole('radio', { name: 'Voice' }).check();
    assert.match(await side.innerText(), /5\s[\s\S]*Medium/);
    await page.getByRole('radio', { name: 'Oxygen' }).check();
    assert.match(await side.innerText(), /7\s[\s\S]*High[\s\S]*emergency team/);
  }));

  test('an unusual value is questioned, kept as typed, and saved only when it was confirmed', () => story({}, async (page) => {
    await screen('observe-new').reach(page);
    await page.getByLabel('Temperature').fill('31.5');
    await page.getByRole('button', { name: 'Save observations' }).click();
    await page.getByText('Check the values with a question first.').waitFor();
    assert.equal(await page.getByLabel('Temperature').inputValue(), '31.5');
    await page.getByRole('button', { name: 'Yes, 31.5 is right' }).click();
    await page.getByRole('button', { name: 'Save observations' }).click();
    await page.getByText('Observations saved').waitFor();
    assert.match(await page.getByRole('table').getByRole('row').nth(1).innerText(), /31\.5/);
  }));

  test('a draft is there again after a walk to the board, and after a save that failed', () => story({ scenario: { saving: 'fails' } }, async (page) => {
    await screen('observe-new').reach(page);
    const address = page.url();
    await page.getByLabel('Respirations').fill('19');
    await page.getByRole('link', { name: 'Ward board' }).click();
    await page.getByRole('heading', { name: 'Bay A' }).waitFor();
    await page.goto(address);
    assert.equal(await page.getByLabel('Respirations').inputValue(), '19');
    await page.getByRole('button', { name: 'Save observations' }).click();
    await page.getByText('could not save').waitFor();
    assert.equal(await page.getByLabel('Respirations').inputValue(), '19');
  }));

  test('an entry marked as entered in error stays in sight, struck through, with reason and name', () => story({}, async (page) => {
    await screen('error-dialog').reach(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Mark as entered in error' }).click();
    await dialog.getByText('Give a reason.').waitFor();
    await dialog.getByRole('button', { name: 'Wrong patient' }).click();
    const rows = await page.locator('.observation-table tbody th').count();
    await dialog.getByRole('button', { name: 'Mark as entered in error' }).click();
    await page.getByText(/Entered in error: Wrong patient\. Amara Okafor/).waitFor();
    assert.equal(await page.locator('.observation-table tbody th').count(), rows);
    assert.ok(await page.locator('.observation-table tr[data-error="true"] del').first().isVisible());
  }));

  test('a new note shows author and how far it went', () => story({ scenario: { peers: 'none' } }, async (page) => {
    await screen('notes').reach(page);
    await page.getByRole('radio', { name: 'Medical' }).check();
    await page.getByRole('textbox', { name: 'Note' }).fill('Reviewed; stop oxygen.');
    await page.getByRole('button', { name: 'Save note' }).click();
    const note = page.locator('.note').first();
    await note.getByText('Saved here').waitFor();
    assert.match(await note.innerText(), /Medical[\s\S]*Amara Okafor[\s\S]*stop oxygen/);
    await page.getByRole('button', { name: /No other device in reach/ }).getByText('4 changes to send').waitFor();
  }));

  test('somebody who is not on the ward is found, read and admitted, and then has a bed on the board', () => story({}, async (page) => {
    await screen('board-others').reach(page);
    const name = await page.locator('.other h3').first().innerText();
    await page.getByRole('button', { name: 'All', exact: false }).first().click();
    await page.getByRole('searchbox').fill(name.split(',')[0] ?? '');
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('link', { name: /^\d+ notes?$/ }).first().click();
    await page.getByText('You are reading a past stay.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Save note' }).count(), 0, 'nothing is added to a past stay');
    await page.getByLabel('Stay', { exact: true }).selectOption({ label: '2 May 2023 to 6 May 2023 · Syncope' });
    await page.getByText('No notes in this stay.').waitFor();

    await page.getByRole('link', { name: 'Admit' }).click();
    await page.getByRole('radio', { name: 'A4' }).check();
    await page.getByLabel('Reason for the stay').fill('Chest pain');
    await page.getByRole('button', { name: 'Admit' }).click();
    await page.getByText('Admitted to bed A4').waitFor();
    await page.getByRole('link', { name: 'Record observations' }).waitFor();
    await page.getByRole('link', { name: 'Back to the ward board' }).click();
    await page.getByRole('searchbox').fill('');
    const card = page.locator('.bed-card', { hasText: name });
    assert.match(await card.innerText(), /A4[\s\S]*Chest pain/);
    assert.equal(await page.locator('.bed-chip', { hasText: 'A4' }).count(), 0);
  }));

  test('a new patient is asked about when somebody alike is known; allergies not asked are not none', () => story({}, async (page) => {
    await screen('new-patient-alike').reach(page);
    const earlier = page.url();
    await page.getByRole('button', { name: 'No, this is another person' }).click();
    await page.getByRole('button', { name: 'Save and admit' }).click();
    await page.getByText('Admitted', { exact: true }).waitFor();
    assert.notEqual(page.url(), earlier);
    await page.getByRole('region', { name: 'Allergies' }).getByText('Penicillin').waitFor();

    await page.getByRole('link', { name: 'Back to the ward board' }).click();
    await page.getByRole('link', { name: 'New patient' }).click();
    await page.getByRole('button', { name: 'Save and admit' }).click();
    await page.getByText('Enter the name.').waitFor();
    await page.getByLabel('Family name').fill('Quill');
    await page.getByLabel('Given names').fill('Ada');
    await page.getByLabel('Date of birth').fill('2999-01-01');
    await page.getByRole('button', { name: 'Save and admit' }).click();
    await page.getByText('in the future').waitFor();
    await page.getByLabel('Date of birth').fill('1961-02-03');
    await page.getByLabel('Admit to the ward now').uncheck();
    await page.getByRole('button', { name: 'Save patient' }).click();
    await page.getByText('Allergies: not asked').waitFor();
    await page.getByText('Not on the ward').waitFor();
  }));

  test('the keyboard alone admits somebody', () => story({}, async (page) => {
    await screen('board-others').reach(page);
    const focused = (name: string) => async (): Promise<boolean> =>
      page.evaluate((wanted) => document.activeElement?.textContent?.includes(wanted) === true || document.activeElement?.getAttribute('aria-label')?.includes(wanted) === true, name);
    await tabTo(page, focused('Admit '));
    await page.keyboard.press('Enter');
    await page.getByLabel('Reason for the stay').waitFor();
    const radio = page.getByRole('radio', { name: 'No bed yet' });
    await tabTo(page, () => radio.evaluate((input) => input === document.activeElement));
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Fall');
    await page.keyboard.press('Enter');
    await page.getByText(/Admitted to bed D/).waitFor();
  }));

  test('when the app ends by itself, what was typed comes back to whoever typed it', () => story({ scenario: { saving: 'dies', session: 'locked' } }, async (page) => {
    await unlockIn(page);
    await screen('observe-new').reach(page);
    const address = page.url();
    await page.getByLabel('Respirations').fill('19');
    await page.getByRole('button', { name: 'Save observations' }).click();
    await page.getByText('1 entry not saved yet is kept').waitFor();
    assert.doesNotMatch(page.url(), /patient/);
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.getByText('1 entry not saved yet is kept').waitFor();
    await unlockIn(page);
    await page.getByText('1 entry you typed before is still here').waitFor();
    await page.evaluate((hash) => { location.hash = hash; }, new URL(address).hash);
    await page.getByLabel('Respirations').waitFor();
    assert.equal(await page.getByLabel('Respirations').inputValue(), '19');
  }));

  test('when this device is removed, it says that something typed was destroyed', () => story({ scenario: { saving: 'revokes' } }, async (page) => {
    await screen('notes').reach(page);
    await page.getByRole('textbox', { name: 'Note' }).fill('A note that nobody saw.');
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByText('1 entry was typed here and not saved').waitFor();
    assert.doesNotMatch(await page.evaluate(() => document.documentElement.outerHTML), /nobody saw/);
  }));

  test('unlocking says the same of a wrong name and of a wrong password', () => story({ scenario: { session: 'locked' } }, async (page) => {
    const told: string[] = [];
    for (const [handle, password] of [['nobody', testLogin.password], [testLogin.handle, 'wrong']] as const) {
      await page.getByLabel('Name you log in with').fill(handle);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Unlock' }).click();
      await page.getByRole('alert').getByText('match').waitFor();
      told.push(await page.getByRole('alert').innerText());
    }
    assert.equal(told[0], told[1]);
  }));

  test('a join code leaves the address bar at once, and enrols', () =>
    story({ scenario: { session: 'not-enrolled' }, fragment: `#join=${testJoinCode}` }, async (page) => {
      await page.getByLabel('One-time code').waitFor();
      assert.doesNotMatch(page.url(), /join|WARDSYNC/);
      assert.equal(await page.evaluate(() => history.length <= 2), true);
      await page.getByRole('button', { name: 'Add this device' }).click();
      await page.getByRole('heading', { name: 'Unlock the ward' }).waitFor();
    }));

  test('LOCK-2: locking keeps what is typed for its author, and leaves no patient in the page', () => story({}, async (page) => {
    await screen('observe-new').reach(page);
    const address = page.url();
    const name = (await page.getByRole('heading', { level: 1 }).innerText()).split(',')[0] ?? '';
    await page.getByLabel('Respirations').fill('19');
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await page.getByText('1 entry not saved yet is kept here, sealed').waitFor();
    const left = await page.evaluate(() => `${document.documentElement.outerHTML} ${document.title} ${location.href} ${JSON.stringify(localStorage)}`);
    assert.ok(!left.includes(name), name);
    assert.doesNotMatch(page.url(), /patient/);
    await unlockIn(page);
    await page.getByText('1 entry you typed before is still here').waitFor();
    await page.evaluate((hash) => { location.hash = hash; }, new URL(address).hash);
    await page.getByLabel('Respirations').waitFor();
    assert.equal(await page.getByLabel('Respirations').inputValue(), '19');
  }));

  test('LOCK-1: a page that nobody touches warns, and then locks and ends its worker; any input keeps it open', async () => {
    const { page, context } = await harness.open({});
    page.setDefaultTimeout(10_000);
    try {
      await screen('board').reach(page);
      await page.clock.install();
      await page.reload();
      await screen('board').reach(page);
      const worker = page.workers()[0];
      await page.clock.fastForward(4 * 60_000 + 40_000);
      await page.getByText('The ward locks soon').waitFor();
      await page.keyboard.press('Shift');
      await page.getByText('The ward locks soon').waitFor({ state: 'hidden' });
      await page.clock.fastForward(4 * 60_000 + 40_000);
      await page.getByText('The ward locks soon').waitFor();
      assert.equal(await page.locator('.bed-card').count(), 21);
      assert.deepEqual(await axe(page), []);
      await harness.picture(page, 'idle-warning-portrait-day');
      await page.clock.fastForward(30_000);
      await page.getByLabel('Name you log in with').waitFor();
      assert.equal(await page.locator('.bed-card').count(), 0);
      assert.ok(worker !== undefined && !page.workers().includes(worker), 'another worker');
    } finally {
      await context.close();
    }
  });

  test('REVOKE-1: an admin reports a tablet as lost on one screen, after a question; nobody is offered the device in hand', () =>
    story({ scenario: { role: 'admin' } }, async (page) => {
      await screen('board').reach(page);
      await page.getByRole('button', { name: /^Signed in as/ }).click();
      await page.getByRole('link', { name: 'Devices of the ward' }).click();
      await screen('devices').reach(page);
      assert.equal(await page.getByRole('button', { name: 'Report as lost: Tablet at bay A' }).count(), 0);
      await page.getByRole('button', { name: 'Report as lost: Tablet of the night shift' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
      assert.equal(await page.locator('.device-row').count(), 5);
      await page.getByRole('button', { name: 'Report as lost: Tablet of the night shift' }).click();
      await page.getByRole('button', { name: 'Yes, it is lost' }).click();
      await page.getByText('change their passwords: Jonas Lind, Mireille Dubois-Aumont').waitFor();
      assert.equal(await page.locator('.device-row').count(), 4);
    }));

  test('the app speaks French where devices and people are looked after, and axe finds nothing there', () => story({ language: 'fr', scenario: { role: 'admin' } }, async (page) => {
    await screen('board').reach(page);
    for (const [part, heading] of [['devices', 'Appareils du service'], ['doctor', 'Qui peut ouvrir quoi']] as const) {
      await page.goto(`${page.url().split('#')[0]}#/${part}`);
      await page.getByRole('heading', { name: heading }).waitFor();
      await harness.picture(page, `french-${part}-portrait-day`);
      assert.deepEqual(await axe(page), []);
    }
  }));

  test('LOCK-3: a tablet offers the names that were used on it; the list can be cleared, and turned off', () => story({}, async (page) => {
    await screen('board').reach(page);
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await page.getByRole('button', { name: testLogin.handle }).click();
    await page.keyboard.type(testLogin.password);
    await page.keyboard.press('Enter');
    await screen('board').reach(page);
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await page.getByRole('button', { name: 'Clear the list' }).click();
    assert.equal(await page.getByRole('button', { name: testLogin.handle }).count(), 0);
    await page.getByLabel('Keep a list of names').uncheck();
    await unlockIn(page);
    await screen('board').reach(page);
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await page.getByLabel('Keep a list of names').waitFor();
    assert.equal(await page.getByRole('button', { name: testLogin.handle }).count(), 0);
    assert.doesNotMatch(await page.evaluate(() => JSON.stringify(localStorage)), new RegExp(testLogin.handle));
  }));

  test('whoever may only read finds no way to write', () => story({ scenario: { role: 'viewer' } }, async (page) => {
    await screen('notes').reach(page);
    assert.equal(await page.getByRole('link', { name: 'Record observations' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Save note' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Entered in error' }).count(), 0);
  }));

  test('the app speaks French on every screen of a patient, and axe finds nothing there', () => story({ language: 'fr' }, async (page) => {
    await page.getByRole('heading', { name: 'Tableau du service' }).waitFor();
    const start = await page.locator('.bed-card h3 a').first().getAttribute('href') ?? '';
    for (const [part, words] of [['overview', 'Dernières constantes'], ['observations', 'Courbes'], ['notes', 'Nouvelle note'], ['stays', 'Exporter'], ['observe', 'Fréquence respiratoire']] as const) {
      await page.goto(`${page.url().split('#')[0]}${start.replace(/[^/]*$/, part)}`);
      await page.getByRole('main').getByText(words).first().waitFor();
      await harness.picture(page, `french-${part}-portrait-day`);
      assert.deepEqual(await axe(page), []);
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'fr');
    }
  }));

  test('the app speaks French where somebody is admitted or new, and axe finds nothing there', () => story({ language: 'fr' }, async (page) => {
    await page.getByRole('button', { name: /Hors du service/ }).click();
    await harness.picture(page, 'french-others-portrait-day');
    await page.getByRole('link', { name: /^Admettre / }).first().click();
    await page.getByRole('heading', { name: 'Admettre' }).waitFor();
    await harness.picture(page, 'french-admit-portrait-day');
    assert.deepEqual(await axe(page), []);
    await page.goto(`${page.url().split('#')[0]}#/new-patient`);
    await page.getByLabel('Nom de famille').waitFor();
    await harness.picture(page, 'french-new-patient-portrait-day');
    assert.deepEqual(await axe(page), []);
  }));

  test('every target is at least 48 px high, and nothing is wider than the page', async () => {
    for (const size of ['phone', 'portrait', 'landscape', 'desktop'] as const) {
      for (const name of ['board', 'board-others', 'other-overview', 'other-past-stay', 'admit', 'new-patient-alike', 'overview', 'observations', 'notes', 'observe-filled', 'unlock-known', 'devices', 'doctor']) {
        await story({ ...screen(name).options, size }, async (page) => {
          await screen(name).reach(page);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.equal(wide, 0, `${name} at ${size} is ${wide} px too wide`);
          const small = await page.locator('button:visible, a.button:visible, input:visible:not([type=radio]), select:visible, summary:visible')
            .evaluateAll((targets) => targets
              // What a new drawing of the screen has just taken away has no height. A checkbox is pressed by the whole of its label.
              .filter((target) => target.isConnected && (target.matches('[type=checkbox]') ? target.closest('label') ?? target : target).getBoundingClientRect().height < 47.5)
              .map((target) => target.outerHTML.slice(0, 120)));
          assert.deepEqual(small, [], `${name} at ${size}`);
        });
      }
    }
  });

});

function screen(name: string): ScreenState {
  const found = states[name];
  if (found === undefined) throw new Error(`no screen called ${name}`);
  return found;
}

async function unlockIn(page: Page): Promise<void> {
  await page.getByLabel('Name you log in with').fill(testLogin.handle);
  await page.getByLabel('Password', { exact: true }).fill(testLogin.password);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

/** Presses Tab until the wanted element has the focus. */
async function tabTo(page: Page, there: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await there()) return;
    await page.keyboard.press('Tab');
  }
  assert.fail('the keyboard does not get there');
}


/** What axe finds wrong by WCAG 2.2 AA and its own best practices, one line each. */
