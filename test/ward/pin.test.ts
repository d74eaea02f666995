import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceId, hexOf } from '../../protocol/codec/ids.ts';
import { evaluateBlinded } from '../../protocol/crypto/oprf/evaluate.ts';
import { randomScalar } from '../../protocol/crypto/sharing/group.ts';
import { decodeRecords } from '../../protocol/unlock/records.ts';
import { heldPin, type KeptPin, type PinFailure, type PinSite } from '../../protocol/ward/pin.ts';
import { pinProblem } from '../../protocol/ward/pin-rule.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { guessPin } from '../../scripts/drills/guess.ts';
import { presentWard, type PresentNode, type PresentWard } from './present-ward.ts';
import { environment, exchange, PASSWORD, type Place } from './small-ward.ts';
import type { Result } from '../../protocol/codec/result.ts';

const NURSE = 'heron-42';
const COLLEAGUE = 'finch-7';
const PIN = '730582';

interface Scene {
  readonly ward: PresentWard;
  readonly node: PresentNode;
  readonly page: Place;
}

/** A ward of 3 of 4 with a tablet whose page the nurse and a colleague share, and a policy of 12 hours. */
async function shared(): Promise<Scene> {
  const ward = await presentWard();
  const admin = await ward.session(ward.office, 'admin-1');
  const { node, page } = await ward.addTablet(admin);
  assert.ok((await admin.members.setGrace(12)).ok);
  assert.ok((await admin.members.addUser({ handle: COLLEAGUE, name: 'Bo Finch', role: 'clinician', password: PASSWORD })).ok);
  await admin.lock();
  await exchange(ward.office, page);
  return { ward, node, page };
}

async function withPin({ ward, node, page }: Scene, handle = NURSE, pin = PIN): Promise<KeptPin> {
  const session = await ward.session(page, handle);
  const set = await session.pin.set(pin, node.id);
  assert.ok(set.ok);
  await session.lock();
  return set.value;
}

function siteOf({ ward, node, page: { replica, key } }: Scene): PinSite {
  const device = deviceId.from(key.publicKey);
  return { replica, device, node: node.id, nodes: ward.nodesFor(device), entropy: environment.entropy };
}

function byPin({ ward, node, page }: Scene, kept: KeptPin, pin = PIN): Promise<Result<Session, PinFailure>> {
  return ward.openWard(page).unlockWithPin(kept, pin, node.id);
}

test('PIN-1: after a full unlock two people switch by PIN, with every other node and the archive off', async () => {
  const scene = await shared();
  const { ward, node, page } = scene;
  const [nurse, colleague] = [await withPin(scene), await withPin(scene, COLLEAGUE, '902746')];
  for (const each of ward.nodes) if (each !== node) each.isOn = false;
  assert.deepEqual(await ward.unlock(page, NURSE), { ok: false, failure: 'too-few-nodes' }, 'by password it takes the ward');
  for (const [kept, pin, handle] of [[nurse, PIN, NURSE], [colleague, '902746', COLLEAGUE], [nurse, PIN, NURSE]] as const) {
    const unlocked = await byPin(scene, kept, pin);
    assert.ok(unlocked.ok);
    assert.equal(page.replica.state().users.get(hexOf(unlocked.value.user))?.handle, handle);
    await unlocked.value.lock();
  }
  assert.deepEqual(await byPin(scene, nurse, '902746'), { ok: false, failure: { code: 'wrong-pin', left: 4 } }, "a colleague's");
  assert.deepEqual(await byPin(scene, { ...nurse, user: colleague.user }), { ok: false, failure: { code: 'no-pin' } });
});

test('PIN-3: a wrong PIN says how many tries are left; after five there is none; the right one starts the count again', async () => {
  const scene = await shared();
  const kept = await withPin(scene);
  for (const left of [4, 3, 2, 1]) assert.deepEqual(await byPin(scene, kept, '111222'), { ok: false, failure: { code: 'wrong-pin', left } });
  const right = await byPin(scene, kept, PIN);
  assert.ok(right.ok, 'the fifth');
  await right.value.lock();
  assert.deepEqual(await byPin(scene, kept), { ok: false, failure: { code: 'no-pin' } }, 'with the last try the key is gone, also when it was right');

  const again = await withPin(scene);
  for (const left of [4, 3, 2]) assert.deepEqual(await byPin(scene, again, '111222'), { ok: false, failure: { code: 'wrong-pin', left } });
  const unlocked = await byPin(scene, again);
  assert.ok(unlocked.ok);
  await unlocked.value.settled();
  await unlocked.value.lock();
  for (const left of [4, 3, 2, 1, 0]) assert.deepEqual(await byPin(scene, again, '111222'), { ok: false, failure: { code: 'wrong-pin', left } });
  assert.deepEqual(await byPin(scene, again), { ok: false, failure: { code: 'no-pin' } });
  assert.deepEqual(await heldPin(siteOf(scene), again), { state: 'gone' });
});

