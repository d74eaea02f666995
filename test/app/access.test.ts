/** Getting in, being let back in, and leaving nothing behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kitWords } from '../../protocol/keys/kit-words.ts';
import { appStories, screen, tabTo, unlockIn } from './app-stories.ts';
import { axe } from './axe.ts';
import { testJoinCode, testLogin } from './scenario.ts';

appStories('getting into the ward app', ({ story, picture, open }) => {
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

  test('PAGE-7: a desktop that nobody used for 30 days says so, and is let in anew with a code', () => story({ scenario: { session: 'locked', presence: 'disused' } }, async (page) => {
    await screen('unlock-disused').reach(page);
    await page.getByRole('button', { name: 'Let this browser in anew' }).click();
    await page.getByRole('button', { name: 'Add this device' }).waitFor();
  }));

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
    const { page, context } = await open({});
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
      await picture(page, 'idle-warning-portrait-day');
      await page.clock.fastForward(30_000);
      await page.getByLabel('Name you log in with').waitFor();
      assert.equal(await page.locator('.bed-card').count(), 0);
      assert.ok(worker !== undefined && !page.workers().includes(worker), 'another worker');
    } finally {
      await context.close();
    }
  });

  test('LOCK-1: whoever is next is asked by a worker that stays, however long the one before takes to lock', () => story({ scenario: { lockMs: 1_500 } }, async (page) => {
    await screen('board').reach(page);
    const [before] = page.workers();
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await page.locator('.bed-card').first().waitFor({ state: 'detached' });
    await page.getByLabel('Name you log in with').waitFor();
    assert.ok(before !== undefined && !page.workers().includes(before), 'another worker');
    const [next] = page.workers();
    await unlockIn(page);
    await page.locator('.bed-card').first().waitFor();
    assert.equal(page.workers()[0], next);
  }));

  test('LOCK-1: a page whose server is away when it locks can be unlocked as soon as it is back', async () => {
    const { page, context } = await open({});
    page.setDefaultTimeout(10_000);
    try {
      await screen('board').reach(page);
      let refusals = 0;
      const refusedTwice = new Promise<void>((resolve) => {
        void context.route('**/worker.js', (route) => {
          refusals += 1;
          if (refusals === 2) resolve();
          return refusals <= 2 ? route.abort() : route.continue();
        });
      });
      await page.getByRole('button', { name: 'Lock', exact: true }).click();
      await refusedTwice;
      assert.equal(await page.locator('.bed-card').count(), 0);
      await unlockIn(page);
      await page.locator('.bed-card').first().waitFor();
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
});
