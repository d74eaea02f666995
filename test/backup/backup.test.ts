import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { backupStore, type BackupReport } from '../../node/backup/backup-store.ts';
import { BackupWriter } from '../../node/backup/backup-file.ts';
import type { BackupFailure } from '../../node/backup/failure.ts';
import type { Frame } from '../../node/backup/format.ts';
import { readBackupHeader, restoreBackup, type RestoreReport } from '../../node/backup/restore-backup.ts';
import { concatBytes } from '../../protocol/codec/bytes.ts';
import { RECEIPTS_DOCUMENT } from '../../protocol/codec/ids.ts';
import type { Result } from '../../protocol/codec/result.ts';
import { encodeItem, type EncodedItem } from '../../protocol/items/item.ts';
import type { ItemStore } from '../../protocol/store/item-store.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { all, contentOf } from '../store/contract.ts';
import { inOwnMounts } from '../support/own-mounts.ts';
import { documentNumber, fillStore, genesisAppend, growChain, keyNumber, sampleWard } from './sample-ward.ts';

const root = await mkdtemp(join(tmpdir(), 'wardsync-backup-'));
after(() => rm(root, { recursive: true, force: true }));

let places = 0;
const freshPlace = async () => {
  const folder = join(root, `case-${++places}`);
  await mkdir(folder);
  return { folder, file: join(folder, 'ward.backup'), into: join(folder, 'restored') };
};

const sample = sampleWard();
const header = { ward: sample.ward, deviceKind: 'archive', created: 1_790_000_000_000 } as const;

test('BACKUP-2: what is backed up is restored: items, heads and evidence, but no receipts and no local values', async () => {
  const { folder, file, into } = await freshPlace();
  const source = await openLevelStore(join(folder, 'source'));
  await fillStore(source, sample);
  const progress: number[] = [];
  const backup = done(await backupStore({ ...header, store: source, file, onProgress: ({ items }) => progress.push(items) }));
  assert.deepEqual([backup.chains, backup.items, backup.forks], [13, 1 + 3 * 78, 1]);
  assert.equal((await readFile(file)).length, backup.bytes);
  assert.equal(progress.at(-1), backup.items);
  assert.deepEqual(done(await readBackupHeader(file)), header);

  const steps: number[] = [];
  const report = done(await restoreBackup({ file, folder: into, ward: sample.ward, onProgress: ({ bytes, totalBytes }) => steps.push(bytes / totalBytes) }));
  assert.deepEqual(report, { ...header, chains: backup.chains, items: backup.items, forks: backup.forks });
  assert.ok((steps.at(-1) ?? 0) > 0.9 && (steps.at(-1) ?? 2) <= 1);

  const restored = await openLevelStore(into);
  const expected = new MemoryStore();
  await fillStore(expected, sample);
  assert.deepEqual(await contentOf(restored), (await contentOf(expected)).filter((line) => !line.includes(`"document":"${'0'.repeat(31)}3"`)));
  assert.equal(await restored.getLocal('device-key'), null);
  for await (const head of restored.heads()) assert.notDeepEqual(head.document, RECEIPTS_DOCUMENT);
  await Promise.all([source.close(), restored.close()]);
  assert.deepEqual((await readdir(folder)).sort(), ['restored', 'source', 'ward.backup']);
});

test('BACKUP-2: the backup holds neither the device key nor any other local value', async () => {
  const { file } = await freshPlace();
  const store = new MemoryStore();
  await fillStore(store, sample);
  done(await backupStore({ ...header, store, file }));
  assert.equal((await readFile(file)).indexOf('canary-device-key'), -1);
});

test('BACKUP-3: a backup made while the archive takes items is one moment of it, and restores', async () => {
  const { folder, file, into } = await freshPlace();
  const store = await openLevelStore(join(folder, 'source'));
  await fillStore(store, sample, 30);
  let grown = growChain(sample, keyNumber(50), documentNumber(50), 1);
  await store.append(grown.append);
  const stop = new AbortController();
  const growing = (async () => {
    for (let number = 200; !stop.signal.aborted; number++) {
      grown = growChain(sample, keyNumber(50), documentNumber(50), 3, 200, grown.head);
      await store.append(grown.append);
      await store.append(growChain(sample, keyNumber(number), documentNumber(number), 2).append);
    }
  })();
  const backup = await backupStore({ ...header, store, file });
  stop.abort();
  await growing;
  done(backup);
  const report = done(await restoreBackup({ file, folder: into }));
  assert.ok(report.chains >= 32 && report.chains <= (await all(store.heads())).length);
  await store.close();
});

