import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { toHex } from '../../protocol/codec/bytes.ts';
import { CUSTODY_DOCUMENT, hexOf, type DocumentId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import { teamDocument } from '../../protocol/membership/team-document.ts';
import { keepCustody } from '../../protocol/replica/custody.ts';
import { reportErasures } from '../../protocol/replica/custody-notes.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { StoreError, type ItemStore } from '../../protocol/store/item-store.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { trieOf } from '../../protocol/sync/subscription.ts';
import { seededRandom, testLog } from '../support/seeded.ts';
import { buildWard, offerTo, type TestSession, type TestWard } from '../support/ward-builder.ts';

const root = await mkdtemp(join(tmpdir(), 'wardsync-erasure-'));
after(() => rm(root, { recursive: true, force: true }));

/** A ward with a privacy officer and two patients of whom a nurse has written. */
async function wardOfPatients(seed = 'erasure', store: ItemStore = new MemoryStore()) {
  const ward = await buildWard({ seed, store });
  const officer = await ward.join('officer', 'privacy');
  const nurse = await ward.join('nurse', 'clinician');
  const [patient, stay, other] = [ward.newDocument(), ward.newDocument(), ward.newDocument()];
  for (const document of [patient, stay, other]) {
    await ward.put(nurse.grant(document, ward.everyone));
    for (let count = 0; count < 3; count++) await ward.put(nurse.changeset(document));
    await ward.put(ward.founder.changeset(document));
  }
  return { ward, officer, nurse, patient, stay, other };
}

function erases(by: TestSession, second: TestSession, documents: readonly DocumentId[]): readonly [Item, Item] {
  const proposal = by.operation({ type: 'erase', documents, sealedReason: by.ward.random.randomBytes(40) });
  return [proposal, second.operation({ type: 'confirm-erasure', erasure: proposal.id }, { heads: [proposal.id] })];
}

async function confirmed(ward: TestWard, second: TestSession, documents: readonly DocumentId[]): Promise<Item> {
  const [proposal, confirmation] = erases(ward.founder, second, documents);
  await ward.put(proposal);
  return ward.put(confirmation);
}

/** Waits for what was dropped to be destroyed; for replicas that have the confirmation. */
function destroyed(replica: Replica, documents: readonly DocumentId[]): Promise<void> {
  return new Promise((resolve) => {
    if (replica.isDestroyed(documents)) return resolve();
    const off = replica.onDestroyed(() => {
      if (!replica.isDestroyed(documents)) return;
      off();
      resolve();
    });
  });
}

async function everythingIn(store: ItemStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { document } of store.heads()) found.push(hexOf(document));
  for await (const { document } of store.forks()) found.push(hexOf(document));
  return found;
}

const rootOf = (replica: Replica): string => toHex(trieOf(replica, { type: 'all' }).root());

test('ERASE-1: one signer erases nothing, nobody confirms the own proposal, and clinicians have no say', async () => {
  const { ward, officer, nurse, patient } = await wardOfPatients();
  const [proposal] = erases(ward.founder, officer, [patient]);
  await ward.put(proposal);
  assert.equal(ward.replica.isErased(patient), false);
  assert.equal(ward.replica.frontier(patient).length, 2);
  const confirming = (session: TestSession): Item => session.operation({ type: 'confirm-erasure', erasure: proposal.id }, { seq: 1, prev: new Uint8Array(0) });
  assert.deepEqual(await ward.offer(confirming(ward.newSession(ward.founder.user))), { outcome: 'refused', reason: 'operation' });
  assert.deepEqual(await ward.offer(confirming(ward.newSession(nurse.user))), { outcome: 'refused', reason: 'role' });
  assert.deepEqual(await ward.offer(nurse.operation({ type: 'erase', documents: [patient], sealedReason: new Uint8Array(3) })), { outcome: 'refused', reason: 'role' });
  assert.deepEqual([...ward.replica.state().erasures.values()].map((erasure) => erasure.confirmed), [undefined]);
});

test('ERASE-1: who proposed has to be in and entitled still, and what is confirmed has to be known', async () => {
  const { ward, officer, patient } = await wardOfPatients();
  const admin = await ward.join('second', 'admin');
  const [proposal] = erases(admin, officer, [patient]);
  await ward.put(proposal);
  const retreat = await ward.put(ward.newSession(admin.user).operation({ type: 'set-role', user: admin.user.id, role: 'clinician' }));
  assert.deepEqual(await ward.offer(ward.newSession(officer.user).operation({ type: 'confirm-erasure', erasure: proposal.id })), { outcome: 'refused', reason: 'operation' });
  assert.deepEqual(await ward.offer(ward.newSession(officer.user).operation({ type: 'confirm-erasure', erasure: retreat.id })), { outcome: 'refused', reason: 'operation' });
});

