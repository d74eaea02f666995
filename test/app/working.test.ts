/** A shift's work with the ward app. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appStories, screen, tabTo } from './app-stories.ts';
import { testLogin } from './scenario.ts';

appStories('working with the ward app', ({ story }) => {
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

  test('the board shows every bed, searches as one types, and filters', () => story({}, async (page) => {
    await screen('board').reach(page);
    assert.equal(await page.locator('.bed-card').count(), 21);
    assert.equal(await page.locator('.bed-chip').count(), 28 - 21, 'every empty bed is named');
    assert.equal(await page.locator('.other').count(), 3, 'who went home is below');

    const name = await page.locator('.bed-card h3').first().textContent() ?? '';
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
    const name = await page.locator('.other h3').first().textContent() ?? '';
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
    assert.match(await card.textContent() ?? '', /A4[\s\S]*Chest pain/);
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
      page.evaluate((wanted) => {
        const { activeElement: at, body } = document;
        return at !== body && (at?.textContent?.includes(wanted) === true || at?.getAttribute('aria-label')?.includes(wanted) === true);
      }, name);
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

  test('whoever may only read finds no way to write', () => story({ scenario: { role: 'viewer' } }, async (page) => {
    await screen('notes').reach(page);
    assert.equal(await page.getByRole('link', { name: 'Record observations' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Save note' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Entered in error' }).count(), 0);
  }));
});