test('BACKUP-1: a chain of more than one run and items of the largest size come through', async () => {
  const { file, into } = await freshPlace();
  const store = new MemoryStore();
  await store.append(genesisAppend(sample));
  await store.append(growChain(sample, keyNumber(1), documentNumber(1), 700, 10).append);
  await store.append(growChain(sample, keyNumber(2), documentNumber(1), 3, 1024 * 1024).append);
  done(await backupStore({ ...header, store, file }));
  done(await restoreBackup({ file, folder: into }));
  const restored = await openLevelStore(into);
  assert.deepEqual(await contentOf(restored), await contentOf(store));
  await restored.close();
});

test('BACKUP-6: a backup never overwrites: not a file, not a folder, not a dangling link', async () => {
  const { folder } = await freshPlace();
  const store = new MemoryStore();
  await fillStore(store, sample);
  await writeFile(join(folder, 'a-file'), 'precious');
  await mkdir(join(folder, 'a-folder'));
  await symlink(join(folder, 'nowhere'), join(folder, 'a-link'));
  for (const name of ['a-file', 'a-folder', 'a-link']) {
    const failure = failed(await backupStore({ ...header, store, file: join(folder, name) }), 'file-exists');
    assert.match(failure.message, /exists already, and a backup replaces nothing\. Choose another name\.$/);
  }
  assert.equal(await readFile(join(folder, 'a-file'), 'utf8'), 'precious');
  assert.deepEqual((await readdir(folder)).sort(), ['a-file', 'a-folder', 'a-link']);
});

test('BACKUP-6: two backups to one name at once: one is made, the other refused, and no half file is left', async () => {
  const { folder, file, into } = await freshPlace();
  const store = new MemoryStore();
  await fillStore(store, sample);
  const results = await Promise.all([1, 2].map(() => backupStore({ ...header, store, file })));
  assert.deepEqual(results.map((result) => (result.ok ? 'made' : result.failure.code)).sort(), ['file-exists', 'made']);
  assert.deepEqual(await readdir(folder), ['ward.backup']);
  done(await restoreBackup({ file, folder: into }));
});

test('BACKUP-6: a backup into a folder that is not there, or under a file, is one clear error', async () => {
  const { folder } = await freshPlace();
  const store = new MemoryStore();
  await fillStore(store, sample);
  await writeFile(join(folder, 'a-file'), '');
  failed(await backupStore({ ...header, store, file: join(folder, 'missing', 'x') }), 'no-file');
  failed(await backupStore({ ...header, store, file: join(folder, 'a-file', 'x') }), 'not-writable');
});

test('BACKUP-4: a damaged store is noticed when the backup is made, and leaves no file', async () => {
  const broken: readonly (readonly [string, (store: ItemStore) => Promise<void>])[] = [
    ['an item is missing', async (store) => {
      const { append } = growChain(sample, keyNumber(9), documentNumber(9), 5);
      await store.append({ ...append, items: append.items.filter(({ seq }) => seq !== 3) });
    }],
    ['an item was changed', async (store) => {
      const { append } = growChain(sample, keyNumber(9), documentNumber(9), 5);
      await store.append({ ...append, items: append.items.map((stored) => (stored.seq === 3 ? { ...stored, item: { ...stored.item, body: new Uint8Array(7) } } : stored)) });
    }],
    ['the head has no signature', async (store) => {
      const { append } = growChain(sample, keyNumber(9), documentNumber(9), 5);
      await store.append({ ...append, items: append.items.map((stored) => ({ ...stored, item: { ...stored.item, signature: new Uint8Array(0) } })) });
    }],
    ['the head is of another item', async (store) => {
      const { append, head } = growChain(sample, keyNumber(9), documentNumber(9), 5);
      await store.append({ ...append, heads: [{ ...head, id: sample.genesis.id }] });
    }],
  ];
  for (const [what, damage] of broken) {
    const { folder, file } = await freshPlace();
    const store = new MemoryStore();
    await fillStore(store, sample);
    await damage(store);
    const failure = failed(await backupStore({ ...header, store, file }), 'corrupt');
    assert.match(failure.message, /^The store is damaged/, what);
    assert.deepEqual(await readdir(folder), [], what);
  }
});

