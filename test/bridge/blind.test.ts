import { strict as assert } from 'node:assert';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const FORBIDDEN = /^protocol\/(keys|documents|ward|crypto\/sealing|authority\/(authority|name-constraints))\b|automerge/;

test('KEYS-6: nothing that the bridge imports, however far, opens an item or issues a certificate', async () => {
  const start = (await readdir(new URL('browser-bridge/', ROOT))).filter((name) => name.endsWith('.ts')).map((name) => `browser-bridge/${name}`);
  const reached = new Set<string>();
  const waiting = [...start];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const at = new URL(file, ROOT);
    const text = await readFile(at, 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g)) {
      if (specifier.startsWith('.')) waiting.push(fileURLToPath(new URL(specifier, at)).slice(fileURLToPath(ROOT).length));
      else reached.add(specifier);
    }
  }
  assert(reached.has('ws') && reached.has('it-pipe') && reached.has('protocol/codec/result.ts'), 'the search itself is sound');
  assert.deepEqual(Array.from(reached).filter((name) => FORBIDDEN.test(name)), []);
});
