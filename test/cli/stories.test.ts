import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { buildProgram } from './program.ts';
import { tellStory } from './story.ts';

const program = await buildProgram();
const folder = new URL('stories/', import.meta.url);

for (const name of (await readdir(folder)).sort()) {
  const file = new URL(name, folder);
  const title = /^# (.+)$/m.exec(await readFile(file, 'utf8'))?.[1] ?? name;
  test(title, { timeout: 300_000 }, (t) => tellStory(t, file, { program }));
}
