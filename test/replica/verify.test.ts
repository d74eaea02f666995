import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { hexOf, LOG_DOCUMENT, type DocumentId } from '../../protocol/codec/ids.ts';
import { encodeItem, type Chain, type Item } from '../../protocol/items/item.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { giveUp, hindranceTo, verifyStore, type Verification } from '../../protocol/replica/verify.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { itemKey } from '../../protocol/store/records.ts';
import { copyItems } from '../../node/cli/copy-items.ts';
import { testLog } from '../support/seeded.ts';
import { buildWard, offerTo, type TestSession, type TestWard } from '../support/ward-builder.ts';

const root = await mkdtemp(join(tmpdir(), 'wardsync-verify-'));
after(() => rm(root, { recursive: true, force: true }));
let folders = 0;

interface Setting {
  readonly ward: TestWard;
  readonly nurse: TestSession;
  readonly folder: string;
  readonly chain: Chain;
  readonly items: readonly Item[];
}

/** A ward in LevelDB, closed, with a chain of ten items, and another replica in memory that holds the first `known` of them. */
async function closedWard(known = 10): Promise<Setting & { readonly other: Replica }> {
  const folder = join(root, String(folders++));
  const ward = await buildWard({ seed: `verify ${folders}`, store: await openLevelStore(folder) });
  const nurse = await ward.join('nurse', 'clinician');
  const document: DocumentId = ward.newDocument();
  const items = [await ward.put(nurse.grant(document, ward.everyone))];
  for (let count = 0; count < 9; count++) items.push(await ward.put(nurse.changeset(document)));
  const other = await ward.emptyReplica();
  for (const item of ward.items) if (hexOf(item.fields.document) !== hexOf(document) || item.fields.seq <= known) await offerTo(other, item);
  await ward.replica.close();
  return { ward, nurse, folder, chain: { document, author: nurse.id }, items, other };
}

/** Writes over a record's bytes as a failing disk does, or removes it. */
async function rot(folder: string, chain: Chain, seq: number, how: 'flip' | 'remove' = 'flip'): Promise<void> {
  const level = new ClassicLevel<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  const key = itemKey(chain, seq);
  if (how === 'remove') await level.del(key);
  else {
    const value = (await level.get(key) ?? assert.fail('no such record')).slice();
    value[30] = (value[30] ?? 0) ^ 1;
    await level.put(key, value);
  }
  await level.close();
}

async function verified({ ward, folder }: Setting, mend = false): Promise<Verification> {
  const store = await openLevelStore(folder, 'unchecked');
  const found = await verifyStore(store, ward.id);
  if (mend) await giveUp(store, found.damages);
  await store.close();
  return found;
}

async function reopened({ ward, folder }: Setting): Promise<Replica> {
  return openReplica({ store: await openLevelStore(folder), ward: ward.id, log: testLog() });
}

function told({ damages }: Verification): readonly object[] {
  return damages.map(({ from, upTo, records, sound, why }) => ({ from, upTo, records, sound: sound?.seq, why }));
}

test('STORE-8: a store that is whole is found so, every item of it', async () => {
  const setting = await closedWard();
  const { chains, items, damages } = await verified(setting);
  assert.deepEqual([items, damages], [setting.ward.items.length, []]);
  assert.ok(chains > 3);
});

test('STORE-8: a rotten, a missing and a forged item are found, and named by their place', async () => {
  const setting = await closedWard();
  await rot(setting.folder, setting.chain, 4);
  await rot(setting.folder, setting.chain, 8);
  assert.deepEqual(told(await verified(setting)), [{ from: 4, upTo: 10, records: [4, 8], sound: 3, why: 'item record: checksum does not fit' }]);
  const lost = await closedWard();
  await rot(lost.folder, lost.chain, 1, 'remove');
  assert.deepEqual(told(await verified(lost)), [{ from: 1, upTo: 10, records: [], sound: undefined, why: 'item 1 is missing' }]);
  const ended = await closedWard();
  await rot(ended.folder, ended.chain, 10, 'remove');
  assert.deepEqual(told(await verified(ended)), [{ from: 10, upTo: 10, records: [], sound: 9, why: 'it does not end as its head says' }]);

  const forged = await closedWard();
  const store = await openLevelStore(forged.folder);
  const item = forged.items[4] ?? assert.fail();
  const encoded = encodeItem(item);
  await store.append({ items: [{ ...forged.chain, seq: 5, item: { ...encoded, body: encoded.body.map((byte) => byte ^ 1) } }], heads: [] });
  await store.close();
  assert.deepEqual(told(await verified(forged)), [{ from: 5, upTo: 10, records: [], sound: 4, why: 'the signature of item 5 does not fit' }]);
});

test('STORE-8: what was given up is fetched again like anything missing, and the count never falls', async () => {
  for (const [place, how] of [[4, 'flip'], [1, 'flip'], [10, 'flip'], [7, 'remove']] as const) {
    const setting = await closedWard();
    await rot(setting.folder, setting.chain, place, how);
    await verified(setting, true);
    const replica = await reopened(setting);
    assert.equal(replica.head(setting.chain)?.seq ?? 0, place - 1);
    assert.ok(replica.count >= setting.ward.items.length, 'no peer takes it for rolled back');
    assert.equal((await replica.read(setting.chain, 1, { maxItems: 100, maxBytes: 1e9 })).length, place - 1, 'nothing beyond is served');
    await copyItems(setting.other, replica);
    assert.deepEqual(replica.digest(setting.chain.document), setting.other.digest(setting.chain.document));
    await replica.close();
    assert.deepEqual((await verified(setting)).damages, []);
  }
});

test('STORE-8: what only this device has is let in again as soon as the lost item is here, also after a restart', async () => {
  const setting = await closedWard(6);
  await rot(setting.folder, setting.chain, 5);
  await verified(setting, true);
  const replica = await reopened(setting);
  const item = setting.items[4] ?? assert.fail();
  assert.equal((await offerTo(replica, item)).outcome, 'stored');
  await replica.close();
  assert.equal((await verified(setting)).damages.length, 0);
  const again = await reopened(setting);
  assert.equal(again.head(setting.chain)?.seq, 10, 'seven to ten were nowhere else');
  await again.close();

  const twice = await closedWard(6);
  await rot(twice.folder, twice.chain, 5);
  await rot(twice.folder, twice.chain, 9);
  await verified(twice, true);
  const holed = await reopened(twice);
  await copyItems(twice.other, holed);
  await holed.close();
  const after9 = await reopened(twice);
  assert.equal(after9.head(twice.chain)?.seq, 8, 'up to the next one that is lost');
  for (const number of [9]) assert.equal((await offerTo(after9, twice.items[number - 1] ?? assert.fail())).outcome, 'stored');
  await after9.close();
  const healed = await reopened(twice);
  assert.equal(healed.head(twice.chain)?.seq, 10);
  await healed.close();
});

test('STORE-8: the log, the sessions and a device’s own chains are not given up', async () => {
  const { ward, nurse, chain } = await closedWard();
  assert.equal(hindranceTo({ document: LOG_DOCUMENT, author: nurse.id }, ward.tablet.id), 'foundation');
  assert.equal(hindranceTo(chain, ward.tablet.id), undefined);
  assert.equal(hindranceTo({ document: chain.document, author: ward.receipt(ward.archive, []).fields.author }, ward.archive.id), 'own');
});
