/** The titles of tests, and of the steps of a story, as they stand in their files; what is computed in one stays as `${…}`. */
import { readdir, readFile } from 'node:fs/promises';
import { ROOT } from './source-graph.ts';

export interface Title {
  /** From the project's root. */
  readonly file: string;
  readonly text: string;
}

export async function testTitles(): Promise<readonly Title[]> {
  const files = (await readdir(new URL('test/', ROOT), { recursive: true })).filter((name) => name.endsWith('.test.ts'));
  const titles = await Promise.all(files.map(async (name) => titlesIn(`test/${name}`, await readFile(new URL(`test/${name}`, ROOT), 'utf8'))));
  return titles.flat();
}

export function titlesIn(file: string, source: string): readonly Title[] {
  return Array.from(source.matchAll(/\b(?:(?:test|describe)\(\s*|step\(t, )(['"`])((?:\\.|(?!\1).)+)\1/g), ([, , text = '']) => ({ file, text: text.replaceAll(/\\(.)/g, '$1') }));
}

/** Rules and attacks that a title says it proves: `ITEM-3: …`, `ATTACK 5: …`, or several before the colon. */
export function claims(title: string): readonly string[] {
  const [head = ''] = /^(?:(?:[A-Z]+-\d+|ATTACK \d+)(?:, | and )?)+(?=:)/.exec(title) ?? [];
  return head.match(/[A-Z]+-\d+|ATTACK \d+/g) ?? [];
}

/** Whether a title, some of which may be computed, can be what is cited. */
export function isTitle(cited: string, { text }: Title): boolean {
  const literal = text.split(/\$\{[^}]*\}/);
  if (literal.join('').length < 8) return text === cited;
  const parts = literal.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return text === cited || new RegExp(`^${parts.join('.*')}$`).test(cited);
}
