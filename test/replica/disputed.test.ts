import assert from 'node:assert/strict';
import test from 'node:test';
import type { DocumentId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import { isDisputed, userOf } from '../../protocol/replica/standing.ts';
import { buildWard, offerTo, type TestSession, type TestWard } from '../support/ward-builder.ts';

/** A nurse who wrote three items, and was removed with a cut after the second. */
async function removedNurse(): Promise<{ ward: TestWard; nurse: TestSession; document: DocumentId; items: Item[]; until: readonly Item['id'][] }> {
  const ward = await buildWard();
  const nurse = await ward.join('anna', 'clinician');
  const document = ward.newDocument();
  const until = ward.heads();
  const items = Array.from({ length: 3 }, () => nurse.changeset(document));
  const last = items[1];
  assert.ok(last !== undefined);
  const cut = [{ document, author: nurse.id, seq: 2, id: last.id }];
  await ward.put(ward.founder.operation({ type: 'remove-user', user: nurse.user.id, cut }));
  return { ward, nurse, document, items, until };
}

test('ATTACK 18: what a removed member wrote before is taken: up to the cut as it is, beyond it as disputed', async () => {
  const { ward, items: [one, two, three] } = await removedNurse();
  assert.ok(one && two && three);
  assert.deepEqual(await offerTo(ward.replica, one, two), { outcome: 'stored', stored: 2, disputed: false });
  assert.deepEqual(await offerTo(ward.replica, three), { outcome: 'stored', stored: 1, disputed: true });
  assert.deepEqual([one, two, three].map((item) => isDisputed(ward.replica, item)), [false, false, true]);
});

test('ADMIT-5: the standing is the same whether the removal or the item came first', async () => {
  const { ward, nurse, document, items } = await removedNurse();
  const other = await ward.emptyReplica();
  const removal = ward.items.at(-1);
  assert.ok(removal !== undefined);
  for (const item of ward.items.slice(0, -1)) await offerTo(other, item);
  assert.deepEqual(await offerTo(other, ...items), { outcome: 'stored', stored: 3, disputed: false });
  assert.deepEqual(items.map((item) => isDisputed(other, item)), [false, false, false]);
  await offerTo(other, removal);
  await offerTo(ward.replica, ...items);
  for (const replica of [other, ward.replica]) assert.deepEqual(items.map((item) => isDisputed(replica, item)), [false, false, true]);
  assert.deepEqual(other.digest(document), ward.replica.digest(document));
  assert.deepEqual(userOf(other, nurse.id), nurse.user.id);
});

test('ADMIT-3: a chain of which the cut knows nothing is disputed as a whole', async () => {
  const { ward, nurse, until } = await removedNurse();
  const elsewhere = ward.newDocument();
  assert.deepEqual(await ward.offer(nurse.changeset(elsewhere, undefined, { heads: until })), { outcome: 'stored', stored: 1, disputed: true });
});

test('ADMIT-3: a removed device takes its sessions\' items along, whoever\'s they are', async () => {
  const ward = await buildWard();
  const stolen = await ward.addDevice('tablet');
  const nurse = await ward.openSession(await ward.addUser('anna', 'clinician'), stolen);
  const item = nurse.changeset(ward.newDocument());
  await ward.put(ward.founder.operation({ type: 'remove-device', device: stolen.id, cut: [] }));
  assert.deepEqual(await ward.offer(item), { outcome: 'stored', stored: 1, disputed: true });
  const elsewhere = await ward.openSession(nurse.user);
  assert.deepEqual(await ward.offer(elsewhere.changeset(ward.newDocument())), { outcome: 'stored', stored: 1, disputed: false });
});

test('ADMIT-3: disputed items are taken up to 1 MiB in a chain', async () => {
  const { ward, nurse, document, items, until } = await removedNurse();
  await offerTo(ward.replica, ...items);
  const body = new Uint8Array(400 * 1024);
  for (const expected of ['stored', 'stored', 'refused']) {
    const verdict = await ward.offer(nurse.changeset(document, body, { heads: until }));
    assert.equal(verdict.outcome, expected);
    if (verdict.outcome === 'refused') assert.equal(verdict.reason, 'disputed-quota');
  }
});

test('ADMIT-3: disputed items are taken up to 16 MiB of one user, also side by side', async () => {
  const { ward, nurse, until } = await removedNurse();
  const body = new Uint8Array(1000 * 1024);
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => ward.offer(nurse.changeset(ward.newDocument(), body, { heads: until }))));
  assert.equal(verdicts.filter(({ outcome }) => outcome === 'stored').length, 16);
  assert.equal(verdicts.filter((verdict) => verdict.outcome === 'refused' && verdict.reason === 'disputed-quota').length, 4);
});
