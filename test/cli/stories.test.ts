import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { buildProgram } from './program.ts';
import { tellStory } from './story.ts';

const program = await buildProgram();
const folder = new URL('stories/', import.meta.url);

for (const name of (await readdir(folder)).sort()) {
  test(`wardsync: ${name.replace('.txt', '').replaceAll('-', ' ')}`, { timeout: 300_000 }, (t) => tellStory(t, new URL(name, folder), { program }));
}