test('PIN-1: a node that answers with another key is found out; one that does not answer is not taken for a wrong PIN', async () => {
  const scene = await shared();
  const kept = await withPin(scene);
  const other = randomScalar(environment.entropy);
  scene.node.turned = (answer) => {
    const asked = scene.node.asked.at(-1);
    if (answer.type !== 'pin-tried' || asked?.type !== 'try-pin') return answer;
    return { ...answer, ...evaluateBlinded(other, asked.blinded, environment.entropy) };
  };
  assert.deepEqual(await byPin(scene, kept), { ok: false, failure: { code: 'dishonest' } });
  scene.node.turned = undefined;
  scene.node.isOn = false;
  assert.deepEqual(await byPin(scene, kept), { ok: false, failure: { code: 'no-node' } });
  assert.deepEqual(await heldPin(siteOf(scene), kept), { state: 'no-node' });
});

test('PIN-4: a PIN opens nothing any more once the tablet was started again, the user dropped it, or was given new keys', async () => {
  const scene = await shared();
  const restarted = await withPin(scene);
  scene.node.pins?.stop();
  assert.deepEqual(await byPin(scene, restarted), { ok: false, failure: { code: 'no-pin' } });

  const dropped = await withPin(scene);
  const session = await byPin(scene, dropped);
  assert.ok(session.ok);
  assert.ok(await session.value.pin.change(dropped, 'drop', scene.node.id));
  await session.value.lock();
  assert.deepEqual(await byPin(scene, dropped), { ok: false, failure: { code: 'no-pin' } });

  const renewed = await withPin(scene);
  const admin = await scene.ward.session(scene.ward.office, 'admin-1');
  assert.ok((await admin.members.renewUser(renewed.user, 'a kettle sings at dawn')).ok);
  await admin.lock();
  assert.deepEqual(await byPin(scene, renewed), { ok: false, failure: { code: 'no-pin' } });
});

test('PIN-1: without the policy nobody sets a PIN, and a desk\'s browser never does', async () => {
  const scene = await shared();
  const { ward, node, page } = scene;
  const desk = await ward.session(ward.office, NURSE);
  assert.deepEqual(await desk.pin.set(PIN, node.id), { ok: false, failure: 'not-allowed' });
  await desk.lock();
  const admin = await ward.session(ward.office, 'admin-1');
  assert.deepEqual(await admin.members.setGrace(25), { ok: false, failure: 'bad-grace' });
  assert.ok((await admin.members.setGrace(0)).ok);
  await admin.lock();
  const nurse = await ward.session(page, NURSE);
  assert.deepEqual(await nurse.pin.set(PIN, node.id), { ok: false, failure: 'not-allowed' });
  assert.deepEqual(await nurse.members.setGrace(12), { ok: false, failure: 'not-an-admin' });
  await nurse.lock();
});

test('ATTACK 26: all that a stolen tablet has on its disk, its page\'s storage, and a list with the true PIN: no unlock; with the node\'s memory there is one', async () => {
  const scene = await shared();
  const { node, page: { key, replica } } = scene;
  const kept = await withPin(scene);
  const place = { ward: replica.ward, user: kept.user, device: deviceId.from(key.publicKey) };
  const shares = (await Promise.all(scene.ward.nodes.map(({ store }) => store.load()))).flatMap(({ records }) => decodeRecords(records).shares);
  const onDisk = [...shares.map(({ value }) => value), key.seed, kept.hold, new Uint8Array(32).fill(1)];
  assert.ok(shares.length > 4, 'of other nodes too');
  const list = ['123456', PIN, '000000'];
  assert.equal(guessPin({ kept, place, keys: onDisk }, list, environment.entropy), false);
  // What the node was handed, as it lies in its memory.
  const handed = node.asked.flatMap((question) => (question.type === 'hold-pin' ? [question.key] : []));
  assert.deepEqual(handed.map((each) => each.every((byte) => byte === 0)), [true], 'the page has forgotten it');
  const memory: Uint8Array[] = [];
  const remembered = { ...scene, ward: scene.ward };
  remembered.node.turned = (answer) => {
    const asked = node.asked.at(-1);
    if (asked?.type === 'hold-pin') memory.push(asked.key.slice());
    return answer;
  };
  const again = await withPin(remembered);
  assert.equal(guessPin({ kept: again, place, keys: memory }, list, environment.entropy), true, 'so the drill would have found it');
  assert.equal(guessPin({ kept: again, place, keys: memory }, ['123456', '000000'], environment.entropy), false);
});

test('PIN-1: what is among the first tries of anybody is no PIN', () => {
  for (const pin of ['000000', '123456', '654321', '121212', '123123', '112233', '135791', '987654', '890123', '147258', '123321', '11111112', '12341234', '1212121', '77777777']) {
    assert.equal(pinProblem(pin), 'pin-too-easy', pin);
  }
  for (const pin of ['12345', '123456789', '', '12345a', '１２３４５６', ' 271903']) assert.equal(pinProblem(pin), 'pin-length', pin);
  for (const pin of ['271903', '480915', '19830417', '100200', '7305826']) assert.equal(pinProblem(pin), undefined, pin);
});