test('BACKUP-4: a store of another ward than claimed gives no backup', async () => {
  const { folder, file } = await freshPlace();
  const store = new MemoryStore();
  await store.append(genesisAppend(sample));
  failed(await backupStore({ ...header, ward: sampleWard(5).ward, store, file }), 'corrupt');
  assert.deepEqual(await readdir(folder), []);
});

test('BACKUP-6: restore refuses a folder that is not empty, and a file in its place', async () => {
  const { folder, file, into } = await made();
  await mkdir(into);
  await writeFile(join(into, 'something'), 'precious');
  const failure = failed(await restoreBackup({ file, folder: into }), 'folder-not-empty');
  assert.match(failure.message, /is not empty, and a restore replaces nothing\. Name a new folder\.$/);
  assert.equal(await readFile(join(into, 'something'), 'utf8'), 'precious');
  const aFile = join(folder, 'a-file');
  await writeFile(aFile, 'precious');
  failed(await restoreBackup({ file, folder: aFile }), 'not-writable');
  failed(await restoreBackup({ file, folder: join(aFile, 'below') }), 'not-writable');
  assert.deepEqual((await readdir(folder)).sort(), ['a-file', 'restored', 'ward.backup']);
});

test('BACKUP-6: restore fills an empty folder, and makes the folders above', async () => {
  const { folder, file, into } = await made();
  await mkdir(into);
  done(await restoreBackup({ file, folder: into }));
  const deep = join(folder, 'a', 'b', 'c');
  done(await restoreBackup({ file, folder: deep }));
  await (await openLevelStore(deep)).close();
});

test('BACKUP-5: restore of another ward than the one expected is refused', async () => {
  const { folder, file, into } = await made();
  failed(await restoreBackup({ file, folder: into, ward: sampleWard(5).ward }), 'other-ward');
  assert.deepEqual(await readdir(folder), ['ward.backup']);
});

test('BACKUP-5: a file that is no backup is refused: missing, a folder, a pipe, text, empty, of a later format', async () => {
  const { folder, into } = await freshPlace();
  const path = (name: string) => join(folder, name);
  await mkdir(path('folder'));
  await writeFile(path('text'), 'Dear colleague, '.repeat(100));
  await writeFile(path('empty'), '');
  await writeFile(path('later'), `wardsync-backup 2\n${'x'.repeat(100)}`);
  assert.equal(spawnSync('mkfifo', [path('pipe')]).status, 0);
  for (const [name, code] of [['missing', 'no-file'], ['folder', 'not-a-backup'], ['pipe', 'not-a-backup'], ['text', 'not-a-backup'], ['empty', 'not-a-backup'], ['later', 'newer-format']] as const) {
    failed(await restoreBackup({ file: path(name), folder: into }), code);
    failed(await readBackupHeader(path(name)), code);
  }
  await assert.rejects(readdir(into));
});

test('ATTACK 29: 200 MB of zeros, with and without a header before them, take no memory and leave no folder', async () => {
  for (const begin of [new Uint8Array(0), await beginning()]) {
    const { folder, file, into } = await freshPlace();
    await writeFile(file, begin);
    await truncate(file, 200_000_000);
    const before = process.memoryUsage().rss;
    failed(await restoreBackup({ file, folder: into }), begin.length === 0 ? 'not-a-backup' : 'damaged-backup');
    assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024);
    assert.deepEqual(await readdir(folder), ['ward.backup']);
  }
});

test('ATTACK 29: a frame, a list or a body that claims more than is there is refused before anything is made of it', async () => {
  const begin = await beginning();
  const bombs: readonly Uint8Array[] = [
    Uint8Array.of(0xff, 0xff, 0xff, 0xff),
    Uint8Array.of(0x00, 0x12, 0x00, 0x00),
    Uint8Array.of(0, 0, 0, 9, 0x82, 2, 0x81, 0x9a, 0xff, 0xff, 0xff, 0xff, 0),
    Uint8Array.of(0, 0, 0, 11, 0x82, 2, 0x81, 0x81, 0x83, 0x5a, 0x7f, 0xff, 0xff, 0xff, 0),
    Uint8Array.of(0, 0, 0, 13, 0x82, 2, 0x81, 0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0),
    Uint8Array.of(0, 0, 0, 0),
  ];
  for (const bomb of bombs) {
    const { folder, file, into } = await freshPlace();
    await writeFile(file, concatBytes(begin, bomb, new Uint8Array(100)));
    failed(await restoreBackup({ file, folder: into }), 'damaged-backup');
    assert.deepEqual(await readdir(folder), ['ward.backup']);
  }
});

