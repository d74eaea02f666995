/** The stories of `stories/`, as tests: in two files, so that none of them runs for longer than a test file may. */
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { buildProgram } from './program.ts';
import { tellStory } from './story.ts';

const folder = new URL('stories/', import.meta.url);

/** Every second story, beginning with the first or the second. */
export async function tellStories(half: 0 | 1): Promise<void> {
  const program = await buildProgram();
  // All of them before the first test: the program goes when the tests that are known by then are over.
  const stories = await Promise.all((await readdir(folder)).sort().filter((_, place) => place % 2 === half).map(async (name) => {
    const file = new URL(name, folder);
    return { file, title: /^# (.+)$/m.exec(await readFile(file, 'utf8'))?.[1] ?? name };
  }));
  for (const { file, title } of stories) test(title, { timeout: 300_000 }, (t) => tellStory(t, file, { program }));
}
