import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, type DocumentId, type UserId } from '../../protocol/codec/ids.ts';
import { copyItems } from '../../node/cli/copy-items.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { addPlace, exchange, found, PASSWORD, unlock, type Place } from './small-ward.ts';

interface Scene {
  readonly office: Place;
  readonly admin: Session;
  readonly tablet: Place;
  /** Heron, who will be removed. */
  readonly leaver: Session;
  readonly heron: UserId;
  /** Finch, who stays, on a device of their own. */
  readonly desk: Place;
  readonly stayer: Session;
  readonly document: DocumentId;
}

/** Everybody has the same document and goes apart. */
async function apart(t: { after(work: () => Promise<void>): void }): Promise<Scene> {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const users: UserId[] = [];
  for (const handle of ['heron-42', 'finch-7']) {
    const added = await admin.members.addUser({ handle, name: handle, role: 'clinician', password: PASSWORD });
    assert.ok(added.ok && (await admin.members.addMember(team.value, added.value)).ok);
    users.push(added.value);
  }
  const [heron] = users;
  assert.ok(heron !== undefined);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  const [tablet, desk] = [await addPlace(admin, office.replica), await addPlace(admin, office.replica)];
  const [leaver, stayer] = [await unlock(tablet, 'heron-42'), await unlock(desk, 'finch-7')];
  await exchange(office, tablet, admin, leaver);
  await exchange(office, desk, admin, stayer);
  t.after(async () => { for (const session of [admin, leaver, stayer]) await session.lock(); });
  return { office, admin, tablet, leaver, heron, desk, stayer, document };
}

test('ADMIT-6: an admin accepts what was disputed, and every reader merges it', async (t) => {
  const { office, admin, tablet, leaver, heron, desk, stayer, document } = await apart(t);
  await leaver.edit(document, (draft) => { draft['late'] = 'one'; });
  await leaver.edit(document, (draft) => { draft['later'] = 'two'; });
  assert.ok((await admin.council.removeUser(heron)).ok);
  await exchange(office, tablet, admin, leaver);
  await exchange(office, desk, admin, stayer);
  assert.deepEqual(stayer.document(document)?.value, { kind: 'note', a: 1 });
  const [disputed, ...others] = await admin.review.list();
  assert.ok(disputed !== undefined);
  assert.deepEqual([others, disputed.items, disputed.declined, hexOf(disputed.user ?? disputed.device)], [[], 2, false, hexOf(heron)]);
  assert.deepEqual((await stayer.review.content(disputed))?.after, { kind: 'note', a: 1, late: 'one', later: 'two' });
  assert.deepEqual(stayer.document(document)?.value, { kind: 'note', a: 1 }, 'looking merges nothing');
  assert.deepEqual(await stayer.review.settle(disputed, 'accept'), { ok: false, failure: 'not-an-admin' });

  assert.ok((await admin.review.settle(disputed, 'decline')).ok);
  assert.deepEqual((await admin.review.list()).map(({ declined }) => declined), [true]);
  assert.deepEqual(admin.document(document)?.value, { kind: 'note', a: 1 });
  assert.ok((await admin.review.settle(disputed, 'accept')).ok);
  await exchange(office, desk, admin, stayer);
  for (const session of [admin, stayer]) {
    assert.deepEqual(session.document(document)?.value, { kind: 'note', a: 1, late: 'one', later: 'two' });
    assert.deepEqual(session.document(document)?.setAside, []);
    assert.deepEqual(await session.review.list(), []);
  }
});

test('ADMIT-6: a verdict goes up to an item, and what turns up later waits for another', async (t) => {
  const { office, admin, tablet, leaver, heron, document } = await apart(t);
  await leaver.edit(document, (draft) => { draft['late'] = 'one'; });
  assert.ok((await admin.council.removeUser(heron)).ok);
  // The tablet has not heard of the removal: what it wrote comes over, and then more of it.
  await copyItems(tablet.replica, office.replica);
  await admin.settled();
  const [first] = await admin.review.list();
  assert.ok(first !== undefined && (await admin.review.settle(first, 'accept')).ok);
  await leaver.edit(document, (draft) => { draft['later'] = 'two'; });
  await copyItems(tablet.replica, office.replica);
  await admin.settled();
  assert.deepEqual(admin.document(document)?.value, { kind: 'note', a: 1, late: 'one' });
  assert.deepEqual((await admin.review.list()).map(({ items }) => items), [1]);
});

