import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ClassicLevel } from 'classic-level';
import { fromHex, toHex } from '../../protocol/codec/bytes.ts';
import type { ItemStore } from '../../protocol/store/item-store.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { FORMAT_VERSION, headRecord, itemKey, versionRecord } from '../../protocol/store/records.ts';
import { all, contentOf, failsWith, same } from './contract.ts';
import { formatRecords, formatSample } from './format-sample.ts';
import { chainNumber, sampleAppend, sampleHead } from './sample.ts';

const root = await mkdtemp(join(tmpdir(), 'wardsync-level-'));
after(() => rm(root, { recursive: true, force: true }));

let folders = 0;
const freshFolder = () => join(root, `store-${++folders}`);
const FIXTURE = fileURLToPath(new URL('../fixtures/store-format-1/', import.meta.url));
const NO_LIMIT = { maxItems: 1_000_000, maxBytes: 1e12 };

test('STORE-2: the format on disk is the frozen one, record by record', async () => {
  const frozen: unknown = JSON.parse(await readFile(join(FIXTURE, 'records.json'), 'utf8'));
  assert.deepEqual(formatRecords(), frozen);
});

test('STORE-2: a store written by the first release opens, and holds what was put in', async () => {
  const folder = freshFolder();
  await cp(join(FIXTURE, 'level'), folder, { recursive: true });
  const store = await openLevelStore(folder);
  const { append, locals } = formatSample();
  const expected = sampleContent(append);
  same(await contentOf(store), await expected, 'content');
  for (const [name, value] of locals) same(await store.getLocal(name), value, name);
  await store.close();
});

test('STORE-2: what this program writes has the frozen records and no others', async () => {
  const folder = freshFolder();
  await fill(await openLevelStore(folder));
  const frozen: unknown = JSON.parse(await readFile(join(FIXTURE, 'records.json'), 'utf8'));
  const found: Record<string, string> = {};
  await withDatabase(folder, async (database) => {
    for await (const [key, value] of database.iterator()) found[toHex(key)] = toHex(value);
  });
  assert.deepEqual(found, frozen);
});

test('STORE-1: whatever is written is flushed to the disk before it is acknowledged', async (t) => {
  const [batch, ...unflushed] = [t.mock.method(ClassicLevel.prototype, 'batch'), t.mock.method(ClassicLevel.prototype, 'put'), t.mock.method(ClassicLevel.prototype, 'del')];
  const store = await openLevelStore(freshFolder());
  const steps = [
    () => store.append(sampleAppend(chainNumber(1, 1), 1, 3)),
    () => store.setLocal('name', Uint8Array.of(1)),
    () => store.setLocal('name', null),
    () => store.erase([chainNumber(1, 1).document]),
    () => store.destroy(),
  ];
  for (const [at, step] of steps.entries()) {
    const before = batch.mock.callCount();
    await step();
    assert.ok(batch.mock.callCount() > before, `step ${at} wrote`);
  }
  for (const { arguments: given } of batch.mock.calls) assert.deepEqual(Array.from<unknown>(given).at(1), { sync: true });
  for (const spy of unflushed) assert.equal(spy.mock.callCount(), 0, 'a way of writing that is not looked at here');
  await store.close();
});

test('STORE-3: a store of a later format is refused with one clear error and left as it is', async () => {
  const folder = freshFolder();
  await fill(await openLevelStore(folder));
  const { key, value } = versionRecord(FORMAT_VERSION + 1);
  await withDatabase(folder, (database) => database.put(key, value ?? new Uint8Array(0)));
  const error = await failsWith('newer-format', () => openLevelStore(folder));
  assert.match(error.message, /format 2; this program reads format 1\. Update the program/);
  await withDatabase(folder, (database) => database.put(key, versionRecord().value ?? new Uint8Array(0)));
  const store = await openLevelStore(folder);
  assert.equal((await all(store.heads())).length, 2);
  await store.close();
});

test('STORE-3: a database of another program is refused and left as it is', async () => {
  const folder = freshFolder();
  await withDatabase(folder, (database) => database.put(Uint8Array.of(65), Uint8Array.of(66)));
  await failsWith('corrupt', () => openLevelStore(folder));
  await withDatabase(folder, async (database) => {
    assert.equal((await database.keys().all()).length, 1);
  });
});

test('STORE-6: a folder that another process has open is refused as in use', async () => {
  const folder = freshFolder();
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('appending-child.ts', import.meta.url)), folder, '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const error = await failsWith('in-use', () => openLevelStore(folder));
  assert.match(error.message, /in use by another process\. Stop that one/);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  await (await openLevelStore(folder)).close();
});

test('STORE-6: a folder that this process has open is refused as in use, and goes on working', async () => {
  const folder = freshFolder();
  const store = await openLevelStore(folder);
  await failsWith('in-use', () => openLevelStore(folder));
  await store.append(sampleAppend(chainNumber(1, 1), 1, 3));
  await store.close();
});

test('STORE-3: a file in the place of the folder, or of the folder above it, is not writable', async () => {
  const file = freshFolder();
  await writeFile(file, 'a file');
  for (const path of [file, join(file, 'store')]) {
    const error = await failsWith('not-writable', () => openLevelStore(path));
    assert.match(error.message, /cannot be written: check that it is a folder/);
  }
  assert.equal(await readFile(file, 'utf8'), 'a file');
});

