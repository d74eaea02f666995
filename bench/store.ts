/**
 * What durable storage costs here: `npx tsx bench/store.ts [folder]` (a folder on the disk to be measured).
 *
 * Items of 600 bytes with random bodies, as ciphertext is. Results are read back and compared, outside of what is measured.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorId, documentId, itemId } from '../protocol/codec/ids.ts';
import type { Chain } from '../protocol/items/item.ts';
import type { Append, ItemStore, StoredItem } from '../protocol/store/item-store.ts';
import { openLevelStore } from '../protocol/store/level-store.ts';

const ITEMS = 20_000;
const CHAINS = 2_000;
const ITEM_BYTES = 600;
const ALONE = 300;
const AT_ONCE = 64;

const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'wardsync-bench-'));
try {
  await measure(join(folder, 'store'));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(path: string): Promise<void> {
  const flush = await flushMilliseconds(join(folder, 'flush'));
  report('one fsync of 600 bytes appended to a file', `${flush.toFixed(3)} ms`);

  const appends = makeAppends();
  let store = await openLevelStore(path);
  const alone = await seconds(async () => { for (const append of appends.slice(0, ALONE)) await store.append(append); });
  report('appends of one item, each waiting for the one before', `${(ALONE / alone).toFixed(0)}/s, ${((1000 * alone) / ALONE).toFixed(3)} ms each`);

  const rest = appends.slice(ALONE);
  const together = await seconds(() => appendAtOnce(store, rest, AT_ONCE));
  report(`appends of one item, ${AT_ONCE} at once, all synced`, `${(rest.length / together).toFixed(0)}/s, ${(((rest.length / together) * alone) / ALONE).toFixed(1)} times as many`);
  await store.close();

  const opening = await seconds(async () => { store = await openLevelStore(path); });
  report(`opening after a clean end, ${ITEMS} items in ${CHAINS} chains, heads checked`, `${(1000 * opening).toFixed(0)} ms`);
  let heads = 0;
  const listing = await seconds(async () => { for await (const _head of store.heads()) heads += 1; });
  assert.equal(heads, CHAINS);
  report('listing its heads', `${(1000 * listing).toFixed(0)} ms`);
  await checkEverything(store, appends);
  const reading = await seconds(async () => { for (const append of appends.slice(-CHAINS)) await readChain(store, append); });
  report('reading everything, chain by chain', `${(ITEMS / reading).toFixed(0)} items/s`);
  await store.close();

  await (await openLevelStore(path)).close();
  const bytes = await bytesIn(path);
  report('on disk', `${(bytes / ITEMS).toFixed(0)} bytes an item of ${ITEM_BYTES}, head and index included (${(bytes / ITEMS / ITEM_BYTES).toFixed(2)} times)`);
}

/** One item each, going round the chains. */
function makeAppends(): readonly Append[] {
  const chains: readonly Chain[] = Array.from({ length: CHAINS }, () => ({ document: documentId.from(new Uint8Array(randomBytes(16))), author: authorId.from(new Uint8Array(randomBytes(32))) }));
  return Array.from({ length: ITEMS }, (_, index) => {
    const chain = chains[index % CHAINS];
    assert.ok(chain !== undefined);
    const seq = Math.floor(index / CHAINS) + 1;
    const item = { fields: new Uint8Array(randomBytes(150)), body: new Uint8Array(randomBytes(ITEM_BYTES - 150 - 64)), signature: new Uint8Array(randomBytes(64)) };
    const id = itemId.from(new Uint8Array(randomBytes(32)));
    return { items: [{ ...chain, seq, item }], heads: [{ ...chain, seq, id, heads: [id], bytes: seq * ITEM_BYTES }] };
  });
}

async function appendAtOnce(store: ItemStore, appends: readonly Append[], atOnce: number): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let append = appends[next++]; append !== undefined; append = appends[next++]) await store.append(append);
  }));
}

async function readChain(store: ItemStore, { heads: [head] }: Append): Promise<readonly StoredItem[]> {
  assert.ok(head !== undefined);
  return store.read(head, 1, { maxItems: 256, maxBytes: 1024 * 1024 });
}

async function checkEverything(store: ItemStore, appends: readonly Append[]): Promise<void> {
  let items = 0;
  for (const append of appends.slice(-CHAINS)) {
    const read = await readChain(store, append);
    assert.deepEqual(read.at(-1), append.items[0]);
    items += read.length;
  }
  assert.equal(items, ITEMS);
}

/** Median of what the disk itself takes, to compare with. */
async function flushMilliseconds(path: string): Promise<number> {
  const file = await open(path, 'w');
  const times: number[] = [];
  for (let round = 0; round < 100; round++) {
    const start = performance.now();
    await file.write(randomBytes(ITEM_BYTES));
    await file.datasync();
    times.push(performance.now() - start);
  }
  await file.close();
  return times.sort((a, b) => a - b)[50] ?? 0;
}

async function bytesIn(path: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(path)) bytes += (await stat(join(path, name))).size;
  return bytes;
}

async function seconds(action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

function report(what: string, figure: string): void {
  console.log(`${what.padEnd(76)} ${figure}`);
}