test('ERASE-1: neither the ward’s own documents nor a team’s are ever erased', async () => {
  const { ward, officer, patient } = await wardOfPatients();
  const own = (documents: readonly DocumentId[]): Promise<unknown> => ward.offer(ward.newSession(ward.founder.user).operation({ type: 'erase', documents, sealedReason: new Uint8Array(3) }));
  assert.deepEqual(await own([CUSTODY_DOCUMENT]), { outcome: 'refused', reason: 'operation' });
  assert.deepEqual(await own([]), { outcome: 'refused', reason: 'operation' });
  assert.deepEqual(await own([patient, patient]), { outcome: 'refused', reason: 'operation' });
  const keys = teamDocument(ward.id, ward.everyone);
  await confirmed(ward, officer, [keys, patient]);
  assert.equal(ward.replica.isErased(keys), false);
  assert.equal(ward.replica.isErased(patient), true);
});

test('ERASE-2: once two have signed, nothing of the patient is left, and everything else is', async () => {
  const store = new MemoryStore();
  const { ward, officer, patient, stay, other } = await wardOfPatients('left', store);
  const before = ward.replica.count;
  const dropped: string[] = [];
  ward.replica.onDropped((documents) => dropped.push(...documents.map(hexOf)));
  await confirmed(ward, officer, [patient, stay]);
  assert.deepEqual(dropped.sort(), [patient, stay].map(hexOf).sort());
  assert.deepEqual([...ward.replica.documents()].filter((document) => [patient, stay].some((gone) => hexOf(gone) === hexOf(document))), []);
  await destroyed(ward.replica, [patient, stay]);
  const left = await everythingIn(store);
  assert.ok(!left.includes(hexOf(patient)) && !left.includes(hexOf(stay)));
  assert.equal(left.filter((document) => document === hexOf(other)).length, 2);
  assert.equal(ward.replica.count, before + 2, 'what was ever stored still counts');
  const again = await openReplica({ store, ward: ward.id, log: testLog() });
  assert.equal(again.count, before + 2);
  assert.equal(rootOf(again), rootOf(ward.replica));
});

test('ERASE-2: items of the patient are refused for ever, whoever brings them', async () => {
  const { ward, officer, nurse, patient } = await wardOfPatients();
  const old = ward.items.filter(({ fields }) => hexOf(fields.document) === hexOf(patient));
  await confirmed(ward, officer, [patient]);
  for (const item of old) assert.deepEqual(await offerTo(ward.replica, item), { outcome: 'refused', reason: 'erased' });
  assert.deepEqual(await ward.offer(nurse.changeset(patient)), { outcome: 'refused', reason: 'erased' });
  const late = ward.newSession(nurse.user);
  await ward.put(late.start());
  assert.deepEqual(await ward.offer(late.grant(patient, ward.everyone)), { outcome: 'refused', reason: 'erased' });
  assert.equal(ward.replica.frontier(patient).length, 0);
});

test('ERASE-2: in whatever order log and items arrive, all replicas end equal and without the patient', async () => {
  const { ward, officer, patient, stay, other } = await wardOfPatients('orders');
  await confirmed(ward, officer, [patient, stay]);
  await ward.put(ward.founder.changeset(other));
  for (let seed = 0; seed < 40; seed++) {
    const random = seededRandom(`order-${seed}`);
    const store = new MemoryStore();
    const replica = await ward.emptyReplica(store);
    // What has to wait is offered again, as a peer would.
    for (let left = shuffled(ward.items, random.below), rounds = 0; left.length > 0; rounds++) {
      const waiting: Item[] = [];
      for (const item of left) if ((await offerTo(replica, item)).outcome === 'waiting') waiting.push(item);
      assert.ok(rounds < 200 && waiting.length < left.length, `order-${seed} does not end`);
      left = waiting;
    }
    await destroyed(replica, [patient, stay]);
    assert.equal(rootOf(replica), rootOf(ward.replica), `order-${seed}`);
    const there = await everythingIn(store);
    assert.ok(!there.includes(hexOf(patient)) && !there.includes(hexOf(stay)), `order-${seed}`);
  }
});

test('ERASE-2: what is being written when the erasure arrives is destroyed with the rest', async () => {
  const { ward, officer, nurse, patient } = await wardOfPatients();
  const [proposal, confirmation] = erases(ward.founder, officer, [patient]);
  await ward.put(proposal);
  const writing = ward.offer(nurse.changeset(patient));
  const [, verdict] = await Promise.all([ward.put(confirmation), writing]);
  await destroyed(ward.replica, [patient]);
  assert.equal(ward.replica.frontier(patient).length, 0, verdict.outcome);
  const again = await ward.emptyReplica();
  for (const item of ward.items) await offerTo(again, item);
  assert.equal(rootOf(again), rootOf(ward.replica));
});

/** A store whose process ends when it is to erase: before anything, or after the heads are gone. */
class InterruptedStore extends MemoryStore {
  interrupted = true;
  override async erase(documents: readonly DocumentId[]): Promise<void> {
    if (this.interrupted) throw new StoreError('disk-full', 'The disk is full.');
    await super.erase(documents);
  }
}

