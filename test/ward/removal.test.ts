/** Removing somebody who has written to more documents than one operation can name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf, LOG_DOCUMENT } from '../../protocol/codec/ids.ts';
import { identityFromSeeds } from '../../protocol/keys/identity.ts';
import { MAX_CUT } from '../../protocol/membership/operation.ts';
import { cutOfUser } from '../../protocol/ward/cut.ts';
import { signRemoval } from '../../protocol/ward/removal.ts';
import { startSession } from '../../protocol/ward/session-signer.ts';
import { buildWard, offerTo } from '../support/ward-builder.ts';
import type { Item } from '../../protocol/items/item.ts';
import type { Replica } from '../../protocol/replica/replica.ts';

const DOCUMENTS = MAX_CUT + 300;

test('LOG-10: who has written to more than 8,192 documents is removed as well, and all of it stands on every peer', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('anna', 'clinician');
  const written: Item[] = [];
  for (let number = 0; number < DOCUMENTS; number++) written.push(await ward.put(nurse.changeset(ward.newDocument(), new Uint8Array([1]))));
  const { founder, replica } = ward;
  const identity = identityFromSeeds(founder.user.id, { signing: founder.user.key.seed.slice(), kem: new Uint8Array(32) });
  const admin = await startSession({ replica, identity, deviceKey: ward.tablet.key, clock: ward.clock, entropy: ward.random });
  const before = new Set(replica.frontier(LOG_DOCUMENT).map(({ id }) => hexOf(id)));

  const user = nurse.user.id;
  const removed = await signRemoval(admin, cutOfUser(replica, user), (cut) => ({ type: 'remove-user', user, cut }));
  assert.deepEqual(removed, { ok: true, value: null });
  assert.equal(replica.state().users.get(hexOf(user))?.removal?.cut.length, DOCUMENTS + 1, 'each document, and the session');
  assert.equal(disputedOf(replica, written), 0);

  // The parts in the other order, at a peer that has all the rest.
  const parts: Item[] = [];
  for (const { author, id, seq } of replica.frontier(LOG_DOCUMENT)) {
    if (!before.has(hexOf(id))) parts.push(...await replica.read({ document: LOG_DOCUMENT, author }, seq, { maxItems: 1, maxBytes: 1024 * 1024 }));
  }
  assert.equal(parts.length, 2);
  for (const order of [parts, parts.toReversed()]) {
    const peer = await ward.emptyReplica();
    for (const item of ward.items.slice(0, -written.length)) assert.equal((await offerTo(peer, item)).outcome, 'stored');
    for (const item of order) assert.equal((await offerTo(peer, item)).outcome, 'stored');
    for (const item of [...written.slice(0, 20), ...written.slice(-20)]) assert.equal((await offerTo(peer, item)).outcome, 'stored');
    assert.equal(disputedOf(peer, [...written.slice(0, 20), ...written.slice(-20)]), 0);
  }
  assert.equal(replica.standingOf(nurse.changeset(ward.newDocument())), 'disputed', 'what comes later does not');
});

test('LOG-10: what no twelve operations can name is refused before anything is signed', async () => {
  const ward = await buildWard();
  const [end] = ward.replica.frontier(LOG_DOCUMENT);
  assert.ok(end !== undefined);
  const many = Array.from({ length: 12 * MAX_CUT + 1 }, () => ({ document: LOG_DOCUMENT, ...end }));
  const refusing = await startSession({
    replica: ward.replica, identity: identityFromSeeds(ward.founder.user.id, { signing: ward.founder.user.key.seed.slice(), kem: new Uint8Array(32) }),
    deviceKey: ward.tablet.key, clock: ward.clock, entropy: ward.random,
  });
  const heads = ward.heads();
  const removed = await signRemoval(refusing, many, (cut) => ({ type: 'remove-device', device: ward.archive.id, cut }));
  assert.deepEqual(removed, { ok: false, failure: 'too-many-chains' });
  assert.deepEqual(ward.heads(), heads);
});

function disputedOf(replica: Replica, items: readonly Item[]): number {
  return items.filter((item) => replica.standingOf(item) === 'disputed').length;
}
