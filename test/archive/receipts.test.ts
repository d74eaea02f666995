/** The archive's receipts against a store that cannot always write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signReceipts } from '../../node/archive/receipts.ts';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';
import { hexOf, RECEIPTS_DOCUMENT } from '../../protocol/codec/ids.ts';
import { decodeReceipt } from '../../protocol/items/receipt.ts';
import { StoreError, type Append } from '../../protocol/store/item-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { buildWard, type TestWard } from '../support/ward-builder.ts';

/** A disk that is full when told to be. */
class FullableStore extends MemoryStore {
  isFull = false;

  override async append(append: Append): Promise<void> {
    if (this.isFull) throw new StoreError('disk-full', 'the disk is full');
    await super.append(append);
  }
}

test('LOG-11: a receipt that could not be written is owed still, and what came meanwhile too', async (t) => {
  const disk = new FullableStore();
  const ward = await buildWard({ store: disk });
  const nurse = await ward.join('anna', 'clinician');
  const document = ward.newDocument();
  await ward.put(nurse.changeset(document, new Uint8Array([1])));
  const receipts = await signReceipts(ward.replica, ward.archive.key, realEnvironment(silentLog));
  t.after(() => receipts.stop());

  disk.isFull = true;
  await assert.rejects(receipts.flush(), { code: 'disk-full' });
  assert.deepEqual(await receipted(ward), new Map());
  disk.isFull = false;
  await ward.put(nurse.changeset(document, new Uint8Array([2])));
  await receipts.flush();
  const expected = new Map<string, number>();
  for (const each of ward.replica.documents()) {
    if (hexOf(each) === hexOf(RECEIPTS_DOCUMENT)) continue;
    for (const { author, seq } of ward.replica.frontier(each)) expected.set(hexOf(each) + hexOf(author), seq);
  }
  assert.deepEqual(await receipted(ward), expected);
});

/** The newest seq that receipts name, by chain. */
async function receipted({ replica, archive }: TestWard): Promise<Map<string, number>> {
  const items = await replica.read({ document: RECEIPTS_DOCUMENT, author: archive.id }, 1, { maxItems: 100, maxBytes: 1024 * 1024 });
  return new Map(items.flatMap(({ body }) => decodeReceipt(body)).map(({ document, author, seq }) => [hexOf(document) + hexOf(author), seq]));
}
