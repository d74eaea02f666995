import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/codec/bytes.ts';
import { inviteId } from '../../protocol/codec/ids.ts';
import { isProven } from '../../protocol/crypto/oprf/blinded-input.ts';
import { Point } from '../../protocol/crypto/sharing/group.ts';
import { shareKey } from '../../protocol/crypto/sharing/sharing.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { triesPerDevice, triesPerNode } from '../../protocol/membership/dealing.ts';
import type { ShareQuestion, UnlockAnswer } from '../../protocol/unlock/messages.ts';
import { MemoryShareStore } from '../../protocol/unlock/share-store.ts';
import { evaluatePresence } from '../../protocol/ward/presence.ts';
import { dealtWard, nodeAt, type DealtWard, type Dealt, type Node } from './dealt.ts';

const DAY = 24 * 60 * 60 * 1000;

function codeOf(answer: UnlockAnswer): string {
  return answer.type === 'refused' ? answer.code : answer.type;
}

/** Asks from ever new devices until the node says no; how often it answered. */
async function exhaust(ward: DealtWard, node: Node, dealt: Dealt): Promise<number> {
  for (let answered = 0; ;) {
    const { id } = await ward.ward.addDevice('client');
    for (;;) {
      const code = codeOf(await ward.ask(node, dealt, id));
      if (code === 'tries') return answered;
      if (code === 'device-tries') break;
      assert.equal(code, 'evaluated');
      answered++;
    }
  }
}

test('UNLOCK-2: a node evaluates under its share of the dealing that the log names, and proves it', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const blinded = ward.blind('swordfish');
  for (const [place, node] of ward.nodes.entries()) {
    const answer = await ward.ask(node, dealt, ward.client.id, blinded.blinded);
    assert.equal(answer.type, 'evaluated');
    if (answer.type === 'evaluated') assert.ok(isProven(blinded, shareKey(dealt.dealing.commitments, place + 1) ?? new Uint8Array(), answer));
  }
});

test('UNLOCK-2: only devices at which people unlock may ask, and only about users who are in', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const node = nodeAt(ward, 0);
  for (const kind of ['tablet', 'archive', 'bridge'] as const) assert.equal(codeOf(await ward.ask(node, dealt, (await ward.ward.addDevice(kind)).id)), 'not-allowed', kind);
  assert.equal(codeOf(await ward.ask(node, dealt, ward.ward.newDevice('client').id)), 'not-allowed', 'a stranger');
  assert.equal(codeOf(await ward.ask(node, { id: new Uint8Array(16) })), 'other-dealing');
  const lost = await ward.ward.addDevice('client');
  await ward.ward.put(ward.ward.founder.operation({ type: 'remove-device', device: lost.id, cut: [] }));
  assert.equal(codeOf(await ward.ask(node, dealt, lost.id)), 'not-allowed', 'a device that is out');
  await ward.ward.put(ward.ward.founder.operation({ type: 'remove-user', user: ward.user.user.id, cut: [] }));
  assert.equal(codeOf(await ward.ask(node, dealt)), 'not-allowed', 'a user who is out');
});

test('PAGE-7: no node helps a desktop where nobody has unlocked for 30 days, and it costs no try', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const node = nodeAt(ward, 0);
  const [desk, page] = [await ward.ward.addDevice('desktop'), await ward.ward.addDevice('client')];
  for (const device of [desk, page]) await ward.ward.openSession(ward.user.user, device);
  ward.ward.clock.advance(30 * DAY);
  assert.equal(codeOf(await ward.ask(node, dealt, desk.id)), 'evaluated', 'on the last day');
  ward.ward.clock.advance(1);
  const left = node.keeper.holdings()[0]?.triesLeft;
  assert.equal(codeOf(await ward.ask(node, dealt, desk.id)), 'disused');
  assert.equal(node.keeper.holdings()[0]?.triesLeft, left);
  assert.equal(codeOf(await ward.ask(node, dealt, page.id)), 'evaluated', "a person's own device stays");
  const asked = await evaluatePresence({ ward: ward.ward.id, user: ward.user.user.id, dealing: dealt.dealing }, 'any', {
    ask: (device, question) => ward.nodes.find((each) => each.device.id === device)?.keeper.answer(question as ShareQuestion, desk.id) ?? assert.fail(),
  }, ward.ward.random);
  assert.deepEqual(asked, { ok: false, failure: 'disused' });

  // A clock that runs far ahead keeps no desktop in use; one session by a right clock does.
  ward.ward.clock.advance(40 * DAY);
  const ahead = ward.ward.newSession(ward.user.user, desk);
  ward.ward.clock.advance(-40 * DAY);
  await ward.ward.put(ahead.start());
  assert.equal(codeOf(await ward.ask(node, dealt, desk.id)), 'disused');
  await ward.ward.openSession(ward.user.user, desk);
  assert.equal(codeOf(await ward.ask(node, dealt, desk.id)), 'evaluated');
});

