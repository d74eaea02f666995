import assert from 'node:assert/strict';
import test from 'node:test';
import { encode } from '../../protocol/codec/cbor.ts';
import { hexOf, LOG_DOCUMENT } from '../../protocol/codec/ids.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { labelledHash } from '../../protocol/crypto/signing/hash.ts';
import { encodeItem, signItem, encodeFields, type Item } from '../../protocol/items/item.ts';
import { ChainWriter, NotAdmittedError } from '../../protocol/replica/chain-writer.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Admitted } from '../../protocol/replica/replica.ts';
import { StoreError, type Append } from '../../protocol/store/item-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { testLog } from '../support/seeded.ts';
import { buildWard, offerTo } from '../support/ward-builder.ts';

/** A memory store that can be told to fail, and counts its writes. */
class TestStore extends MemoryStore {
  failing = false;
  appends = 0;
  override async append(append: Append): Promise<void> {
    this.appends++;
    await Promise.resolve();
    if (this.failing) throw new StoreError('disk-full', 'The disk is full.');
    await super.append(append);
  }
}

test('ITEM-5: of two items in one place the first stays, the other is evidence, and the chain is closed', async () => {
  const store = new TestStore();
  const ward = await buildWard({ store });
  const nurse = await ward.join('anna', 'clinician');
  const document = ward.newDocument();
  const chain = { document, author: nurse.id };
  const [one, two] = [await ward.put(nurse.changeset(document)), await ward.put(nurse.changeset(document))];
  const other = nurse.changeset(document, undefined, { seq: 2, prev: one.id });
  const forged = { ...encodeItem(other), signature: new Uint8Array(64) };
  assert.deepEqual(await ward.replica.offer({ ...chain, items: [forged] }), { outcome: 'refused', reason: 'bad-signature' });
  assert.equal(ward.replica.isForked(chain), false);

  assert.deepEqual(await ward.offer(other), { outcome: 'refused', reason: 'forked' });
  assert.equal(ward.replica.isForked(chain), true);
  assert.deepEqual(await ward.offer(nurse.changeset(document)), { outcome: 'refused', reason: 'forked' });
  assert.deepEqual(await ward.offer(two), { outcome: 'known' });
  assert.equal(hexOf(ward.replica.head(chain)?.id ?? one.id), hexOf(two.id));
  const again = await openReplica({ store, ward: ward.id, log: testLog() });
  assert.equal(again.isForked(chain), true);
  assert.equal((await ward.offer(nurse.changeset(ward.newDocument()))).outcome, 'stored', 'other chains go on');
});

test('ITEM-5: a fork shows too where the other branch is longer, or begins beyond what is here', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('anna', 'clinician');
  for (const overlap of [true, false]) {
    const document = ward.newDocument();
    const one = await ward.put(nurse.changeset(document));
    await ward.put(nurse.changeset(document));
    const second = nurse.changeset(document, undefined, { seq: 2, prev: one.id });
    const third = nurse.changeset(document, undefined, { seq: 3, prev: second.id });
    const branch = overlap ? [one, second, third] : [third];
    assert.deepEqual(await offerTo(ward.replica, ...branch), { outcome: 'refused', reason: 'forked' });
    assert.equal(ward.replica.isForked({ document, author: nurse.id }), true);
  }
});

test('SYNC-5: one signature covers a run; a run that is served ends in a signature, whatever its limit', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('anna', 'clinician');
  const document = ward.newDocument();
  const chain = { document, author: nurse.id };
  const items = Array.from({ length: 10 }, () => nurse.changeset(document));
  const bare = (item: Item) => ({ ...encodeItem(item), signature: new Uint8Array(0) });
  const half = (from: number, to: number) => items.slice(from, to).map((item, at, all) => (at === all.length - 1 ? encodeItem(item) : bare(item)));
  assert.deepEqual(await ward.replica.offer({ ...chain, items: half(0, 6) }), { outcome: 'stored', stored: 6, disputed: false });
  const garbled = half(6, 10).map((item, at, all) => (at === all.length - 1 ? item : { ...item, signature: new Uint8Array(64).fill(1) }));
  assert.deepEqual(await ward.replica.offer({ ...chain, items: garbled }), { outcome: 'stored', stored: 4, disputed: false });

  const seqs = async (from: number, maxItems: number): Promise<number[]> => {
    const { items: run } = await ward.replica.run(chain, from, { maxItems, maxBytes: 1024 * 1024 });
    assert.deepEqual(run.map(({ signature }) => signature.length > 0), run.map((_, at) => at === run.length - 1));
    return [from, from + run.length - 1];
  };
  assert.deepEqual(await seqs(1, 256), [1, 10]);
  assert.deepEqual(await seqs(1, 8), [1, 6]);
  assert.deepEqual(await seqs(1, 2), [1, 6]);
  assert.deepEqual(await seqs(7, 1), [7, 10]);
  assert.deepEqual((await ward.replica.run(chain, 11, { maxItems: 9, maxBytes: 9999 })).items, []);

  const other = await ward.emptyReplica();
  for (const item of ward.items) await offerTo(other, item);
  assert.equal((await other.offer(await ward.replica.run(chain, 1, { maxItems: 256, maxBytes: 1024 * 1024 }))).outcome, 'stored');
  assert.deepEqual(other.digest(document), ward.replica.digest(document));
});

