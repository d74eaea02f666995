import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { utf8 } from '../../protocol/codec/bytes.ts';
import { MemoryShareStore, type ShareStore } from '../../protocol/unlock/share-store.ts';
import { shareFiles } from '../../node/device/share-files.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'wardsync-shares-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** `reopen` is the store as the next process finds it. */
const STORES: readonly { readonly name: string; readonly make: (t: TestContext) => Promise<{ store: ShareStore; reopen: () => ShareStore }> }[] = [
  { name: 'memory', make: async () => { const store = new MemoryShareStore(); return { store, reopen: () => store }; } },
  { name: 'files', make: async (t) => { const path = await folder(t); return { store: shareFiles(path), reopen: () => shareFiles(path) }; } },
];

for (const { name, make } of STORES) {
  test(`UNLOCK-2: what was put is there for the next process, replaced whole, and gone when destroyed (${name})`, async (t) => {
    const { store, reopen } = await make(t);
    assert.deepEqual(await store.load(), { records: new Map(), damaged: [] });
    await store.put('aa-bb.share', utf8('first'));
    await store.put('aa.tries', utf8('one'));
    await store.put('aa.tries', utf8('two'));
    await store.put('cc.tries', new Uint8Array(0));
    assert.deepEqual(await reopen().load(), { records: new Map([['aa-bb.share', utf8('first')], ['aa.tries', utf8('two')], ['cc.tries', new Uint8Array(0)]]), damaged: [] });
    await store.destroy('aa-bb.share');
    await store.destroy('aa-bb.share');
    await store.destroy('cc.tries');
    assert.deepEqual([...(await reopen().load()).records.keys()], ['aa.tries']);
    for (const bad of ['../x.share', 'x', '', 'aa.share/..', 'AA.share', '.share']) await assert.rejects(async () => store.put(bad, new Uint8Array(1)), RangeError);
  });
}

test('UNLOCK-2: a file that rotted is named, and one half written is swept away', async (t) => {
  const path = await folder(t);
  const store = shareFiles(path);
  await store.put('aa.tries', utf8('one'));
  await store.put('bb.tries', utf8('two'));
  const bytes = await readFile(join(path, 'aa.tries'));
  await writeFile(join(path, 'aa.tries'), bytes.map((byte, place) => (place === bytes.length - 1 ? byte ^ 1 : byte)));
  await writeFile(join(path, 'cc.tries.partial'), 'half');
  await writeFile(join(path, 'dd.tries'), 'x');
  const { records, damaged } = await shareFiles(path).load();
  assert.deepEqual([...records.keys()], ['bb.tries']);
  assert.deepEqual([...damaged].sort(), ['aa.tries', 'dd.tries']);
  assert.ok(!(await readdir(path)).includes('cc.tries.partial'));
});

test('UNLOCK-4: a share that is destroyed is overwritten in its place before its name goes', async (t) => {
  const path = await folder(t);
  const store = shareFiles(path);
  const secret = utf8('a share of thirty-two bytes, say');
  await store.put('aa-bb.share', secret);
  assert.equal((await stat(join(path, 'aa-bb.share'))).mode & 0o077, 0, "nobody else's to read");
  // A handle on the file outlives its name, and shows what the disk is left with.
  const handle = await open(join(path, 'aa-bb.share'), 'r');
  t.after(() => handle.close());
  assert.ok((await handle.readFile()).includes(Buffer.from(secret)));
  await store.destroy('aa-bb.share');
  const left = Buffer.alloc(secret.length + 4);
  const { bytesRead } = await handle.read(left, 0, left.length, 0);
  assert.equal(bytesRead, left.length);
  assert.deepEqual(left, Buffer.alloc(left.length));
  assert.deepEqual(await readdir(path), []);
});
