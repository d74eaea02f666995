import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appStories } from './app-stories.ts';

appStories('erasing a patient in Chromium', ({ story }) => {
  test('ERASE-3: a page that shows the patient goes back to the board, and what was typed about the patient is forgotten', () => story({ scenario: { role: 'admin' } }, async (page) => {
    const card = page.locator('.bed-card').first();
    const name = await card.locator('h3').textContent() ?? '';
    assert.notEqual(name, '');
    await card.getByRole('link').first().click();
    await page.getByRole('navigation').getByRole('link', { name: 'Notes' }).click();
    await page.getByRole('textbox').first().fill('typed and not saved');
    await page.getByRole('navigation').getByRole('link', { name: 'Stays' }).click();
    await page.getByRole('button', { name: 'Erase this patient…' }).click();
    await page.getByRole('button', { name: 'Propose to erase' }).click();
    assert.equal(await page.getByRole('dialog').count(), 1, 'a reason is wanted');
    await page.getByLabel('Why').fill('Asked for in writing');
    await page.getByRole('button', { name: 'Propose to erase' }).click();
    await page.getByText('This patient was erased for good').waitFor();
    await page.locator('main.board').waitFor();
    assert.match(page.url(), /#\/$/);
    assert.ok(!(await page.locator('main').textContent() ?? name).includes(name));
    await page.waitForFunction(async () => {
      const texts: string[] = [];
      for (const { name: found } of await indexedDB.databases()) {
        const database = await new Promise<IDBDatabase>((resolve) => { const opening = indexedDB.open(found ?? ''); opening.onsuccess = () => resolve(opening.result); });
        for (const store of database.objectStoreNames) {
          const values = await new Promise<unknown[]>((resolve) => { const all = database.transaction(store).objectStore(store).getAll(); all.onsuccess = () => resolve(all.result); });
          texts.push(JSON.stringify(values));
        }
        database.close();
      }
      return !texts.join().includes('typed and not saved');
    });
  }));

  test('ERASE-1: what another has proposed is approved with one question, and by the keyboard', () => story({ scenario: { role: 'privacy' } }, async (page) => {
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('link', { name: 'Patients erased for good' }).click();
    await page.getByRole('button', { name: /^Approve: A patient whose record/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('It cannot be undone').waitFor();
    await page.getByRole('button', { name: 'Yes, erase for good' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('0 of 4 devices have destroyed it').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Approve/ }).count(), 0);
  }));

  test('ERASE-4: the report names devices that have not said so, those that are gone, and backups of before', () => story({ scenario: { role: 'admin' }, fragment: '#/erasures' }, async (page) => {
    await page.getByText('2 of 4 devices have destroyed it').waitFor();
    const text = await page.locator('main').innerText();
    for (const line of [/night shift.*has not said so yet/, /was lost.*never said so, and is out of the ward/, /1f3a77c0.*holds sealed items until it is destroyed/, /9e0210bb.*destroyed, as was said/, /Not reached: prints/]) assert.match(text, line);
  }));

  test('nobody else is offered to erase', () => story({ scenario: { role: 'clinician' } }, async (page) => {
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    assert.equal(await page.getByRole('link', { name: 'Patients erased for good' }).count(), 0);
    await page.locator('.bed-card').first().getByRole('link').first().click();
    await page.getByRole('navigation').getByRole('link', { name: 'Stays' }).click();
    assert.equal(await page.getByRole('button', { name: 'Erase this patient…' }).count(), 0);
  }));
});
