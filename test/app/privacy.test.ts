import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appStories } from './app-stories.ts';

appStories('privacy in Chromium', ({ story }) => {
  test('AUDIT-1: a patient whose opening cannot be recorded is not shown, and the page says why', () => story({ scenario: { recording: false } }, async (page) => {
    const link = page.locator('.bed-card h3 a').first();
    await link.filter({ hasText: ',' }).waitFor();
    const name = await link.textContent();
    assert.ok(name !== null && name !== '');
    await link.click();
    await page.getByText('The record was not opened').waitFor();
    assert.equal(await page.locator('main').getByText(name).count(), 0);
  }));

  test('AUDIT-4: a privacy officer asks who looked at a patient, by patient and by person, and takes it out as a file', () => story({ scenario: { role: 'privacy' } }, async (page) => {
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('link', { name: 'Who looked at which patient' }).click();
    await page.getByText('24 openings').waitFor();
    assert.equal(await page.locator('.audit-line').count(), 20);
    await page.getByText('kept from you although you were a privacy officer').waitFor();
    await page.getByRole('button', { name: 'By patient' }).click();
    await page.getByRole('button', { name: /^Show only Okonjo, Ife/ }).click();
    await page.getByRole('searchbox', { name: 'Patient' }).fill('okonjo');
    await page.waitForFunction(() => document.querySelectorAll('.audit-line').length < 20);
    for (const line of await page.locator('.audit-line').allInnerTexts()) assert.match(line, /Okonjo/);
    await page.getByRole('searchbox', { name: 'Person' }).fill('nobody at all');
    await page.getByText('Nobody, as far as this was sealed to you.').waitFor();
    await page.getByRole('searchbox', { name: 'Person' }).fill('');
    const downloaded = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Take out as FHIR AuditEvents' }).click();
    assert.match((await downloaded).suggestedFilename(), /^audit-.*\.json$/);
  }));

  test('AUDIT-4: from a patient it is one step to who looked, for officers alone, and it opens no record', () => story({ scenario: { role: 'privacy' } }, async (page) => {
    await page.locator('.bed-card').first().getByRole('link').first().click();
    await page.getByRole('link', { name: 'Who looked at this patient' }).click();
    await page.getByRole('heading', { name: 'Who looked at which patient' }).waitFor();
    assert.match(page.url(), /#\/audit\/[^/]+$/);
  }));

  test('AUDIT-1: printing the page of a patient is recorded, printing the board is not', () => story({ scenario: { role: 'privacy' } }, async (page) => {
    const print = (): Promise<void> => page.evaluate(() => { dispatchEvent(new Event('beforeprint')); });
    await page.locator('.bed-card').first().waitFor();
    await print();
    await page.locator('.bed-card').first().getByRole('link').first().click();
    await page.getByRole('link', { name: 'Who looked at this patient' }).waitFor();
    await print();
    await page.goto(`${page.url().replace(/#.*/, '')}#/audit`);
    await page.getByText('24 openings').waitFor();
    assert.equal(await page.getByText('Printed').count(), 1);
  }));

  test('nobody else is offered the audit', () => story({ scenario: { role: 'clinician' } }, async (page) => {
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    assert.equal(await page.getByRole('link', { name: 'Who looked at which patient' }).count(), 0);
    await page.locator('.bed-card').first().getByRole('link').first().click();
    await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Who looked at this patient' }).count(), 0);
  }));

  test('the audit speaks French', () => story({ language: 'fr', scenario: { role: 'privacy' }, fragment: '#/audit' }, async (page) => {
    await page.getByRole('heading', { name: 'Qui a consulté quel patient' }).waitFor();
    await page.getByRole('button', { name: 'Par personne' }).click();
    await page.getByText('24 ouvertures').waitFor();
  }));
});
