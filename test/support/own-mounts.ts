import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** Runs a shell line in a mount namespace of its own; undefined, loudly, where that is not permitted. */
export function inOwnMounts(t: TestContext, line: string, script = ''): string | undefined {
  const flags = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user'];
  if (spawnSync('unshare', [...flags, 'true']).status !== 0) {
    console.error('NOT TESTED: this machine permits no mount namespace');
    t.skip('no mount namespace');
    return undefined;
  }
  const result = spawnSync('unshare', [...flags, 'sh', '-c', line], { encoding: 'utf8', env: { ...process.env, SCRIPT: script } });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}