test('PAGE-7: a desktop where nobody ever unlocked is out of use 30 days after its invitation ended', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const node = nodeAt(ward, 0);
  const invitation = signingKeyFromSeed(ward.ward.random.randomBytes(32));
  const expires = ward.ward.clock.now() + DAY;
  await ward.ward.put(ward.ward.founder.operation({ type: 'invite', invite: inviteId.from(invitation.publicKey), kind: 'desktop', sealedName: new Uint8Array(40), expires }));
  const desk = ward.ward.newDevice('desktop');
  await ward.ward.put(ward.ward.joining(invitation, desk));
  ward.ward.clock.advance(31 * DAY);
  assert.equal(codeOf(await ward.ask(node, dealt, desk.id)), 'evaluated');
  ward.ward.clock.advance(1);
  assert.equal(codeOf(await ward.ask(node, dealt, desk.id)), 'disused');
});

test('UNLOCK-2: what is no element costs no try and gets no answer', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const node = nodeAt(ward, 0);
  for (const bad of [new Uint8Array(32), new Uint8Array(32).fill(0xff)]) assert.equal(codeOf(await ward.ask(node, dealt, ward.client.id, bad)), 'malformed');
  assert.equal(node.keeper.holdings()[0]?.triesLeft, 7);
});

test('UNLOCK-3: a share is taken only if it is right, and waits until the log speaks of it', async () => {
  const ward = await dealtWard();
  const dealt = ward.newDealing(3);
  const [, second] = dealt.shares;
  const { keeper } = nodeAt(ward, 0);
  const user = ward.user.user.id;
  const deal = async (change: object): Promise<string> => codeOf(await keeper.answer({ type: 'deal', user, dealing: dealt.dealing, share: dealt.shares[0]?.value ?? new Uint8Array(), ...change }, ward.client.id));
  assert.equal(await deal({ share: second?.value }), 'bad-share', "another node's");
  assert.equal(await deal({ share: new Uint8Array(32) }), 'bad-share', 'zero');
  assert.equal(await deal({ dealing: { ...dealt.dealing, nodes: dealt.dealing.nodes.slice(1) } }), 'bad-share', 'not among the nodes');
  assert.equal(await deal({ dealing: { ...dealt.dealing, threshold: 2 } }), 'bad-share', 'more commitments than the threshold');
  assert.equal(await deal({ dealing: { ...dealt.dealing, commitments: [Point.BASE.toBytes(), Point.BASE.toBytes(), Point.BASE.toBytes()] } }), 'bad-share');
  assert.deepEqual((await ward.handOver(dealt)).map(codeOf), ['done', 'done', 'done', 'done']);
  assert.equal(await deal({}), 'done', 'again');
  assert.equal(codeOf(await ward.ask(nodeAt(ward, 0), dealt)), 'other-dealing', 'not before the log says so');
  await ward.publish(dealt);
  assert.equal(codeOf(await ward.ask(nodeAt(ward, 0), dealt)), 'evaluated');
});

test('UNLOCK-3: a dealing that no operation speaks of is forgotten, a week after a newer one holds; a device has 64 that wait', async () => {
  const ward = await dealtWard(1);
  const node = nodeAt(ward, 0);
  const first = ward.newDealing(1);
  await ward.handOver(first);
  for (let i = 0; i < 64; i++) await ward.handOver(ward.newDealing(1));
  assert.equal((await node.store.load()).records.size, 64);
  await ward.publish(first);
  assert.equal(codeOf(await ward.ask(node, first)), 'no-share', 'the oldest gave way');
  ward.ward.clock.advance(1000);
  const last = await ward.deal(1);
  ward.ward.clock.advance(7 * DAY + 1);
  await ward.settled();
  assert.deepEqual([...(await node.store.load()).records.keys()].filter((name) => name.endsWith('.share')).length, 1);
  assert.equal(codeOf(await ward.ask(node, last)), 'evaluated', 'the one that the log speaks of stays');
});

