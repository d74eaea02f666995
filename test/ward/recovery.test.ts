import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf, type UserId } from '../../protocol/codec/ids.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { openWard, type Ward } from '../../protocol/ward/ward.ts';
import { addPlace, environment, exchange, found, PASSWORD, unlock, type Place } from './small-ward.ts';

const FRESH = 'nine herons on a jetty';
const OTHER = 'a kettle sings at dawn';

const wardAt = ({ replica, key }: Place): Ward => openWard({
  replica, deviceKey: key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers),
});

async function recruit(admin: Session, ...handles: readonly string[]): Promise<UserId[]> {
  const users: UserId[] = [];
  for (const handle of handles) {
    const added = await admin.members.addUser({ handle, name: `Nurse ${handle}`, role: 'clinician', password: PASSWORD });
    assert.ok(added.ok);
    users.push(added.value);
  }
  return users;
}

const whats = async (session: Session): Promise<string[]> => (await session.account.notices()).filter(({ isNew }) => isNew).map(({ what }) => what);

test('RECOVER-5: a kit brings the keys back once, with a new password, and the next unlock is told', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  assert.deepEqual(await admin.account.makeKit('wrong password'), { ok: false, failure: 'wrong-password' });
  const kit = await admin.account.makeKit(PASSWORD);
  assert.ok(kit.ok);
  assert.equal(typeof admin.account.kitMade, 'number');
  await admin.lock();

  const ward = wardAt(office);
  assert.deepEqual(await ward.recoverWithKit('admin-1', environment.entropy.randomBytes(32), FRESH), { ok: false, failure: 'wrong-kit' });
  assert.deepEqual(await ward.recoverWithKit('nobody', kit.value, FRESH), { ok: false, failure: 'wrong-kit' });
  assert.deepEqual(await ward.recoverWithKit('admin-1', kit.value, 'short'), { ok: false, failure: 'password-too-short' });
  const back = await ward.recoverWithKit(' Admin-1', kit.value, FRESH);
  assert.ok(back.ok);
  assert.deepEqual(back.value.document(document)?.value, { kind: 'note', a: 1 });
  assert.equal(back.value.account.kitMade, undefined);
  assert.deepEqual(await whats(back.value), ['kit-made']);
  await back.value.lock();

  assert.deepEqual(await ward.recoverWithKit('admin-1', kit.value, OTHER), { ok: false, failure: 'kit-spent' });
  await assert.rejects(unlock(office, 'admin-1', PASSWORD), /wrong-password/);
  const next = await unlock(office, 'admin-1', FRESH);
  assert.deepEqual(await whats(next), ['kit-used', 'password-set']);
  const second = await next.account.makeKit(FRESH);
  assert.ok(second.ok);
  await next.lock();
  assert.deepEqual(await ward.recoverWithKit('admin-1', kit.value, OTHER), { ok: false, failure: 'wrong-kit' }, 'the first kit is no kit any more');
  const last = await unlock(office, 'admin-1', FRESH);
  assert.deepEqual(await whats(last), ['kit-made'], 'what was shown once is not new again');
  await last.lock();
});

test('RECOVER-4: two of three holders bring the keys back on another device; one alone, or the admin, cannot', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const [heron, finch, owl, wren] = await recruit(admin, 'heron-42', 'finch-7', 'owl-3', 'wren-5');
  assert.ok(heron && finch && owl && wren);
  assert.ok((await admin.members.addMember(team.value, heron)).ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  const nurse = await unlock(office, 'heron-42');
  for (const [holders, threshold] of [[[finch], 2], [[finch, owl], 3], [[finch, owl], 1], [[finch, finch], 2], [[finch, heron], 2]] as const) {
    assert.deepEqual(await nurse.account.setHolders(PASSWORD, holders, threshold), { ok: false, failure: 'bad-holders' });
  }
  assert.deepEqual(await nurse.account.setHolders('wrong password', [finch, owl, wren], 2), { ok: false, failure: 'wrong-password' });
  assert.ok((await nurse.account.setHolders(PASSWORD, [finch, owl, wren], 2)).ok);
  assert.deepEqual(nurse.account.holders, { threshold: 2, holders: [finch, owl, wren].map((user) => ({ user, canHelp: true })) });
  await nurse.lock();

  const tablet = await addPlace(admin, office.replica);
  assert.deepEqual(await wardAt(tablet).askHolders('finch-7'), { ok: false, failure: 'no-holders' });
  assert.deepEqual(await wardAt(tablet).askHolders('heron-42').then(({ ok }) => ok), true, 'any client may ask; it is the holders who decide');
  const asked = await wardAt(tablet).askHolders('heron-42');
  assert.ok(asked.ok);
  const recovery = asked.value;
  assert.deepEqual([recovery.threshold, recovery.holders], [2, [finch, owl, wren]]);
  await exchange(office, tablet);

  const helpers = await Promise.all(['finch-7', 'owl-3'].map((handle) => unlock(office, handle)));
  assert.deepEqual(admin.account.requests(), [], 'an admin who is no holder is asked nothing');
  assert.deepEqual(await admin.account.release(recovery.ask), { ok: false, failure: 'no-share' });
  for (const [at, helper] of helpers.entries()) {
    const request = helper.account.requests().find(({ code }) => code === recovery.code);
    assert.ok(request);
    assert.deepEqual([request.user, request.isReleased], [heron, false]);
    assert.deepEqual((await recovery.finish(FRESH)), { ok: false, failure: 'too-few' }, `${at} shares are too few`);
    assert.ok((await helper.account.release(request.ask)).ok);
    assert.equal(helper.account.requests().find(({ code }) => code === recovery.code)?.isReleased, true);
    await exchange(office, tablet);
  }
  assert.deepEqual((await recovery.collected()).good, [hexOf(finch), hexOf(owl)]);
  assert.deepEqual(await recovery.finish('password1234'), { ok: false, failure: 'password-too-common' });
  const back = await recovery.finish(FRESH);
  assert.ok(back.ok);
  const late = recovery.collected();
  recovery.forget();
  assert.equal((await late).good.length + (await recovery.collected()).good.length, 0, 'what is forgotten reads nothing, and harms nobody who still looks');
  assert.deepEqual(back.value.document(document)?.value, { kind: 'note', a: 1 });
  await exchange(office, tablet, ...helpers);
  assert.deepEqual(helpers.flatMap((helper) => helper.account.requests()), [], 'closed by the new password');
  for (const session of [back.value, ...helpers]) await session.lock();
  await assert.rejects(unlock(office, 'heron-42', PASSWORD), /wrong-password/);
  const next = await unlock(office, 'heron-42', FRESH);
  assert.deepEqual(await whats(next), ['password-set'], 'the unlock that recovered has shown the rest');
  assert.deepEqual((await next.account.notices()).map(({ what }) => what), ['password-set', 'share-released', 'share-released', 'recovery-asked', 'recovery-asked', 'holders-set']);
  for (const session of [next, admin]) await session.lock();
});

