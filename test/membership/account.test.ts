import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf, LOG_DOCUMENT, type ItemId, type UserId } from '../../protocol/codec/ids.ts';
import type { Operation } from '../../protocol/membership/operation.ts';
import { buildWard, offerTo, type TestSession, type TestWard } from '../support/ward-builder.ts';
import { logOf, operationsOf, ordersOf, textOf } from './log-lab.ts';

const FIRST = { seq: 1, prev: new Uint8Array(0) };

/** A nurse with three colleagues whom she trusts. */
async function trusting(): Promise<{ ward: TestWard; nurse: TestSession; holders: TestSession[]; recovery: ItemId }> {
  const ward = await buildWard();
  const nurse = await ward.join('heron-42', 'clinician');
  const holders = [await ward.join('finch-7', 'clinician'), await ward.join('owl-3', 'viewer'), await ward.join('wren-5', 'admin')];
  const { id: recovery } = await ward.put(nurse.operation(dealt(ward, nurse.user.id, holders.map(({ user }) => user.id))));
  return { ward, nurse, holders, recovery };
}

function dealt({ random }: TestWard, user: UserId, holders: readonly UserId[], threshold = 2): Operation {
  return {
    type: 'set-recovery', user, deal: random.randomBytes(16), threshold, holders: holders.map((holder) => ({ user: holder, sealed: random.randomBytes(40) })),
    commitments: random.randomBytes(32), sealed: random.randomBytes(40),
  };
}

test('LOG-15: what the old keys sign at the same time as a renewal does not count, in every order; what the new ones sign does', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('heron-42', 'clinician');
  const before = operationsOf(ward);
  const bundle = (session: TestSession, byte: number, placing = {}) => session.operation({ type: 'set-bundle', user: nurse.user.id, bundle: new Uint8Array(4).fill(byte) }, placing);
  const meanwhile = bundle(nurse, 1);
  const { item: renewal, user } = ward.renewal(nurse.user);
  const fresh = ward.newSession(user);
  const after = bundle(fresh, 2, { heads: [renewal.id] });
  let text: string | undefined;
  for (const order of ordersOf([meanwhile, renewal, after])) {
    const state = logOf(ward, [...before, ...order]).state();
    const found = state.users.get(hexOf(nurse.user.id));
    assert.deepEqual(found?.bundle, new Uint8Array(4).fill(2));
    assert.deepEqual(found?.signingKey, user.key.publicKey);
    assert.deepEqual(found?.events.map(({ what }) => what), ['keys-renewed', 'password-set']);
    text ??= textOf(state);
    assert.equal(textOf(state), text);
  }
});

test('LOG-15: after a renewal the old keys are refused, in the log and outside it, and what they had written elsewhere is disputed', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('heron-42', 'clinician');
  const document = ward.newDocument();
  const first = await ward.put(nurse.changeset(document));
  const heads = ward.heads();
  const elsewhere = nurse.changeset(document);
  const { item, user } = ward.renewal(nurse.user, ward.founder, {}, [{ document, author: nurse.id, seq: 1, id: first.id }]);
  await ward.put(item);

  assert.equal(ward.replica.standingOf(first), 'accepted');
  assert.deepEqual(await ward.offer(elsewhere), { outcome: 'stored', stored: 1, disputed: true });
  const refusals = {
    'an old session that knows of it': nurse.changeset(document),
    'a new session under the old key': ward.newSession(nurse.user).start(),
    'an operation of an old session': nurse.operation({ type: 'set-bundle', user: user.id, bundle: new Uint8Array(4) }, FIRST),
  };
  for (const [name, refused] of Object.entries(refusals)) assert.equal((await offerTo(ward.replica, refused)).outcome, 'refused', name);
  const backdated = ward.newSession(nurse.user);
  assert.deepEqual(await ward.offer(backdated.start({ heads })), { outcome: 'stored', stored: 1, disputed: true });
  const early = ward.newSession(user);
  assert.equal((await ward.offer(early.start({ heads }))).outcome, 'refused', 'the new key before it was given');

  const fresh = await ward.openSession(user);
  assert.deepEqual(await ward.offer(fresh.changeset(document)), { outcome: 'stored', stored: 1, disputed: false });
  const copy = await ward.emptyReplica();
  for (const each of ward.items) await offerTo(copy, each);
  assert.equal(copy.standingOf(elsewhere), 'disputed');
  assert.equal(textOf(copy.state()), textOf(ward.replica.state()));
});