test('UNLOCK-3: shares wait for an operation that is signed and away for weeks; nobody is locked out by its coming late', async () => {
  const ward = await dealtWard();
  await ward.deal(3);
  ward.ward.clock.advance(1000);
  const late = ward.newDealing(3);
  await ward.handOver(late);
  const operation = ward.user.operation({ type: 'set-unlock', user: ward.user.user.id, bundle: Uint8Array.of(1), dealing: late.dealing, why: 'nodes-changed' });
  ward.ward.clock.advance(30 * DAY);
  await ward.ward.addDevice('client');
  await ward.settled();
  await ward.ward.put(operation);
  await ward.settled();
  for (const node of ward.nodes) assert.equal(codeOf(await ward.ask(node, late)), 'evaluated');
  const never = ward.newDealing(3);
  await ward.handOver(never);
  ward.ward.clock.advance(90 * DAY + 1);
  assert.equal(await holds(ward, nodeAt(ward, 0), never.id), 'held', 'the question that finds it is answered');
  await ward.settled();
  assert.equal(await holds(ward, nodeAt(ward, 0), never.id), 'destroyed', 'without any operation of the log');
});

test('UNLOCK-4: a share that was replaced while the node was off is destroyed within a week of its coming back', async () => {
  const ward = await dealtWard();
  await ward.deal(3);
  const [second, third] = [ward.newDealing(3), ward.newDealing(3)];
  for (const dealt of [second, third]) {
    ward.ward.clock.advance(1000);
    await ward.handOver(dealt);
  }
  const node = nodeAt(ward, 1);
  await node.keeper.stop();
  for (const { dealing } of [second, third]) await ward.ward.put(ward.user.operation({ type: 'set-unlock', user: ward.user.user.id, bundle: Uint8Array.of(1), dealing, why: 'password-set' }));
  await ward.restart(node);
  ward.ward.clock.advance(7 * DAY + 1);
  await holds(ward, node, second.id);
  await node.keeper.settled();
  assert.equal(await holds(ward, node, second.id), 'destroyed');
  assert.equal(await holds(ward, node, third.id), 'held');
});

test('UNLOCK-4: once the log names another dealing, the old share is destroyed, and the old password finds nobody', async () => {
  const ward = await dealtWard();
  const old = await ward.deal(3);
  const oldBytes = old.shares.map(({ value }) => toHex(value));
  const fresh = await ward.deal(3);
  for (const [place, node] of ward.nodes.entries()) {
    assert.equal(codeOf(await ward.ask(node, old)), 'other-dealing');
    assert.equal(codeOf(await ward.ask(node, fresh)), 'evaluated');
    const kept = [...(await node.store.load()).records.values()].map(toHex).join(' ');
    assert.ok(!kept.includes(oldBytes[place] ?? 'none'));
  }
});

test('UNLOCK-4: shares go with the user, with the node, and with a bundle that needs none', async () => {
  for (const how of ['remove-user', 'remove-device', 'set-bundle'] as const) {
    const ward = await dealtWard();
    await ward.deal(3);
    const node = nodeAt(ward, 1);
    const { founder } = ward.ward;
    if (how === 'remove-user') await ward.ward.put(founder.operation({ type: 'remove-user', user: ward.user.user.id, cut: [] }));
    else if (how === 'remove-device') await ward.ward.put(founder.operation({ type: 'remove-device', device: node.device.id, cut: [] }));
    else await ward.ward.put(ward.user.operation({ type: 'set-bundle', user: ward.user.user.id, bundle: Uint8Array.of(1) }));
    await ward.settled();
    assert.deepEqual([...(await node.store.load()).records.keys()].filter((name) => name.endsWith('.share')), [], how);
  }
});

test('UNLOCK-5: ten tries in all, whatever the ward; each device has fewer than all of a node', async () => {
  for (const [threshold, nodes, perNode, perDevice] of [[3, 4, 7, 5], [2, 3, 6, 4], [2, 2, 10, 5], [1, 1, 10, 5], [1, 3, 3, 1]] as const) {
    assert.equal(triesPerNode({ threshold, nodes }), perNode);
    assert.equal(triesPerDevice({ threshold, nodes }), perDevice);
    assert.ok(Math.floor((perNode * nodes) / threshold) <= 10, `${threshold} of ${nodes}`);
    const ward = await dealtWard(nodes);
    const dealt = await ward.deal(threshold);
    let answered = 0;
    for (const node of ward.nodes) answered += await exhaust(ward, node, dealt);
    assert.equal(answered, perNode * nodes);
  }
});

test('UNLOCK-5: one device locks itself out, and nobody else', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const node = nodeAt(ward, 0);
  const codes: string[] = [];
  for (let i = 0; i < 7; i++) codes.push(codeOf(await ward.ask(node, dealt)));
  assert.deepEqual(codes, [...Array<string>(5).fill('evaluated'), 'device-tries', 'device-tries']);
  assert.equal(codeOf(await ward.ask(node, dealt, (await ward.ward.addDevice('client')).id)), 'evaluated');
});