test('RECOVER-6: a question that nobody asked for is seen at the next unlock, and a password answers it', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const [heron, finch, owl] = await recruit(admin, 'heron-42', 'finch-7', 'owl-3');
  assert.ok(heron && finch && owl);
  const nurse = await unlock(office, 'heron-42');
  assert.ok((await nurse.account.setHolders(PASSWORD, [finch, owl], 2)).ok);
  await nurse.lock();
  assert.ok((await wardAt(office).askHolders('heron-42')).ok);
  const next = await unlock(office, 'heron-42');
  assert.deepEqual(await whats(next), ['recovery-asked', 'holders-set']);
  const holder = await unlock(office, 'finch-7');
  assert.equal(holder.account.requests().length, 1);
  assert.ok((await next.account.changePassword(PASSWORD, FRESH)).ok);
  assert.equal(holder.account.requests().length, 0);
  for (const session of [next, holder, admin]) await session.lock();
});

test('LOG-15: an admin gives new keys to somebody who lost everything: the team is read again, the old keys are worth nothing', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  const team = await admin.members.addTeam('Larch');
  assert.ok(team.ok);
  const [heron, finch, owl] = await recruit(admin, 'heron-42', 'finch-7', 'owl-3');
  assert.ok(heron && finch && owl);
  assert.ok((await admin.members.addMember(team.value, heron)).ok);
  const document = await admin.create(team.value, { kind: 'note', a: 1 });
  const tablet = await addPlace(admin, office.replica);
  const old = await unlock(tablet, 'heron-42');
  await old.edit(document, (draft) => { draft['b'] = 'known'; });
  const holder = await unlock(office, 'finch-7');
  assert.ok((await holder.account.setHolders(PASSWORD, [heron, owl], 2)).ok);
  await exchange(office, tablet, admin, old);
  await old.edit(document, (draft) => { draft['c'] = 'beyond the cut'; });

  assert.deepEqual(await admin.members.renewUser(admin.user, OTHER), { ok: false, failure: 'unknown-user' });
  assert.deepEqual(await holder.members.renewUser(heron, OTHER), { ok: false, failure: 'not-an-admin' });
  assert.ok((await admin.members.renewUser(heron, OTHER)).ok);
  assert.deepEqual(holder.account.holders?.holders.map(({ canHelp }) => canHelp), [false, true]);
  await admin.edit(document, (draft) => { draft['d'] = 'after'; });

  const renewed = await unlock(office, 'heron-42', OTHER);
  assert.equal(renewed.account.hasTemporaryPassword, true);
  assert.deepEqual(await whats(renewed), ['keys-renewed']);
  assert.deepEqual(renewed.document(document)?.value, { kind: 'note', a: 1, b: 'known', d: 'after' });
  assert.ok((await renewed.account.changePassword(OTHER, FRESH)).ok);
  assert.equal(renewed.account.hasTemporaryPassword, false);
  await renewed.edit(document, (draft) => { draft['e'] = 'herself'; });

  await exchange(office, tablet, admin, old, renewed);
  assert.equal(admin.document(document)?.setAside[0]?.reason, 'disputed');
  assert.deepEqual(admin.document(document)?.value, { kind: 'note', a: 1, b: 'known', d: 'after', e: 'herself' });
  assert.equal(old.document(document)?.value?.['d'], undefined, 'the old keys read nothing new');
  await assert.rejects(old.edit(document, (draft) => { draft['f'] = 1; }), /not admitted|set aside/);
  await assert.rejects(unlock(tablet, 'heron-42', PASSWORD), /wrong-password/);
  for (const session of [renewed, old, holder, admin]) await session.lock();
});
