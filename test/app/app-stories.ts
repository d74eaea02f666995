/** Stories of the ward app's page in Chromium, over a worker that is made up; and what every story may need. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import type { Page } from 'playwright-core';
import { chromiumMissing } from '../support/trusting-chromium.ts';
import { startHarness, type Harness, type OpenOptions } from './harness.ts';
import { testLogin } from './scenario.ts';
import { states, type ScreenState } from './screens.ts';

/** Runs a story on a fresh page, and fails when the page logged an error or the policy blocked something. */
export type Story = (options: OpenOptions, tell: (page: Page) => Promise<void>) => Promise<void>;

export interface Stories {
  readonly story: Story;
  /** Keeps a picture of the page for whoever wants to look. */
  readonly picture: Harness['picture'];
  readonly open: Harness['open'];
}

/** Groups tests that share one browser. */
export function appStories(title: string, tests: (stories: Stories) => void): void {
  describe(title, { skip: chromiumMissing }, () => {
    let harness: Harness;
    before(async () => {
      harness = await startHarness();
    });
    after(() => harness.stop());
    tests({
      async story(options, tell) {
        const { page, context, complaints } = await harness.open(options);
        page.setDefaultTimeout(10_000);
        try {
          await tell(page);
          assert.deepEqual(complaints, []);
        } finally {
          await context.close();
        }
      },
      picture: (...which) => harness.picture(...which),
      open: (options) => harness.open(options),
    });
  });
}

export function screen(name: string): ScreenState {
  const found = states[name];
  if (found === undefined) throw new Error(`no screen called ${name}`);
  return found;
}

export async function unlockIn(page: Page): Promise<void> {
  await page.getByLabel('Name you log in with').fill(testLogin.handle);
  await page.getByLabel('Password', { exact: true }).fill(testLogin.password);
  await page.getByRole('button', { name: 'Unlock' }).click();
}

/** Presses Tab until the wanted element has the focus. */
export async function tabTo(page: Page, there: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await there()) return;
    await page.keyboard.press('Tab');
  }
  assert.fail('the keyboard does not get there');
}
