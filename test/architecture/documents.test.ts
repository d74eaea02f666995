import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ROOT } from './source-graph.ts';
import { claims, isTitle, testTitles, titlesIn, type Title } from './titles.ts';

const titles = await testTitles();
const spec = await readFile(new URL('SPEC.md', ROOT), 'utf8');
const threats = await readFile(new URL('THREATS.md', ROOT), 'utf8');

test('every rule has one number, and every rule that a test says it proves is in SPEC.md', () => {
  const rules = rulesOf(spec);
  assert.deepEqual(rules.filter((rule, index) => rules.indexOf(rule) !== index), [], 'numbers given twice');
  assert.deepEqual(unknownClaims(titles, new Set(rules), attacksOf(threats)), []);
  assert.deepEqual(unknownClaims([{ file: 'a.test.ts', text: 'NOWHERE-1: a thing' }], new Set(rules), new Set()), ['a.test.ts: NOWHERE-1']);
  assert.deepEqual(unknownClaims([{ file: 'a.test.ts', text: 'ENC-1, ATTACK 99: a thing' }], new Set(rules), attacksOf(threats)), ['a.test.ts: ATTACK 99']);
});

test('THREATS.md has a row for each of the attacks, and every test that it cites exists', () => {
  assert.deepEqual(Array.from({ length: 34 }, (_, index) => `ATTACK ${index + 1}`).filter((attack) => !attacksOf(threats).has(attack)), []);
  const cited = citations(threats);
  assert.ok(cited.length > 50, 'citations are found');
  assert.deepEqual(missing(cited, titles), []);
});

test('a test that is cited and not there, or under another title, is found', () => {
  const made = titlesIn('test/a/b.test.ts', "test('ENC-1: it holds', () => {}); test(`ENC-2: ${name} holds`, () => {}); test('it\\'s so', () => {});");
  assert.deepEqual(missing(citations('`test/a/b.test.ts` “ENC-1: it holds”, “ENC-2: CBOR holds”, “it\'s so”'), made), []);
  assert.deepEqual(missing(citations('`test/a/b.test.ts` “ENC-1: it held”; `test/a/c.test.ts` “ENC-1: it holds”'), made), [
    'test/a/b.test.ts “ENC-1: it held”', 'test/a/c.test.ts “ENC-1: it holds”',
  ]);
});

function rulesOf(text: string): readonly string[] {
  return Array.from(text.matchAll(/^- \*\*([A-Z]+-\d+)\*\*/gm), ([, rule = '']) => rule);
}

/** Rows of the table of attacks begin with their number. */
function attacksOf(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(/^\| (\d+) \|/gm), ([, number = '']) => `ATTACK ${number}`));
}

function unknownClaims(from: readonly Title[], rules: ReadonlySet<string>, attacks: ReadonlySet<string>): readonly string[] {
  return from.flatMap(({ file, text }) => claims(text).filter((claim) => !rules.has(claim) && !attacks.has(claim)).map((claim) => `${file}: ${claim}`));
}

/** `file` “title”, “title” … */
function citations(text: string): readonly Title[] {
  return Array.from(text.matchAll(/`(test\/[\w./-]+\.test\.ts)`((?:,? “[^”]+”)+)/g), ([, file = '', quoted = '']) =>
    Array.from(quoted.matchAll(/“([^”]+)”/g), ([, title = '']) => ({ file, text: title }))).flat();
}

function missing(cited: readonly Title[], present: readonly Title[]): readonly string[] {
  return cited.filter(({ file, text }) => !present.some((title) => title.file === file && isTitle(text, title))).map(({ file, text }) => `${file} “${text}”`);
}