test('UNLOCK-5: tries are counted one after the other, however many are asked at once', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const devices = await Promise.all(Array.from({ length: 4 }, async () => (await ward.ward.addDevice('client')).id));
  const answers = await Promise.all(devices.flatMap((device) => Array.from({ length: 5 }, () => ward.ask(nodeAt(ward, 0), dealt, device))));
  assert.equal(answers.filter(({ type }) => type === 'evaluated').length, 7);
});

test("UNLOCK-5: the counter starts again by the user's own signature, for this node, once", async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const [node, other] = [nodeAt(ward, 0), nodeAt(ward, 1)];
  await exhaust(ward, node, dealt);
  const answer = await ward.ask(node, dealt);
  assert.ok(answer.type === 'refused');
  const { generation } = answer;
  assert.equal(codeOf(await ward.reset(node, dealt, generation, ward.ward.founder.user.key)), 'bad-signature', "an admin's");
  assert.equal(codeOf(await ward.reset(node, dealt, generation + 1)), 'bad-signature');
  assert.equal(codeOf(await ward.reset(node, { id: new Uint8Array(16) }, generation)), 'other-dealing');
  assert.equal(codeOf(await ward.reset(node, dealt, generation)), 'done');
  assert.equal(node.keeper.holdings()[0]?.triesLeft, 7);
  assert.equal(codeOf(await ward.reset(node, dealt, generation)), 'bad-signature', 'the same again');
  const stolen = { ...node, keeper: other.keeper };
  assert.equal(codeOf(await ward.reset(stolen, dealt, generation)), 'bad-signature', 'at another node');
});

test('UNLOCK-6: an admin lets a user try again, three times a day by the clock of the node', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const node = nodeAt(ward, 0);
  const reset = async () => {
    await ward.ward.put(ward.ward.founder.operation({ type: 'reset-tries', user: ward.user.user.id }));
    await ward.settled();
  };
  const counts: number[] = [];
  for (let i = 0; i < 5; i++) {
    counts.push(await exhaust(ward, node, dealt));
    await reset();
    if (i === 2) await ward.restart(node);
    ward.ward.clock.advance(60_000);
  }
  assert.deepEqual(counts, [7, 7, 7, 7, 0]);
  ward.ward.clock.advance(DAY);
  await ward.restart(node);
  assert.equal(await exhaust(ward, node, dealt), 0, 'what was too much yesterday is not made up for');
  await reset();
  assert.equal(await exhaust(ward, node, dealt), 7);
});

test('UNLOCK-6: several resets that reach a node at once are one', async () => {
  const ward = await dealtWard();
  const dealt = await ward.deal(3);
  const node = nodeAt(ward, 0);
  await exhaust(ward, node, dealt);
  await node.keeper.stop();
  for (let i = 0; i < 20; i++) await ward.ward.put(ward.ward.founder.operation({ type: 'reset-tries', user: ward.user.user.id }));
  await ward.restart(node);
  assert.equal(await exhaust(ward, node, dealt), 7);
  await ward.restart(node);
  assert.equal(await exhaust(ward, node, dealt), 0);
});

test('UNLOCK-2: a counter that cannot be written is no answer; one that cannot be read is no try left', async () => {
  const ward = await dealtWard(1);
  const dealt = await ward.deal(1);
  const node = nodeAt(ward, 0);
  const { store } = node;
  const put = store.put.bind(store);
  store.put = () => Promise.reject(new Error('no space left on device'));
  assert.equal(codeOf(await ward.ask(node, dealt)), 'busy');
  store.put = put;
  const load = store.load.bind(store);
  const rotten = new MemoryShareStore();
  rotten.load = async () => {
    const { records } = await load();
    const damaged = [...records.keys()].filter((name) => name.endsWith('.tries'));
    return { records: new Map([...records].filter(([name]) => !damaged.includes(name))), damaged };
  };
  const again: Node = { ...node, store: rotten };
  await ward.restart(again);
  assert.equal(codeOf(await ward.ask(again, dealt)), 'tries');
});

async function holds(ward: Awaited<ReturnType<typeof dealtWard>>, node: ReturnType<typeof nodeAt>, dealing: Uint8Array): Promise<string> {
  const answer = await node.keeper.answer({ type: 'holds', user: ward.user.user.id, dealing }, ward.client.id);
  return answer.type === 'holding' ? answer.share : answer.type;
}
