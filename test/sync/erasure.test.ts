import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/codec/bytes.ts';
import { documentId, hexOf } from '../../protocol/codec/ids.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { DigestTrie } from '../../protocol/sync/digest-trie.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import { createSync } from '../../protocol/sync/link-driver.ts';
import type { LinkEvent } from '../../protocol/sync/link.ts';
import { trieOf } from '../../protocol/sync/subscription.ts';
import { VirtualTime } from '../simulation/virtual-time.ts';
import { seededRandom, testLog } from '../support/seeded.ts';
import { buildWard, offerTo, type TestDevice, type TestWard } from '../support/ward-builder.ts';
import { channelPair } from './support/memory-channel.ts';

const rootOf = (replica: Replica): string => toHex(trieOf(replica, { type: 'all' }).root());

/** Two replicas that both hold a patient; the left one alone hears of the erasure. */
async function parted() {
  const ward = await buildWard({ seed: 'parted' });
  const officer = await ward.join('officer', 'privacy');
  const nurse = await ward.join('nurse', 'clinician');
  const [patient, other] = [ward.newDocument(), ward.newDocument()];
  for (const document of [patient, other]) for (let count = 0; count < 5; count++) await ward.put(nurse.changeset(document));
  const away = await ward.emptyReplica();
  for (const item of ward.items) assert.equal((await offerTo(away, item)).outcome, 'stored');
  const proposal = await ward.put(ward.founder.operation({ type: 'erase', documents: [patient], sealedReason: ward.random.randomBytes(20) }));
  await ward.put(officer.operation({ type: 'confirm-erasure', erasure: proposal.id }));
  return { ward, away, nurse, patient, other };
}

function link(ward: TestWard, time: VirtualTime, left: { replica: Replica; device: TestDevice }, right: { replica: Replica; device: TestDevice }) {
  const log = testLog();
  const [a, b] = [left, right].map(({ replica, device }) =>
    createSync({ replica, environment: { clock: time, timers: time, log }, signer: deviceSigner(device.key, ward.id), memory: new MemoryStore() }));
  const channels = channelPair(left.device.key.publicKey, right.device.key.publicKey);
  const events: LinkEvent[] = [];
  for (const opened of [a?.openLink(channels.left), b?.openLink(channels.right)]) opened?.onEvent((event) => events.push(event));
  return { events, log, close: () => { a?.close(); b?.close(); } };
}

const pass = (time: VirtualTime, seconds: number): Promise<void> => time.runUntil(time.now() + 1000 * seconds);

test('ERASE-2: a tablet that was away brings nothing back, destroys its own copy, and both end equal and quiet', async () => {
  const { ward, away, nurse, patient, other } = await parted();
  // What was written there meanwhile, in the patient's document and elsewhere.
  const late = [patient, other].map((document) => nurse.changeset(document, undefined, { heads: [] }));
  for (const item of late) assert.equal((await offerTo(away, item)).outcome, 'stored');
  const time = new VirtualTime(ward.clock.now());
  const { events, close } = link(ward, time, { replica: ward.replica, device: ward.archive }, { replica: away, device: ward.tablet });
  await pass(time, 5);
  for (const replica of [ward.replica, away]) {
    assert.equal(replica.frontier(patient).length, 0);
    assert.ok(replica.isDestroyed([patient]));
    assert.equal(replica.head({ document: other, author: nurse.id })?.seq, 6);
  }
  assert.equal(rootOf(ward.replica), rootOf(away));
  const [count, ended] = [ward.replica.count + away.count, events.length];
  await pass(time, 120);
  assert.equal(ward.replica.count + away.count, count);
  assert.deepEqual(events.slice(ended).filter(({ type }) => type !== 'equal'), [], 'nothing is asked for again');
  assert.ok(!events.some(({ type }) => type === 'diverged' || type === 'ended' || type === 'rolled-back'));
  close();
});

test('ERASE-2: linked peers drop the patient while they are linked, and stay equal', async () => {
  const { ward, nurse, other } = await parted();
  const officer = [...ward.replica.state().users.values()].find(({ handle }) => handle === 'officer');
  const second = await ward.join('second', 'admin');
  assert.ok(officer !== undefined);
  const peer = await ward.emptyReplica();
  const time = new VirtualTime(ward.clock.now());
  const { events, close } = link(ward, time, { replica: ward.replica, device: ward.archive }, { replica: peer, device: ward.tablet });
  await pass(time, 3);
  assert.equal(rootOf(ward.replica), rootOf(peer));
  const proposal = await ward.put(ward.founder.operation({ type: 'erase', documents: [other], sealedReason: ward.random.randomBytes(20) }));
  await ward.put(second.operation({ type: 'confirm-erasure', erasure: proposal.id }));
  await pass(time, 3);
  assert.equal(peer.frontier(other).length, 0);
  assert.equal(rootOf(ward.replica), rootOf(peer));
  await ward.put(nurse.changeset(ward.newDocument()));
  await pass(time, 60);
  assert.equal(rootOf(ward.replica), rootOf(peer));
  assert.ok(!events.some(({ type }) => type === 'diverged' || type === 'ended' || type === 'rolled-back'));
  close();
});

test('FRONT-2: a trie from which documents were removed is as if they had never been there', () => {
  const random = seededRandom('removed');
  const documents = Array.from({ length: 300 }, (_each, at) => {
    const bytes = random.randomBytes(16);
    if (at % 3 === 0) bytes.fill(0x5a, 0, 6); // many that begin alike
    return documentId.from(bytes);
  });
  const digestOf = (document: Uint8Array): Uint8Array => new Uint8Array(32).fill(document[15] ?? 0);
  const trie = new DigestTrie(documents, digestOf);
  const left = [...documents];
  while (left.length > 0) {
    const [gone] = left.splice(random.below(left.length), 1);
    assert.ok(gone !== undefined);
    trie.remove(gone);
    trie.remove(gone);
    const fresh = new DigestTrie(left, digestOf);
    assert.equal(toHex(trie.root()), toHex(fresh.root()), `${left.length} left`);
    assert.equal(trie.size, left.length);
    assert.deepEqual(trie.nodeAt('5'), fresh.nodeAt('5'));
  }
  assert.equal(hexOf(documents[0] ?? documentId.from(new Uint8Array(16))).length, 32);
});
