import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appStories, screen } from './app-stories.ts';

appStories('who really wrote an entry, in Chromium', ({ story }) => {
  for (const place of ['notes-provenance', 'observations-provenance']) {
    test(`DOC-9: an entry under another's name, one changed by others and one brought in say so (${place})`, () => story(screen(place).options, async (page) => {
      await screen(place).reach(page);
      const main = page.getByRole('main');
      for (const line of ['Changed since by Nora Quist and somebody who is not known here', '(brought in by Ada Minton)']) assert.equal(await main.getByText(line).count(), 1, line);
      assert.equal(await main.getByText(/Signed by/).count(), 1, 'and the others say nothing');
    }));
  }

  test('DOC-9: in French', () => story({ scenario: { provenance: 'mixed' }, language: 'fr' }, async (page) => {
    await page.getByRole('heading', { name: 'Tableau du service' }).waitFor();
    await page.locator('.bed-card h3 a').first().click();
    await page.getByRole('navigation').getByRole('link', { name: 'Notes' }).click();
    await page.getByText('Signé par Nora Quist, et non par la personne indiquée').waitFor();
    assert.equal(await page.getByText('(importé par Ada Minton)').count(), 1);
  }));
});
