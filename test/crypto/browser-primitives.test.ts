/** What a browser gets, tested where tests run: the same files again, with the import map's `browser` condition. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { primitives as sealing } from '#sealing-primitives';
import { primitives as signing } from '#signing-primitives';
import { primitives as sealingNode } from '../../protocol/crypto/sealing/primitives-node.ts';
import { primitives as signingNode } from '../../protocol/crypto/signing/primitives-node.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('SUITE-1: Node gets node:crypto, a browser gets noble', () => {
  assert.equal(sealing, sealingNode);
  assert.equal(signing, signingNode);
  const script = `
    const chosen = await Promise.all(['#sealing-primitives', '#signing-primitives'].map((name) => import(name)));
    const noble = await Promise.all(['sealing', 'signing'].map((room) => import('./protocol/crypto/' + room + '/primitives-noble.ts')));
    process.exit(chosen.every(({ primitives }, i) => primitives === noble[i].primitives) ? 0 : 1);
  `;
  assert.equal(runInBrowserCondition(['--input-type=module', '--eval', script]).status, 0);
});

for (const file of ['test/crypto/committed.test.ts', 'test/crypto/frozen.test.ts', 'test/crypto/hpke.test.ts', 'test/vectors/hpke.test.ts', 'test/items/frozen.test.ts']) {
  test(`SUITE-1: ${file} holds with a browser's primitives`, () => {
    const { status, stdout } = runInBrowserCondition(['--test', '--test-reporter=tap', file]);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^# pass [1-9]/m);
  });
}

function runInBrowserCondition(args: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(process.execPath, ['--conditions=browser', '--import', 'tsx', ...args], { cwd: ROOT, env, encoding: 'utf8' });
}
