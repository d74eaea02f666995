import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inOwnMounts } from '../support/own-mounts.ts';

const CHILD = fileURLToPath(new URL('full-disk-child.ts', import.meta.url));

test('STORE-5: a full disk is one clear error; nothing acknowledged is lost, nothing refused turns up, and writing goes on once there is room', { timeout: 120_000 }, async (t) => {
  const disk = await freshFolder(t);
  const output = inOwnMounts(t, `mount -t tmpfs -o size=40m none '${disk}' && exec '${process.execPath}' --import tsx '${CHILD}' '${disk}'`);
  if (output === undefined) return;
  assert.match(output, /^4 chains refused; acknowledged \d{2,} \d{2,} \d{2,} \d{2,}$/m);
});

test('STORE-3: a folder on a file system mounted read-only is not writable', { timeout: 60_000 }, async (t) => {
  const disk = await freshFolder(t);
  const script = `
    import { openLevelStore } from ${JSON.stringify(new URL('../../protocol/store/level-store.ts', import.meta.url).href)};
    for (const folder of [process.argv[1], process.argv[1] + '/new'])
      await openLevelStore(folder).then(() => console.log('opened'), (error) => console.log(error.name, error.code));`;
  const output = inOwnMounts(t, `mount -t tmpfs -o ro none '${disk}' && exec '${process.execPath}' --import tsx --input-type=module -e "$SCRIPT" '${disk}'`, script);
  if (output === undefined) return;
  assert.equal(output, 'StoreError not-writable\nStoreError not-writable\n');
});

async function freshFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wardsync-disk-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