test('ERASE-2: a destruction that was interrupted is finished at the next start, before anything is served', async () => {
  const store = new InterruptedStore();
  const { ward, officer, patient, other } = await wardOfPatients('interrupted', store);
  await confirmed(ward, officer, [patient]);
  assert.equal((await ward.replica.run({ document: patient, author: ward.founder.id }, 1, { maxItems: 10, maxBytes: 1e6 })).items.length, 0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ward.replica.isDestroyed([patient]), false);
  assert.ok((await everythingIn(store)).includes(hexOf(patient)));
  store.interrupted = false;
  const again = await openReplica({ store, ward: ward.id, log: testLog() });
  assert.equal(again.isDestroyed([patient]), true);
  assert.ok(!(await everythingIn(store)).includes(hexOf(patient)));
  assert.equal(again.frontier(other).length, 2);
});

test('ERASE-2: LevelDB keeps neither a record nor a byte of the patient', async () => {
  const folder = join(root, 'level');
  const store = await openLevelStore(folder);
  const { ward, officer, nurse, patient, other } = await wardOfPatients('level', store);
  const marks = Array.from({ length: 40 }, () => ward.random.randomBytes(600));
  for (const [at, mark] of marks.entries()) await ward.put(nurse.changeset(at % 2 === 0 ? patient : other, mark));
  const onDisk = async (): Promise<Buffer> => Buffer.concat(await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0)))));
  const there = async (): Promise<boolean[]> => {
    const bytes = await onDisk();
    // A record may be cut in two where a block of LevelDB's log ends.
    return marks.map((mark) => [0, 100, 200, 300, 400, 500].some((from) => bytes.includes(Buffer.from(mark.subarray(from, from + 100)))));
  };
  assert.ok((await there()).every(Boolean), 'the test sees what is on the disk');
  await confirmed(ward, officer, [patient]);
  await destroyed(ward.replica, [patient]);
  assert.deepEqual(await there(), marks.map((_mark, at) => at % 2 === 1));
  await ward.replica.close();
  const reopened = await openReplica({ store: await openLevelStore(folder), ward: ward.id, log: testLog() });
  assert.equal(reopened.frontier(other).length, 2);
  assert.equal(reopened.frontier(patient).length, 0);
  await reopened.close();
});

test('ERASE-4: each device that keeps records says when it has destroyed them, and the report tells who has not', async () => {
  const { ward, officer, patient } = await wardOfPatients();
  const bridge = await ward.addDevice('bridge');
  const custodian = await keepCustody({ replica: ward.replica, key: ward.tablet.key, clock: ward.clock, log: ward.log });
  await confirmed(ward, officer, [patient]);
  await destroyed(ward.replica, [patient]);
  await custodian.settled();
  const [report] = await reportErasures(ward.replica);
  const byKind = new Map(report?.nodes.map(({ device, acknowledged }) => [device.kind, acknowledged]));
  assert.deepEqual([...byKind.keys()].sort(), ['archive', 'tablet']);
  assert.equal(byKind.get('tablet'), ward.clock.now());
  assert.equal(byKind.get('archive'), undefined);
  assert.ok(!report?.nodes.some(({ device }) => hexOf(device.id) === hexOf(bridge.id)));
  await custodian.stop();
  const restarted = await keepCustody({ replica: ward.replica, key: ward.tablet.key, clock: ward.clock, log: ward.log });
  assert.equal(ward.replica.head({ document: CUSTODY_DOCUMENT, author: ward.tablet.id })?.seq, 1, 'it is said once');
  await restarted.stop();
});

test('ERASE-5: backups of before are listed until somebody says that they are destroyed', async () => {
  const { ward, officer, patient } = await wardOfPatients();
  const custodian = await keepCustody({ replica: ward.replica, key: ward.archive.key, clock: ward.clock, log: ward.log });
  const [old, fresh] = [ward.random.randomBytes(16), ward.random.randomBytes(16)];
  await custodian.note({ type: 'backup-made', backup: old, created: 1, heads: ward.heads() });
  await confirmed(ward, officer, [patient]);
  await custodian.note({ type: 'backup-made', backup: fresh, created: 2, heads: ward.heads() });
  const listed = async (): Promise<unknown> => (await reportErasures(ward.replica))[0]?.backups.map(({ id, destroyed: gone }) => [id, gone]);
  assert.deepEqual(await listed(), [[toHex(old), undefined]]);
  await custodian.note({ type: 'backup-destroyed', backup: old });
  assert.deepEqual(await listed(), [[toHex(old), ward.clock.now()]]);
  await custodian.stop();
});

function shuffled<T>(list: readonly T[], below: (limit: number) => number): T[] {
  const result = [...list];
  for (let at = result.length - 1; at > 0; at--) {
    const other = below(at + 1);
    const [a, b] = [result[at], result[other]];
    if (a !== undefined && b !== undefined) [result[at], result[other]] = [b, a];
  }
  return result;
}
