/**
 * Runs on a small file system of its own (argument: its folder). Fills the disk through a store, frees some of it, goes
 * on, and checks that exactly what was acknowledged is there. Prints one line.
 */
import assert from 'node:assert/strict';
import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError, type ItemStore } from '../../protocol/store/item-store.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { same } from './contract.ts';
import { chainNumber, sampleAppend } from './sample.ts';

const CHAINS = [1, 2, 3, 4];
const BODY = 30_000;
const [disk = ''] = process.argv.slice(2);
const filler = join(disk, 'filler');
const folder = join(disk, 'store');

await writeFile(filler, new Uint8Array(20 * 1024 * 1024));
const acknowledged = new Map(CHAINS.map((chain) => [chain, 0]));
let store = await openLevelStore(folder);

const errors = await fillDisk(store);
for (const error of errors) {
  assert.equal(error.code, 'disk-full');
  assert.match(error.message, /the disk is full\. Nothing that was saved is lost; free some space, and try again\.$/);
}
await checkContent(store);
// Still full: still the same answer, and still readable.
await assert.rejects(store.setLocal('large', new Uint8Array(2_000_000)), { code: 'disk-full' });
await checkContent(store);

await unlink(filler);
for (let round = 0; round < 20; round++) await Promise.all(CHAINS.map((chain) => extend(store, chain)));
await checkContent(store);
await store.close();

store = await openLevelStore(folder);
await checkContent(store);
assert.equal(await store.getLocal('large'), null);
await store.close();
console.log(`${errors.length} chains refused; acknowledged ${[...acknowledged.values()].join(' ')}`);

/** Appends to all chains at once until every one of them was refused. */
async function fillDisk(full: ItemStore): Promise<readonly StoreError[]> {
  const refused: StoreError[] = [];
  await Promise.all(CHAINS.map(async (chain) => {
    for (let count = 0; count < 2000; count++) {
      try {
        await extend(full, chain);
      } catch (error) {
        assert.ok(error instanceof StoreError, String(error));
        refused.push(error);
        return;
      }
    }
    throw new Error('the disk never filled');
  }));
  return refused;
}

async function extend(to: ItemStore, chain: number): Promise<void> {
  const seq = (acknowledged.get(chain) ?? 0) + 1;
  await to.append(sampleAppend(chainNumber(chain, chain), seq, seq, BODY));
  acknowledged.set(chain, seq);
}

async function checkContent(of: ItemStore): Promise<void> {
  for await (const head of of.heads()) same(head.seq, acknowledged.get(head.author[3] ?? 0), 'head');
  for (const [chain, seq] of acknowledged) {
    const items = await of.read(chainNumber(chain, chain), 1, { maxItems: 1e6, maxBytes: 1e12 });
    same(items.length, seq, `items of chain ${chain}`);
    same(items.slice(-3), sampleAppend(chainNumber(chain, chain), 1, seq, BODY).items.slice(-3), `last items of chain ${chain}`);
  }
}