test('BACKUP-5: a truncated backup is refused wherever it was cut', async () => {
  const { folder, file, into } = await made();
  const whole = await readFile(file);
  const cuts = [0, 1, 17, 18, 19, 30, 70, 100, ...Array.from({ length: 20 }, (_, index) => Math.floor((whole.length * index) / 20)), whole.length - 33, whole.length - 32, whole.length - 1];
  for (const cut of cuts) {
    await writeFile(file, whole.subarray(0, cut));
    const result = await restoreBackup({ file, folder: into });
    assert.ok(!result.ok && ['not-a-backup', 'damaged-backup'].includes(result.failure.code), `cut at ${cut}`);
    assert.deepEqual(await readdir(folder), ['ward.backup'], `cut at ${cut}`);
  }
});

test('BACKUP-5: a backup with one flipped bit is refused, wherever it is; so is one with bytes after its end', async () => {
  const { folder, file, into } = await made();
  const whole = await readFile(file);
  const step = Math.floor(whole.length / 60);
  for (let at = 0; at < whole.length; at += at < 80 || at > whole.length - 40 ? 7 : step) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    await writeFile(file, changed);
    const result = await restoreBackup({ file, folder: into });
    assert.ok(!result.ok, `byte ${at}`);
    assert.ok(['not-a-backup', 'damaged-backup', 'newer-format'].includes(result.failure.code), `byte ${at}: ${result.failure.code}`);
    assert.deepEqual(await readdir(folder), ['ward.backup'], `byte ${at}`);
  }
  await writeFile(file, whole);
  await appendFile(file, 'x');
  failed(await restoreBackup({ file, folder: into }), 'damaged-backup');
});

test('BACKUP-4: a backup with a right hash but wrong items is refused: ITEM-3, LOG-1', async () => {
  const chain = growChain(sample, keyNumber(1), documentNumber(1), 4).append.items.map(({ item }) => item);
  const other = growChain(sample, keyNumber(2), documentNumber(1), 2).append.items.map(({ item }) => item);
  const receipts = growChain(sample, keyNumber(3), RECEIPTS_DOCUMENT, 1).append.items.map(({ item }) => item);
  const stranger = growChain(sampleWard(5), keyNumber(1), documentNumber(1), 2).append.items.map(({ item }) => item);
  const genesis = [encodeItem(sample.genesis)];
  const { last } = growChain(sample, keyNumber(1), documentNumber(1), 2);
  const fork = { type: 'fork', ...documentAndAuthor(last), seq: 2, kept: last.id } as const;
  const twin = encodeItem(growChain(sample, keyNumber(1), documentNumber(1), 2, 201).last);

  const good: readonly Frame[] = [run(...genesis), run(...chain.slice(0, 2)), run(...chain.slice(2)), end(2, 5)];
  const bad: Readonly<Record<string, readonly Frame[]>> = {
    'no genesis': [run(...chain), end(1, 4)],
    'nothing at all': [end(0, 0)],
    'an item left out': [run(...genesis), run(...chain.slice(0, 1), ...chain.slice(2)), end(2, 4)],
    'an item twice': [run(...genesis), run(...chain.slice(0, 2), ...chain.slice(1)), end(2, 6)],
    'items exchanged': [run(...genesis), run(...chain.slice(0, 1), ...chain.slice(2, 3), ...chain.slice(1, 2), ...chain.slice(3)), end(2, 5)],
    'a beginning missing': [run(...genesis), run(...chain.slice(1)), end(2, 4)],
    'an end missing': [run(...genesis), run(...chain.slice(0, 3)), end(2, 4)],
    'a chain twice': [run(...genesis), run(...chain), run(...other), run(...chain), end(4, 11)],
    'two chains interleaved': [run(...genesis), run(...chain.slice(0, 2)), run(...other), run(...chain.slice(2)), end(3, 7)],
    'an item of another ward': [run(...genesis), run(...stranger), end(2, 3)],
    'a receipt': [run(...genesis), run(...receipts), end(2, 2)],
    'a second header': [{ type: 'header', ...header }, ...good],
    'wrong counts': [...good.slice(0, 3), end(2, 6)],
    'more after the end': [...good, run(...other)],
    'evidence for a chain that is not there': [run(...genesis), { ...fork, other: twin }, end(1, 1, 1)],
    'evidence that is the kept item': [...good.slice(0, 3), { ...fork, other: encodeItem(last) }, end(2, 5, 1)],
    'evidence that nobody signed': [...good.slice(0, 3), { ...fork, other: { ...twin, signature: new Uint8Array(0) } }, end(2, 5, 1)],
    'evidence signed by another': [...good.slice(0, 3), { ...fork, other: other[1] ?? twin }, end(2, 5, 1)],
  };
  const restoreOf = async (frames: readonly Frame[]) => {
    const place = await freshPlace();
    await writeFrames(place.file, [{ type: 'header', ...header }, ...frames]);
    return { ...place, result: await restoreBackup({ file: place.file, folder: place.into }) };
  };
  done((await restoreOf(good)).result);
  done((await restoreOf([...good.slice(0, 3), { ...fork, other: twin }, end(2, 5, 1)])).result);
  for (const [what, frames] of Object.entries(bad)) {
    const { folder, result } = await restoreOf(frames);
    assert.ok(!result.ok, what);
    assert.equal(result.failure.code, 'damaged-backup', what);
    assert.deepEqual(await readdir(folder), ['ward.backup'], what);
  }
});

