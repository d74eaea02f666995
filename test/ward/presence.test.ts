import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/codec/bytes.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import { evaluateBlinded } from '../../protocol/crypto/oprf/evaluate.ts';
import { decodeElement, randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { openBundle } from '../../protocol/keys/bundle.ts';
import type { UserState } from '../../protocol/membership/ward-state.ts';
import type { UnlockProgress } from '../../protocol/ward/presence.ts';
import { presentWard, type PresentWard } from './present-ward.ts';
import { addPlace, environment, exchange, PASSWORD, type Place } from './small-ward.ts';

const NURSE = 'heron-42';

function userOf({ office }: PresentWard, handle: string): UserState {
  const user = [...office.replica.state().users.values()].find((each) => each.handle === handle);
  assert.ok(user);
  return user;
}

function outcomes({ nodes }: UnlockProgress): readonly string[] {
  return nodes.map(({ outcome }) => outcome);
}

async function anotherPlace(ward: PresentWard): Promise<Place> {
  const admin = await ward.session(ward.office, 'admin-1');
  const place = await addPlace(admin, ward.office.replica);
  await admin.lock();
  return place;
}

test('UNLOCK-1: t of n nodes and the password unlock, on two clients; without the password, or with fewer nodes, nothing does', async () => {
  const ward = await presentWard();
  const second = await anotherPlace(ward);
  for (const place of [ward.office, second]) {
    const reports: UnlockProgress[] = [];
    const unlocked = await ward.unlock(place, NURSE, PASSWORD, (progress) => reports.push(progress));
    assert.ok(unlocked.ok);
    assert.equal(unlocked.value.name, 'Nora Quist');
    assert.equal(reports[0]?.need, 3);
    assert.deepEqual(reports[0] && outcomes(reports[0]), ['asked', 'asked', 'asked', 'asked']);
    assert.ok(reports.length >= 4);
    await unlocked.value.lock();
    assert.deepEqual(await ward.unlock(place, NURSE, 'not the password'), { ok: false, failure: 'wrong-password' });
  }
  ward.node(1).isOn = false;
  const withThree = await ward.unlock(second, NURSE);
  assert.ok(withThree.ok, 'three are enough');
  await withThree.value.lock();
  ward.node(2).isOn = false;
  let last: UnlockProgress | undefined;
  assert.deepEqual(await ward.unlock(second, NURSE, PASSWORD, (progress) => { last = progress; }), { ok: false, failure: 'too-few-nodes' });
  assert.deepEqual(last && outcomes(last).filter((outcome) => outcome === 'unreachable').length, 2);
  assert.deepEqual(await openBundle(userOf(ward, NURSE).bundle, PASSWORD, ward.office.replica.ward, userOf(ward, NURSE).id), { ok: false, failure: 'needs-nodes' });
});

test('ATTACK 22: a node that answers with another key, or a tagged answer, is named, and the others unlock', async () => {
  const ward = await presentWard();
  const evil = ward.node(2);
  const blindedOf = (): Uint8Array => evil.asked.flatMap((question) => (question.type === 'evaluate' ? [question.blinded] : [])).at(-1) ?? new Uint8Array();
  const tricks = {
    'another key': () => ({ type: 'evaluated' as const, ...evaluateBlinded(randomScalar(environment.entropy), blindedOf(), environment.entropy), generation: 1 }),
    'a tagged answer': (answer: Parameters<NonNullable<typeof evil.turned>>[0]) =>
      (answer.type === 'evaluated' ? { ...answer, evaluated: decodeElement(answer.evaluated, 'e').double().toBytes() } : answer),
  };
  for (const [name, trick] of Object.entries(tricks)) {
    evil.turned = trick;
    // The others are slower, so that the evil one is heard in any case.
    let last: UnlockProgress | undefined;
    const unlocked = await ward.unlock(ward.office, NURSE, PASSWORD, (progress) => { last = progress; });
    assert.ok(unlocked.ok, name);
    await unlocked.value.lock();
    const named = last?.nodes.find(({ outcome }) => outcome === 'dishonest')?.device;
    assert.equal(named && hexOf(named), hexOf(evil.id), name);
  }
  ward.node(3).isOn = false;
  assert.deepEqual(await ward.unlock(ward.office, NURSE), { ok: false, failure: 'too-few-nodes' }, 'what it says is used for nothing');
});

test('UNLOCK-5: ten wrong passwords in all, fewer on one device; the right one starts the count again', async () => {
  const ward = await presentWard();
  const second = await anotherPlace(ward);
  const tryTo = async (place: Place): Promise<string> => {
    const unlocked = await ward.unlock(place, NURSE, 'not the password');
    return unlocked.ok ? 'ok' : unlocked.failure;
  };
  for (let i = 0; i < 5; i++) assert.equal(await tryTo(second), 'wrong-password', `${i}`);
  assert.equal(await tryTo(second), 'device-tries');
  assert.equal(await tryTo(ward.office), 'wrong-password', 'a colleague elsewhere is not locked out');
  const unlocked = await ward.session(ward.office, NURSE);
  await unlocked.lock();
  assert.deepEqual(ward.nodes.map(({ keeper }) => keeper.holdings().find(({ user }) => user === hexOf(userOf(ward, NURSE).id))?.triesLeft), [7, 7, 7, 7]);
  for (let i = 0; i < 5; i++) assert.equal(await tryTo(second), 'wrong-password');
  for (let i = 0; i < 2; i++) assert.equal(await tryTo(ward.office), 'wrong-password');
  assert.equal(await tryTo(ward.office), 'tries');
  assert.deepEqual(await ward.unlock(ward.office, NURSE), { ok: false, failure: 'tries' }, 'the right password too');
  const admin = await ward.session(ward.office, 'admin-1');
  assert.ok((await admin.members.resetTries(userOf(ward, NURSE).id)).ok);
  await ward.settled();
  await (await ward.session(ward.office, NURSE)).lock();
  await admin.lock();
});

test('UNLOCK-3: a bundle made before moves over at the next unlock; until enough nodes are there it stays as it was', async () => {
  const ward = await presentWard();
  // The admin of this ward unlocked before there was a policy.
  assert.equal(userOf(ward, 'admin-1').dealing, undefined);
  ward.node(3).isOn = false;
  await (await ward.session(ward.office, 'admin-1')).lock();
  assert.equal(userOf(ward, 'admin-1').dealing, undefined, 'three of the four nodes are there');
  ward.node(3).isOn = true;
  await (await ward.session(ward.office, 'admin-1')).lock();
  assert.equal(userOf(ward, 'admin-1').dealing?.threshold, 3);
  assert.deepEqual(await ward.unlock(ward.office, 'admin-1', 'not the password'), { ok: false, failure: 'wrong-password' });
  await (await ward.session(ward.office, 'admin-1')).lock();
});

test('UNLOCK-3: a node that is gone is replaced at the next unlock, and the old shares are destroyed', async () => {
  const ward = await presentWard();
  const admin = await ward.session(ward.office, 'admin-1');
  const before = userOf(ward, NURSE).dealing;
  const spare = await ward.addNode(admin, 'tablet');
  const lost = ward.node(1);
  lost.isOn = false;
  assert.ok((await admin.members.removeDevice(lost.id)).ok);
  await admin.lock();
  await (await ward.session(ward.office, NURSE)).lock();
  const after = userOf(ward, NURSE).dealing;
  assert.ok(before && after);
  assert.ok(!after.nodes.some((node) => hexOf(node) === hexOf(lost.id)));
  assert.ok(after.nodes.some((node) => hexOf(node) === hexOf(spare.id)));
  assert.notEqual(toHex(after.commitments[0] ?? new Uint8Array()), toHex(before.commitments[0] ?? new Uint8Array()), 'a fresh key');
  await (await ward.session(ward.office, NURSE)).lock();
});

test('UNLOCK-3: nothing is put into the log before every node has its share on disk', async () => {
  const ward = await presentWard();
  const admin = await ward.session(ward.office, 'admin-1');
  const before = toHex(userOf(ward, NURSE).bundle);
  assert.ok((await admin.members.setUnlockPolicy({ threshold: 2, nodes: 4 })).ok);
  ward.node(0).turned = (answer) => (answer.type === 'done' ? { type: 'refused', code: 'busy', generation: 0 } : answer);
  await (await ward.session(ward.office, NURSE)).lock();
  assert.equal(toHex(userOf(ward, NURSE).bundle), before);
  ward.node(0).turned = undefined;
  await (await ward.session(ward.office, NURSE)).lock();
  assert.equal(userOf(ward, NURSE).dealing?.threshold, 2);
  const refused = await admin.members.addUser({ handle: 'teal-7', name: 'T', role: 'viewer', password: PASSWORD });
  assert.ok(refused.ok);
  for (const number of [0, 1, 2]) ward.node(number).isOn = false;
  assert.deepEqual(await admin.members.addUser({ handle: 'teal-8', name: 'T', role: 'viewer', password: PASSWORD }), { ok: false, failure: 'too-few-nodes' });
  await admin.lock();
});

test('UNLOCK-7: a policy that breaks its own claim is refused', async () => {
  const ward = await presentWard(2, 2);
  const admin = await ward.session(ward.office, 'admin-1');
  const set = async (threshold: number, nodes: number) => {
    const outcome = await admin.members.setUnlockPolicy({ threshold, nodes });
    return outcome.ok ? 'ok' : outcome.failure;
  };
  assert.equal(await set(0, 2), 'no-threshold');
  assert.equal(await set(2, 1), 'too-few-nodes-for-threshold');
  assert.equal(await set(1, 3), 'more-nodes-than-there-are');
  assert.equal(await set(3, 33), 'too-many-nodes');
  assert.equal(await set(1, 11), 'no-tries');
  assert.equal(await set(1, 2), 'ok');
  await admin.lock();
});

test('ATTACK 26: everything on a stolen tablet, and a wordlist that contains the password: no unlock', async () => {
  const ward = await presentWard();
  const stolen = await anotherPlace(ward);
  const { bundle, id, dealing } = userOf(ward, NURSE);
  assert.ok(dealing);
  // The disk: every item, and the share of one node. Without t nodes there is nothing to put a guess into.
  const guesses = ['letmein', 'password1', PASSWORD, 'correct horse'];
  for (const guess of guesses) assert.ok(!(await openBundle(bundle, guess, stolen.replica.ward, id)).ok, guess);
  const share = [...(await ward.node(1).store.load()).records].find(([name]) => name.startsWith(hexOf(id)) && name.endsWith('.share'));
  assert.ok(share, 'the share of the stolen node');
  for (const { isOn: _, ...node } of ward.nodes) if (hexOf(node.id) !== hexOf(ward.node(1).id)) ward.nodes[ward.nodes.findIndex(({ id: other }) => hexOf(other) === hexOf(node.id))] = { ...node, isOn: false };
  for (const guess of guesses) assert.deepEqual(await ward.unlock(stolen, NURSE, guess), { ok: false, failure: 'too-few-nodes' }, guess);
});

test('UNLOCK-4: two clients that deal at once agree on one dealing, and it unlocks', async () => {
  const ward = await presentWard();
  const second = await anotherPlace(ward);
  const admin = await ward.session(ward.office, 'admin-1');
  assert.ok((await admin.members.setUnlockPolicy({ threshold: 2, nodes: 4 })).ok);
  await exchange(ward.office, second);
  // Neither has the other's operation when it deals.
  const [a, b] = [await ward.unlock(ward.office, NURSE), await ward.unlock(second, NURSE)];
  assert.ok(a.ok && b.ok);
  await a.value.settled();
  await b.value.settled();
  await exchange(ward.office, second, admin, a.value, b.value);
  await ward.settled();
  for (const session of [a.value, b.value, admin]) await session.lock();
  await (await ward.session(ward.office, NURSE)).lock();
  const shares = [...(await ward.node(0).store.load()).records.keys()].filter((name) => name.startsWith(hexOf(userOf(ward, NURSE).id)) && name.endsWith('.share'));
  assert.ok(shares.length <= 2, 'one that holds, and one that nobody will ask for, until a day is over');
});

test('LOCK-1: locking waits for no other device: a node that hangs keeps nobody from the next unlock', async () => {
  const ward = await presentWard();
  ward.node(3).hangs = true;
  for (const handle of [NURSE, 'admin-1']) {
    const unlocked = await ward.unlock(ward.office, handle);
    assert.ok(unlocked.ok);
    // What follows an unlock has asked the node that hangs.
    await unlocked.value.lock();
  }
});
