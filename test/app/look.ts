/** Takes a picture of every screen in day and night, portrait and landscape: `tsx test/app/look.ts [name part]`. */
import { argv } from 'node:process';
import type { Page } from 'playwright-core';
import { startHarness } from './harness.ts';
import type { Harness, OpenOptions } from './harness.ts';
import { states } from './screens.ts';

const only = argv[2] ?? '';
const harness = await startHarness();
try {
  for (const [name, state] of Object.entries(states)) {
    for (const size of ['portrait', 'landscape', 'desktop', 'phone'] as const) {
      for (const theme of ['day', 'night'] as const) {
        const title = `${name}-${size}-${theme}`;
        if (title.includes(only)) await take(harness, title, { ...state.options, size, theme }, state.reach);
      }
    }
  }
} finally {
  await harness.stop();
}

async function take(from: Harness, title: string, options: OpenOptions, reach: (page: Page) => Promise<void>): Promise<void> {
  const { page, context, complaints } = await from.open(options);
  await reach(page);
  await from.picture(page, title);
  for (const complaint of complaints) console.log(`${title}: ${complaint}`);
  await context.close();
}
