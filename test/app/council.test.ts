/** The screens of the admins, told as an admin uses them, in real Chromium over a made-up ward. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appStories } from './app-stories.ts';
import type { OpenOptions } from './harness.ts';

appStories('people and rules', ({ story }) => {
  function admin(part: string): OpenOptions {
    return { scenario: { role: 'admin' }, fragment: `#/ward/${part}` };
  }

  test('a person is added with a temporary password that is shown once, and what is refused is said', () => story(admin('people'), async (page) => {
    const name = page.getByLabel('Name', { exact: true });
    const handle = page.getByLabel('Name to log in with');
    const add = page.getByRole('button', { name: 'Add', exact: true });
    await add.click();
    await page.getByText('Fill in the name').waitFor();
    await name.fill('Eli Dipper');
    await handle.fill('heron-42');
    // The fake ward has ids for the people of old: a handle of its own is what clashes.
    await handle.fill('amara');
    await add.click();
    await page.getByText('This name to log in with is taken.').waitFor();
    await handle.fill('dipper-9');
    await add.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('lake otter pine quiet river').waitFor();
    await dialog.getByRole('button', { name: 'I have noted it' }).click();
    await page.getByRole('heading', { name: '5 people' }).waitFor();
    assert.equal(await page.getByText('lake otter pine quiet river').count(), 0, 'seen once');
    await page.getByRole('heading', { name: 'Eli Dipper' }).waitFor();
  }));

  test('removing says what follows and asks; of an admin it is a proposal', () => story(admin('people'), async (page) => {
    await page.getByText('Change Bo Finch').click();
    const row = page.getByRole('listitem').filter({ hasText: 'Bo Finch' });
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Their work stays.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: '4 people' }).waitFor();
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Yes, remove' }).click();
    await page.getByRole('heading', { name: '3 people' }).waitFor();
    await page.getByText('Change Cy Owl').click();
    await page.getByRole('listitem').filter({ hasText: 'Cy Owl' }).getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Yes, remove' }).click();
    await page.getByText('Proposed. Another admin has to approve it.').waitFor();
    await page.getByRole('heading', { name: '3 people' }).waitFor();
  }));

  test('a proposal is approved by the keyboard alone; one of one\'s own cannot be', () => story(admin('two'), async (page) => {
    await page.getByText('Yours: another admin approves it.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 1);
    await page.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Approved, and in force.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
  }));

  test('disputed work is declined, shown again on demand, and accepted', () => story(admin('review'), async (page) => {
    const panel = page.getByRole('region', { name: 'Dana Wren, on Tablet of the night shift' });
    await panel.getByText('Slept well, no pain.').waitFor();
    await panel.getByRole('button', { name: 'Decline' }).click();
    await page.getByText('It stays stored, and shown to nobody.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click();
    await panel.waitFor({ state: 'hidden' });
    await page.getByLabel('Show what was declined').check();
    await panel.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
    await page.getByText('Accepted.').waitFor();
    await panel.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /^Accept: Add a person/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
    await page.getByText('another admin has to accept it').waitFor();
  }));

  test('every choice of an unlock policy says what it gives up, in both languages', () => story(admin('unlock'), async (page) => {
    const choice = page.locator('label').filter({ hasText: '3 of 4' });
    await choice.getByText('2 stolen devices together give no guess').waitFor();
    await choice.getByText('1 device may be off or lost').waitFor();
    await choice.click();
    await page.getByRole('button', { name: 'Put this unlock rule in force' }).click();
    await page.getByText('3 of 4 devices have to answer.').waitFor();
    await page.getByRole('button', { name: 'FR' }).click();
    await page.getByText('3 appareils sur 4 doivent répondre.').waitFor();
  }));

  test('PIN-1: for how long a PIN opens is chosen where it says what that costs, by keyboard', () => story(admin('unlock'), async (page) => {
    const form = page.getByRole('form', { name: 'PIN on shared tablets' });
    await form.getByText('Who steals it while it runs has five tries').waitFor();
    await form.getByRole('radio', { name: '12 hours' }).focus();
    await page.keyboard.press('ArrowUp');
    assert.ok(await form.getByRole('radio', { name: '8 hours' }).isChecked());
    await form.getByRole('button', { name: 'Put this PIN rule in force' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('A PIN opens for 8 hours after a password.').waitFor();
    await form.getByRole('radio', { name: '8 hours In force' }).waitFor();
    await page.getByRole('button', { name: 'FR' }).click();
    await page.getByText('Qui la vole allumée a cinq essais').waitFor();
  }));

  test('PAGE-9: whether desktops are trusted is chosen where it says what that costs, by keyboard', () => story(admin('unlock'), async (page) => {
    const form = page.getByRole('form', { name: 'Admins at desktops' });
    await form.getByText('Whoever could turn the bridge').waitFor();
    await form.getByRole('radio', { name: /^What is their own/ }).focus();
    await page.keyboard.press('ArrowDown');
    assert.ok(await form.getByRole('radio', { name: /^Everything/ }).isChecked());
    await form.getByRole('button', { name: 'Put this desktop rule in force' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('In force, as soon as the desktops have heard of it.').waitFor();
    await form.getByRole('radio', { name: /^Everything In force/ }).waitFor();
    await page.getByRole('button', { name: 'FR' }).click();
    await page.getByText('Qui détournerait la passerelle').waitFor();
  }));

  test('PAGE-9: at a desktop an admin looks at people and rules, and is told where to change them', () => story({ ...admin('people'), scenario: { ...admin('people').scenario, isHeldShort: true } }, async (page) => {
    await page.getByText('At this desktop you can look, and change nothing here').waitFor();
    await page.getByRole('heading', { name: /people$/ }).first().waitFor();
  }));

  test('a one-time code for a browser is shown as QR and text with the time that is left', () => story(admin('browser'), async (page) => {
    await page.getByRole('button', { name: 'Make a code' }).click();
    await page.getByText('Fill in a name.').waitFor();
    await page.getByLabel('Name of the browser').fill('Desk');
    await page.getByRole('button', { name: 'Make a code' }).click();
    await page.getByRole('img', { name: 'The code as a QR code' }).waitFor();
    await page.getByText(/^WS1-/).waitFor();
    await page.getByText('Good for 29 minutes').waitFor();
  }));

  test('people who are no admins see neither the entry nor the screen', () => story({ fragment: '#/ward/people' }, async (page) => {
    await page.getByText('Only admins see this.').waitFor();
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('link', { name: 'Your account' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'People and rules' }).count(), 0);
  }));
});