test('BACKUP-1: the last 32 bytes are the SHA-256 of all before', async () => {
  const { file } = await made();
  const whole = await readFile(file);
  assert.equal(whole.subarray(0, 18).toString(), 'wardsync-backup 1\n');
  assert.deepEqual(createHash('sha256').update(whole.subarray(0, -32)).digest(), whole.subarray(-32));
});

test('BACKUP-6: a disk without room for a backup, or for a restore, is one clear error and is left as it was', { timeout: 60_000 }, async (t) => {
  const { folder, into } = await freshPlace();
  await mkdir(into);
  const child = fileURLToPath(new URL('full-disk-child.ts', import.meta.url));
  const output = inOwnMounts(t, `mount -t tmpfs -o size=16m none '${into}' && exec '${process.execPath}' --import tsx '${child}' '${into}' '${folder}'`);
  if (output !== undefined) assert.equal(output, 'disk-full disk-full\n');
});

async function made(): Promise<Awaited<ReturnType<typeof freshPlace>>> {
  const place = await freshPlace();
  const store = new MemoryStore();
  await fillStore(store, sample, 6);
  done(await backupStore({ ...header, store, file: place.file }));
  return place;
}

/** Magic line and header of a valid backup. */
async function beginning(): Promise<Uint8Array> {
  const { file } = await freshPlace();
  await writeFrames(file, [{ type: 'header', ...header }]);
  const content = await readFile(file);
  return new Uint8Array(content.subarray(0, content.length - 32));
}

function run(...items: readonly EncodedItem[]): Frame {
  return { type: 'run', items };
}

function end(chains: number, items: number, forks = 0): Frame {
  return { type: 'end', chains, items, forks };
}

async function writeFrames(file: string, frames: readonly Frame[]): Promise<void> {
  const writer = await BackupWriter.create(file);
  for (const frame of frames) await writer.frame(frame);
  await writer.finish();
  await writer.close();
}

function documentAndAuthor({ fields }: ReturnType<typeof growChain>['last']) {
  return { document: fields.document, author: fields.author };
}

function done<T extends BackupReport | RestoreReport | { readonly ward: Uint8Array }>(result: Result<T, BackupFailure>): T {
  assert.ok(result.ok, result.ok ? '' : result.failure.message);
  return result.value;
}

function failed(result: Result<unknown, BackupFailure>, code: BackupFailure['code']): BackupFailure {
  assert.ok(!result.ok, 'it should have failed');
  assert.equal(result.failure.code, code, result.failure.message);
  assert.ok(!result.failure.message.includes('\n'), 'one line');
  return result.failure;
}
