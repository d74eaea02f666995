/** How every screen looks, to eyes, fingers and a screen reader; and what it weighs. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildApp } from '../../scripts/build-app.ts';
import { appStories, screen } from './app-stories.ts';
import { axe } from './axe.ts';
import { fakeWorkerPath, sizes } from './harness.ts';
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

appStories('how the ward app looks', ({ story, picture }) => {
  for (const [name, state] of Object.entries(states)) {
    test(`axe finds nothing on ${name}, by day and by night`, () => story(state.options, async (page) => {
      await state.reach(page);
      for (const [theme, colorScheme] of [['day', 'light'], ['night', 'dark']] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-theme=${theme}]`).waitFor();
        await picture(page, `${name}-portrait-${theme}`);
        assert.deepEqual(await axe(page), [], theme);
      }
    }));
  }

  test('the app speaks French where devices and people are looked after, and axe finds nothing there', () => story({ language: 'fr', scenario: { role: 'admin' } }, async (page) => {
    await screen('board').reach(page);
    for (const [part, heading] of [['devices', 'Appareils du service'], ['doctor', 'Qui peut ouvrir quoi']] as const) {
      await page.goto(`${page.url().split('#')[0]}#/${part}`);
      await page.getByRole('heading', { name: heading }).waitFor();
      await picture(page, `french-${part}-portrait-day`);
      assert.deepEqual(await axe(page), []);
    }
  }));

  test('the app speaks French on every screen of a patient, and axe finds nothing there', () => story({ language: 'fr' }, async (page) => {
    await page.getByRole('heading', { name: 'Tableau du service' }).waitFor();
    const start = await page.locator('.bed-card h3 a').first().getAttribute('href') ?? '';
    for (const [part, words] of [['overview', 'Dernières constantes'], ['observations', 'Courbes'], ['notes', 'Nouvelle note'], ['stays', 'Exporter'], ['observe', 'Fréquence respiratoire']] as const) {
      await page.goto(`${page.url().split('#')[0]}${start.replace(/[^/]*$/, part)}`);
      await page.getByRole('main').getByText(words).first().waitFor();
      await picture(page, `french-${part}-portrait-day`);
      assert.deepEqual(await axe(page), []);
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'fr');
    }
  }));

  test('the app speaks French where somebody is admitted or new, and axe finds nothing there', () => story({ language: 'fr' }, async (page) => {
    await page.getByRole('button', { name: /Hors du service/ }).click();
    await picture(page, 'french-others-portrait-day');
    await page.getByRole('link', { name: /^Admettre / }).first().click();
    await page.getByRole('heading', { name: 'Admettre' }).waitFor();
    await picture(page, 'french-admit-portrait-day');
    assert.deepEqual(await axe(page), []);
    await page.goto(`${page.url().split('#')[0]}#/new-patient`);
    await page.getByLabel('Nom de famille').waitFor();
    await picture(page, 'french-new-patient-portrait-day');
    assert.deepEqual(await axe(page), []);
  }));

  for (const size of ['phone', 'landscape', 'desktop'] as const) {
    test(`axe finds nothing on the board and a patient at the size of a ${size}`, async () => {
      for (const name of ['board', 'overview', 'observe-filled']) {
        await story({ ...screen(name).options, size }, async (page) => {
          await screen(name).reach(page);
          assert.deepEqual(await axe(page), [], name);
        });
      }
    });
  }

  for (const name of ['board', 'board-others', 'other-overview', 'other-past-stay', 'admit', 'new-patient-alike', 'overview', 'observations', 'notes', 'observe-filled', 'unlock-known', 'devices', 'doctor', 'menu', 'audit', 'erasures', 'glass-request', 'glass-open', 'glass-uses', 'ward-people', 'ward-teams', 'ward-two', 'ward-review', 'ward-unlock', 'ward-browser']) {
    test(`every target of ${name} is at least 48 px high, and nothing is wider than the page, however it is turned`, () => story(screen(name).options, async (page) => {
      await screen(name).reach(page);
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        // What follows the size is drawn in the next frame.
        await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, `at ${size} it is ${wide} px too wide`);
        const small = await page.locator('button:visible, a.button:visible, input:visible:not([type=radio]), select:visible, summary:visible')
          .evaluateAll((targets) => targets
            // What a new drawing of the screen has just taken away has no height. A checkbox is pressed by the whole of its label.
            .filter((target) => target.isConnected && (target.matches('[type=checkbox]') ? target.closest('label') ?? target : target).getBoundingClientRect().height < 47.5)
            .map((target) => target.outerHTML.slice(0, 120)));
        assert.deepEqual(small, [], `at ${size}`);
      }
    }));
  }
});