test('STORE-4: a head without its item is noticed at opening', async () => {
  const folder = freshFolder();
  await fill(await openLevelStore(folder));
  const chain = chainNumber(1, 1);
  const item = await withDatabase(folder, async (database) => {
    const key = itemKey(chain, 3);
    const value = await database.get(key);
    await database.del(key);
    return value;
  });
  const error = await failsWith('corrupt', () => openLevelStore(folder));
  assert.match(error.message, /item 3 of a chain in document 0{7}1.* is missing.*restore a backup/);
  await withDatabase(folder, (database) => database.put(itemKey(chain, 3), item ?? new Uint8Array(0)));
  await (await openLevelStore(folder)).close();
});

test('STORE-4: a bit that flipped in any record is noticed when the record is read', async () => {
  const folder = freshFolder();
  const head = headRecord(sampleHead(chainNumber(1, 1), 3));
  await fill(await openLevelStore(folder));
  for (const [key, read] of [
    [itemKey(chainNumber(1, 1), 2), (store: ItemStore) => store.read(chainNumber(1, 1), 1, NO_LIMIT)],
    [Uint8Array.of(4, 0x6e, 0x61, 0x6d, 0x65), (store: ItemStore) => store.getLocal('name')],
    [Uint8Array.of(3, ...head.key.subarray(1)), (store: ItemStore) => all(store.forks())],
  ] as const) {
    const good = await flip(folder, key);
    const store = await openLevelStore(folder);
    await failsWith('corrupt', () => read(store));
    await store.close();
    await withDatabase(folder, (database) => database.put(key, good));
  }
  await flip(folder, head.key);
  await failsWith('corrupt', () => openLevelStore(folder));
});

test('STORE-4: a record that stands under another key is noticed', async () => {
  const folder = freshFolder();
  await fill(await openLevelStore(folder));
  const chain = chainNumber(1, 1);
  await withDatabase(folder, async (database) => {
    const value = await database.get(itemKey(chain, 1));
    await database.put(itemKey(chain, 2), value ?? new Uint8Array(0));
  });
  const store = await openLevelStore(folder);
  await failsWith('corrupt', () => store.read(chain, 1, NO_LIMIT));
  await store.close();
});

for (const [what, pattern] of [['manifest', /^MANIFEST/], ['pointer to the manifest', /^CURRENT$/], ['table', /\.ldb$/]] as const) {
  test(`STORE-4: a lost or overwritten ${what} is one clear error, and harms nothing more`, async () => {
    const folder = freshFolder();
    await fill(await openLevelStore(folder));
    await withDatabase(folder, (database) => database.compactRange(Uint8Array.of(0), Uint8Array.of(255)));
    const name = (await readdir(folder)).find((file) => pattern.test(file)) ?? '';
    const path = join(folder, name);
    const good = await readFile(path);
    await writeFile(path, new Uint8Array(good.length));
    await failsWith('corrupt', () => openAndReadAll(folder));
    await writeFile(path, good.subarray(0, good.length >> 1));
    await failsWith('corrupt', () => openAndReadAll(folder));
    await rm(path);
    await failsWith('corrupt', () => openAndReadAll(folder));
    await writeFile(path, good);
    await openAndReadAll(folder);
  });
}

test('STORE-7: an interrupted destroy is finished at the next opening', async () => {
  const folder = freshFolder();
  await fill(await openLevelStore(folder));
  await writeFile(join(folder, 'emptying'), '');
  await rm(join(folder, 'CURRENT'));
  const store = await openLevelStore(folder);
  assert.deepEqual(await contentOf(store), []);
  assert.equal(await store.getLocal('name'), null);
  await store.append(sampleAppend(chainNumber(1, 1), 1, 3));
  await store.close();
  const again = await openLevelStore(folder);
  assert.equal((await all(again.heads())).length, 1);
  await again.close();
});

test('ATTACK 33: after destroy the bytes are gone from the files too', async () => {
  const folder = freshFolder();
  const canary = new TextEncoder().encode('canary-7d1f');
  const store = await openLevelStore(folder);
  await store.append(sampleAppend(chainNumber(1, 1), 1, 3000, 2000));
  await store.setLocal('canary', canary);
  await store.destroy();
  assert.equal(await store.getLocal('canary'), null);
  await store.close();
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name));
    assert.equal(content.indexOf(canary), -1, name);
    assert.ok(content.length < 100_000, `${name}: ${content.length} bytes`);
  }
});

async function openAndReadAll(folder: string): Promise<void> {
  const store = await openLevelStore(folder);
  try {
    assert.notEqual((await contentOf(store)).length, 0);
  } finally {
    await store.close();
  }
}

async function fill(store: ItemStore): Promise<void> {
  const { append, locals } = formatSample();
  await store.append(append);
  for (const [name, value] of locals) await store.setLocal(name, value);
  await store.close();
}

async function sampleContent(append: ReturnType<typeof formatSample>['append']): Promise<readonly string[]> {
  const { MemoryStore } = await import('../../protocol/store/memory-store.ts');
  const model = new MemoryStore();
  await model.append(append);
  return contentOf(model);
}

/** The value before. */
async function flip(folder: string, key: Uint8Array): Promise<Uint8Array> {
  return withDatabase(folder, async (database) => {
    const value = await database.get(key);
    assert.ok(value !== undefined, toHex(key));
    const changed = fromHex(toHex(value), 'value');
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 4;
    await database.put(key, changed);
    return value;
  });
}

async function withDatabase<T>(folder: string, action: (database: ClassicLevel<Uint8Array, Uint8Array>) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const database = new ClassicLevel<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  try {
    return await action(database);
  } finally {
    await database.close();
  }
}