test('FRONT-1: the frontier is sorted by author, and the digest is over it', async () => {
  const ward = await buildWard();
  const document = ward.newDocument();
  assert.deepEqual(ward.replica.frontier(document), []);
  const before = ward.replica.digest(document);
  for (const name of ['anna', 'bert', 'cara']) await ward.put((await ward.join(name, 'clinician')).changeset(document));
  const frontier = ward.replica.frontier(document);
  const authors = frontier.map(({ author }) => hexOf(author));
  assert.deepEqual(authors, [...authors].sort());
  const expected = labelledHash(LABEL.documentDigest, encode(frontier.map(({ author, seq, id }) => [author, seq, id])));
  assert.deepEqual(ward.replica.digest(document), expected);
  assert.notDeepEqual(expected, before);
  assert.ok([...ward.replica.documents()].some((id) => hexOf(id) === hexOf(document)));
});

test('ADMIT-1: everything is there again after a restart', async () => {
  const store = new MemoryStore();
  const ward = await buildWard({ store });
  const nurse = await ward.join('anna', 'clinician');
  const document = ward.newDocument();
  await ward.put(nurse.changeset(document));
  await ward.put(ward.founder.operation({ type: 'remove-user', user: nurse.user.id, cut: [] }));
  const again = await openReplica({ store, ward: ward.id, log: testLog() });
  assert.equal(again.count, ward.replica.count);
  assert.deepEqual(again.state().users, ward.replica.state().users);
  assert.deepEqual(again.state().heads, ward.heads());
  assert.deepEqual(again.digest(document), ward.replica.digest(document));
  assert.deepEqual(again.certificateOf(nurse.id), nurse.certificate);
  for (const item of ward.items) assert.deepEqual(await offerTo(again, item), { outcome: 'known' });
});

test('ADMIT-1: a store that rotted, or is another ward\'s, is not opened', async () => {
  const store = new MemoryStore();
  const ward = await buildWard({ store });
  const other = await buildWard({ seed: 'other' });
  const corrupt = (error: unknown): boolean => error instanceof StoreError && error.code === 'corrupt';
  await assert.rejects(openReplica({ store, ward: other.id, log: testLog() }), corrupt);
  const head = ward.replica.head({ document: LOG_DOCUMENT, author: ward.founder.id });
  assert.ok(head !== undefined);
  const [stored] = await store.read(head, head.seq, { maxItems: 1, maxBytes: 1 });
  assert.ok(stored !== undefined);
  const body = stored.item.body.slice();
  body[40] = (body[40] ?? 0) ^ 1;
  await store.append({ items: [{ ...stored, item: { ...stored.item, body } }], heads: [head] });
  await assert.rejects(openReplica({ store, ward: ward.id, log: testLog() }), corrupt);
});

test('ADMIT-1: what could not be written is not here, and goes in when the disk has room again', async () => {
  const store = new TestStore();
  const ward = await buildWard({ store });
  const nurse = await ward.join('anna', 'clinician');
  const [item, operation] = [nurse.changeset(ward.newDocument()), ward.addition(ward.newUser('bert', 'viewer'))];
  const before = [ward.replica.count, ward.heads()];
  store.failing = true;
  await assert.rejects(ward.offer(item), StoreError);
  await assert.rejects(ward.offer(operation), StoreError);
  assert.deepEqual([ward.replica.count, ward.heads()], before);
  store.failing = false;
  await ward.put(item);
  await ward.put(operation);
});

test('ADMIT-1: admissions are told in order, once each, after they are durable', async () => {
  const store = new TestStore();
  const ward = await buildWard({ store });
  const nurse = await ward.join('anna', 'clinician');
  const told: Admitted[] = [];
  const off = ward.replica.onAdmitted((admitted) => told.push(admitted));
  const document = ward.newDocument();
  const items = Array.from({ length: 5 }, () => nurse.changeset(document));
  await Promise.all(items.map((item) => ward.offer(item)));
  assert.deepEqual(told.flatMap(({ items: some }) => some.map(({ fields }) => fields.seq)), [1, 2, 3, 4, 5]);
  await ward.offer(items[0] ?? ward.genesis);
  off();
  await ward.put(nurse.changeset(document));
  assert.equal(told.length, 5);
});

test('ADMIT-1: chains are written side by side, so that they share a flush', async () => {
  let together = 0;
  let most = 0;
  const store = new (class extends MemoryStore {
    override async append(append: Append): Promise<void> {
      most = Math.max(most, ++together);
      for (let tick = 0; tick < 5; tick++) await Promise.resolve();
      together--;
      await super.append(append);
    }
  })();
  const ward = await buildWard({ store });
  const nurse = await ward.join('anna', 'clinician');
  await Promise.all(Array.from({ length: 8 }, () => ward.offer(nurse.changeset(ward.newDocument()))));
  assert.equal(most, 8);
});

test('ITEM-3: a chain writer gives each item its place, one at a time', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('anna', 'clinician');
  const writer = new ChainWriter({ replica: ward.replica, author: nurse.id, clock: ward.clock });
  const document = ward.newDocument();
  const write = (body: number) => writer.append(document, (place) =>
    signItem(nurse.key, ward.id, encodeFields(place, { type: 'changeset', epoch: 1, history: new Uint8Array(32) }), Uint8Array.of(body)));
  const items = await Promise.all([write(1), write(2), write(3)]);
  assert.deepEqual(items.map(({ fields }) => fields.seq), [1, 2, 3]);
  assert.deepEqual(items.map(({ fields }) => fields.heads.length), [1, 0, 0]);
  await ward.addUser('bert', 'viewer');
  assert.deepEqual((await write(4)).fields.heads, ward.heads());
  await ward.put(ward.founder.operation({ type: 'remove-user', user: nurse.user.id, cut: [] }));
  await assert.rejects(write(5), NotAdmittedError);
});

test('ADMIT-1: a closed replica takes nothing', async () => {
  const ward = await buildWard();
  const item = ward.founder.changeset(ward.newDocument());
  await ward.replica.close();
  await assert.rejects(ward.offer(item), (error) => error instanceof StoreError && error.code === 'closed');
});