test('ATTACK 18: what others have built on is merged with it, up to there and no farther; no honest work is hidden', async (t) => {
  const { office, admin, tablet, leaver, heron, desk, stayer, document } = await apart(t);
  await leaver.edit(document, (draft) => { draft['first'] = 'seen by finch'; });
  await leaver.edit(document, (draft) => { draft['second'] = 'seen by finch too'; });
  await exchange(tablet, desk, leaver, stayer);
  await stayer.edit(document, (draft) => { draft['honest'] = 'on top of both'; });
  await leaver.edit(document, (draft) => { draft['third'] = 'seen by nobody'; });

  assert.ok((await admin.council.removeUser(heron)).ok, 'the admin knows of none of this');
  await exchange(office, tablet, admin, leaver);
  assert.deepEqual(admin.document(document)?.value, { kind: 'note', a: 1 }, 'nobody has built on it yet');
  await exchange(office, desk, admin, stayer);
  const expected = { kind: 'note', a: 1, first: 'seen by finch', second: 'seen by finch too', honest: 'on top of both' };
  assert.deepEqual(admin.document(document)?.value, expected);
  assert.deepEqual(stayer.document(document)?.value, expected);
  assert.deepEqual(admin.document(document)?.setAside.map(({ reason }) => reason), ['disputed']);
  // A session that begins after all this reads the same.
  const anew = await unlock(await addPlace(admin, office.replica), 'finch-7');
  assert.deepEqual(anew.document(document)?.value, expected);
  await admin.edit(document, (draft) => { draft['on'] = true; });
  assert.deepEqual(admin.document(document)?.value, { ...expected, on: true });
  await anew.lock();
});

test('ADMIT-5: what was merged before the removal was known is taken out again, and honest work is still there', async (t) => {
  const { office, admin, tablet, leaver, heron, desk, stayer, document } = await apart(t);
  assert.ok((await admin.council.removeUser(heron)).ok);
  await leaver.edit(document, (draft) => { draft['beyond'] = 'the cut'; });
  await exchange(tablet, desk, leaver, stayer);
  assert.equal(stayer.document(document)?.value?.['beyond'], 'the cut');
  await exchange(office, desk, admin, stayer);
  assert.deepEqual(stayer.document(document)?.value, { kind: 'note', a: 1 });
  await stayer.edit(document, (draft) => { draft['honest'] = 'after it'; });
  assert.deepEqual(stayer.document(document)?.value, { kind: 'note', a: 1, honest: 'after it' });
});

test('ATTACK 18: a removed member who withholds one item hides no honest item', async (t) => {
  const { office, admin, tablet, leaver, heron, desk, stayer, document } = await apart(t);
  for (const word of ['one', 'two', 'three']) await leaver.edit(document, (draft) => { draft[word] = word; });
  await stayer.edit(document, (draft) => { draft['honest'] = 'elsewhere'; });
  assert.ok((await admin.council.removeUser(heron)).ok);
  // Of heron's chain the first and the last item come, the one between them never does.
  const head = tablet.replica.frontier(document).find(({ seq }) => seq === 3);
  assert.ok(head !== undefined);
  const chain = { document, author: head.author };
  for (const seq of [1, 3]) {
    const { items } = await tablet.replica.run(chain, seq, { maxItems: 1, maxBytes: 1 });
    await office.replica.offer({ ...chain, items: items.slice(0, 1) });
  }
  await exchange(office, desk, admin, stayer);
  assert.equal(admin.document(document)?.value?.['honest'], 'elsewhere');
  assert.equal(stayer.document(document)?.value?.['honest'], 'elsewhere');
});