test('LOG-15: two renewals at the same time, every order: one key, and what the other\'s signed does not count', async () => {
  const ward = await buildWard();
  const [nurse, admin] = [await ward.join('heron-42', 'clinician'), await ward.join('wren-5', 'admin')];
  const before = operationsOf(ward);
  const one = ward.renewal(nurse.user);
  const two = ward.renewal(nurse.user, admin);
  const own = ward.newSession(one.user).operation({ type: 'set-bundle', user: nurse.user.id, bundle: new Uint8Array(4).fill(1) }, { heads: [one.item.id] });
  const texts = new Set([...ordersOf([one.item, two.item, own])].map((order) => textOf(logOf(ward, [...before, ...order]).state())));
  assert.equal(texts.size, 1);
  const state = logOf(ward, [...before, one.item, two.item, own]).state();
  const last = hexOf(one.item.id) > hexOf(two.item.id) ? one : two;
  assert.deepEqual(state.users.get(hexOf(nurse.user.id))?.signingKey, last.user.key.publicKey);
  assert.notDeepEqual(state.users.get(hexOf(nurse.user.id))?.bundle, new Uint8Array(4).fill(1));
});

test('LOG-15: when the admin who renewed is removed meanwhile, the renewal and all under its key fall, and the old keys hold', async () => {
  const ward = await buildWard();
  const [nurse, admin] = [await ward.join('heron-42', 'clinician'), await ward.join('wren-5', 'admin')];
  const before = operationsOf(ward);
  const { item, user } = ward.renewal(nurse.user, admin);
  const fresh = ward.newSession(user).operation({ type: 'set-bundle', user: user.id, bundle: new Uint8Array(4).fill(2) }, { heads: [item.id] });
  const removal = ward.founder.operation({ type: 'remove-user', user: admin.user.id, cut: [] });
  const old = nurse.operation({ type: 'set-bundle', user: user.id, bundle: new Uint8Array(4).fill(1) });
  for (const order of ordersOf([item, fresh, removal, old])) {
    const found = logOf(ward, [...before, ...order]).state().users.get(hexOf(user.id));
    assert.deepEqual([found?.signingKey, found?.bundle], [nurse.user.key.publicKey, new Uint8Array(4).fill(1)]);
  }
});

test('LOG-15: nobody renews an admin, oneself, or to a key that was there', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('heron-42', 'clinician');
  const admin = await ward.join('wren-5', 'admin');
  const same = { type: 'renew-user', user: nurse.user.id, signingKey: nurse.user.key.publicKey, kemKey: ward.random.randomBytes(1216), bundle: new Uint8Array(4), cut: [] } as const;
  for (const [name, item] of Object.entries({
    'an admin': ward.renewal(admin.user, ward.newSession(ward.founder.user)).item, oneself: ward.renewal(ward.founder.user, ward.newSession(ward.founder.user)).item,
    'by a clinician': ward.renewal((await ward.join('owl-3', 'viewer')).user, ward.newSession(nurse.user)).item, 'the key before': ward.newSession(ward.founder.user).operation(same),
  })) assert.equal((await ward.offer(item)).outcome, 'refused', name);
});

test('ATTACK 20: the adversary does not make itself a holder, ask from what is no client, or release where it is none', async () => {
  const { ward, nurse, holders, recovery } = await trusting();
  const cuckoo = await ward.join('cuckoo', 'clinician');
  const client = await ward.addDevice('client');
  const ask = await ward.put(ward.asking(client, nurse.user.id));
  const release = (by: TestSession, of: ItemId = recovery, on: ItemId = ask.id) => ward.newSession(by.user).operation({ type: 'release-share', ask: on, recovery: of, sealed: new Uint8Array(8) });
  const own = await ward.put(cuckoo.operation(dealt(ward, cuckoo.user.id, [holders[0]?.user.id ?? cuckoo.user.id, nurse.user.id])));
  const [finch] = holders;
  assert.ok(finch);
  const attempts = {
    'an admin names holders for another': ward.newSession(ward.founder.user).operation(dealt(ward, nurse.user.id, [ward.founder.user.id, cuckoo.user.id])),
    'a clinician names holders for another': ward.newSession(cuckoo.user).operation(dealt(ward, nurse.user.id, [cuckoo.user.id, finch.user.id]), FIRST),
    'an admin makes a kit for another': ward.newSession(ward.founder.user).operation({ type: 'set-kit', user: nurse.user.id, what: 'made', sealed: new Uint8Array(8) }),
    'a kit without anything in it': ward.newSession(nurse.user).operation({ type: 'set-kit', user: nurse.user.id, what: 'made', sealed: new Uint8Array(0) }),
    'one is enough': ward.newSession(nurse.user).operation(dealt(ward, nurse.user.id, holders.map(({ user }) => user.id), 1), FIRST),
    'more than there are': ward.newSession(nurse.user).operation(dealt(ward, nurse.user.id, holders.map(({ user }) => user.id), 4), FIRST),
    'one holder twice': ward.newSession(nurse.user).operation(dealt(ward, nurse.user.id, [finch.user.id, finch.user.id]), FIRST),
    oneself: ward.newSession(nurse.user).operation(dealt(ward, nurse.user.id, [finch.user.id, nurse.user.id]), FIRST),
    'somebody unknown': ward.newSession(nurse.user).operation(dealt(ward, nurse.user.id, [finch.user.id, ward.newUser('x', 'viewer').id]), FIRST),
    'the archive asks': ward.asking(ward.archive, nurse.user.id),
    'a device of no ward asks': ward.asking(ward.newDevice('client'), nurse.user.id),
    'for nobody': ward.asking(await ward.addDevice('client'), ward.newUser('x', 'viewer').id),
    'a release by no holder': release(ward.newSession(cuckoo.user)),
    'a release of other shares': release(finch, own.id),
    'a release for no question': release(finch, recovery, recovery),
  };
  for (const [name, item] of Object.entries(attempts)) assert.equal((await ward.offer(item)).outcome, 'refused', name);
  assert.equal((await ward.offer(release(finch))).outcome, 'stored');
  assert.deepEqual(ward.replica.state().asks.get(hexOf(ask.id))?.releases.map(({ holder }) => holder), [hexOf(finch.user.id)]);
});

test('RECOVER-3: a removed device asks nothing any more, and no device asks without end', async () => {
  const { ward, nurse } = await trusting();
  const [gone, busy] = [await ward.addDevice('client'), await ward.addDevice('client')];
  const heads = ward.heads();
  for (let n = 0; n < 16; n++) await ward.put(ward.asking(busy, nurse.user.id));
  assert.equal((await ward.offer(ward.asking(busy, nurse.user.id))).outcome, 'refused');
  await ward.put(ward.founder.operation({ type: 'remove-device', device: gone.id, cut: [] }));
  assert.equal((await ward.offer(ward.asking(gone, nurse.user.id))).outcome, 'refused');
  const late = await ward.put(ward.asking(gone, nurse.user.id, { heads }));
  assert.equal(ward.replica.state().asks.has(hexOf(late.id)), false, 'named old heads: in the log, and of no effect');
});

test('RECOVER-6: what happens to an account stands in it, with who and when', async () => {
  const { ward, nurse, holders, recovery } = await trusting();
  const client = await ward.addDevice('client');
  const ask = await ward.put(ward.asking(client, nurse.user.id));
  await ward.put((holders[0] ?? nurse).operation({ type: 'release-share', ask: ask.id, recovery, sealed: new Uint8Array(8) }));
  await ward.put(nurse.operation({ type: 'set-kit', user: nurse.user.id, what: 'made', sealed: new Uint8Array(8) }));
  assert.equal(ward.replica.state().asks.get(hexOf(ask.id))?.isClosed, false);
  await ward.put(nurse.operation({ type: 'set-bundle', user: nurse.user.id, bundle: new Uint8Array(8) }));
  await ward.put(nurse.operation({ type: 'set-kit', user: nurse.user.id, what: 'used', sealed: new Uint8Array(0) }));
  const state = ward.replica.state();
  assert.equal(state.asks.get(hexOf(ask.id))?.isClosed, true);
  const { events = [], kit } = state.users.get(hexOf(nurse.user.id)) ?? {};
  assert.deepEqual(events.map(({ what }) => what), ['holders-set', 'recovery-asked', 'share-released', 'kit-made', 'password-set', 'kit-used']);
  assert.deepEqual(events.map(({ by }) => by), [nurse, undefined, holders[0], nurse, nurse, nurse].map((session) => session && hexOf(session.user.id)));
  assert.equal(events[1]?.device, hexOf(client.id));
  assert.deepEqual([kit?.what, kit?.sealed.length], ['used', 0]);
  assert.equal(ward.replica.frontier(LOG_DOCUMENT).some(({ author }) => hexOf(author) === hexOf<typeof author>(client.id)), true);
});
