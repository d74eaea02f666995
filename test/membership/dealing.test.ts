import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../../protocol/codec/bytes.ts';
import { hexOf, userId, wardId } from '../../protocol/codec/ids.ts';
import {
  dealingId, DEALING_ID_LENGTH, eligibleNodes, indexInDealing, isSoundDealing, MAX_UNLOCK_NODES, objectionToPolicy, triesPerDevice, triesPerNode, type Dealing,
} from '../../protocol/membership/dealing.ts';
import { buildWard, type TestWard } from '../support/ward-builder.ts';

async function dealt(threshold = 2, count = 3): Promise<{ ward: TestWard; dealing: Dealing }> {
  const ward = await buildWard();
  const nodes = Array.from({ length: count }, () => ward.newDevice('tablet').id);
  return { ward, dealing: { threshold, nodes, commitments: Array.from({ length: threshold }, () => ward.random.randomBytes(32)) } };
}

test('UNLOCK-5: ten guesses in all, whatever the policy; a device has at most five, and leaves two of a node where there are three', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: MAX_UNLOCK_NODES }), fc.integer({ min: 1, max: MAX_UNLOCK_NODES }), (threshold, nodes) => {
    fc.pre(threshold <= nodes);
    const each = triesPerNode({ threshold, nodes });
    assert.ok(each * nodes <= 10 * threshold && (each + 1) * nodes > 10 * threshold, 'as many as ten guesses take, and no more');
    const own = triesPerDevice({ threshold, nodes });
    assert.ok(own >= 1 && own <= 5);
    if (each >= 3) assert.equal(own, Math.min(5, each - 2));
  }));
  assert.deepEqual([[1, 1], [2, 3], [3, 4], [1, 10], [1, 4]].map(([threshold = 0, nodes = 0]) => [triesPerNode({ threshold, nodes }), triesPerDevice({ threshold, nodes })]),
    [[10, 5], [6, 4], [7, 5], [1, 1], [2, 1]]);
});

test('UNLOCK-7: a policy that breaks its own claim is objected to, at each bound', () => {
  const objection = (threshold: number, nodes: number): string | undefined => objectionToPolicy({ threshold, nodes });
  assert.equal(objection(0, 0), undefined, 'by password alone');
  assert.equal(objection(1, 1), undefined);
  assert.equal(objection(0, 1), 'no-threshold');
  assert.equal(objection(-1, 3), 'no-threshold');
  assert.equal(objection(1, 0), 'too-few-nodes-for-threshold');
  assert.equal(objection(3, 2), 'too-few-nodes-for-threshold');
  assert.equal(objection(32, 32), undefined);
  assert.equal(objection(32, 33), 'too-many-nodes');
  assert.equal(objection(1, 3), undefined, 'three tries a node');
  assert.equal(objection(1, 4), 'no-tries', 'two: one typo on one device, and nothing for another');
});

test('UNLOCK-1: a dealing has as many commitments as its threshold, and each node once', async () => {
  const { dealing } = await dealt();
  assert.ok(isSoundDealing(dealing));
  assert.ok(!isSoundDealing({ ...dealing, threshold: 0, commitments: [] }));
  assert.ok(!isSoundDealing({ ...dealing, threshold: 3 }), 'a commitment less');
  assert.ok(!isSoundDealing({ ...dealing, threshold: 1 }), 'one more');
  assert.ok(!isSoundDealing({ ...dealing, nodes: [dealing.nodes[0] ?? assert.fail(), ...dealing.nodes.slice(0, 2)] }), 'a node twice');
  assert.ok(!isSoundDealing({ ...dealing, nodes: dealing.nodes.slice(0, 1) }), 'fewer nodes than it takes');
  assert.ok(!isSoundDealing({ threshold: 0, nodes: [], commitments: [] }));
});

test('UNLOCK-1: the id of a dealing binds the ward, the user and everything in it', async () => {
  const { ward, dealing } = await dealt();
  const user = ward.founder.user.id;
  const id = dealingId(ward.id, user, dealing);
  assert.equal(id.length, DEALING_ID_LENGTH);
  assert.equal(toHex(dealingId(ward.id, user, { ...dealing })), toHex(id));
  const others = [
    dealingId(wardId.from(ward.random.randomBytes(32)), user, dealing),
    dealingId(ward.id, userId.from(ward.random.randomBytes(16)), dealing),
    dealingId(ward.id, user, { ...dealing, nodes: dealing.nodes.toReversed() }),
    dealingId(ward.id, user, { ...dealing, commitments: dealing.commitments.toReversed() }),
    dealingId(ward.id, user, { ...dealing, threshold: 1 }),
  ].map(toHex);
  assert.equal(new Set([toHex(id), ...others]).size, 6);
});

test('UNLOCK-3: shares are numbered from 1 in the order of the dealing, and who holds none has no number', async () => {
  const { ward, dealing } = await dealt();
  assert.deepEqual(dealing.nodes.map((node) => indexInDealing(dealing, node)), [1, 2, 3]);
  assert.equal(indexInDealing(dealing, ward.newDevice('tablet').id), undefined);
});

test('UNLOCK-3: archives and then tablet nodes may hold shares, in one order for everybody; nobody else and nobody who is out', async () => {
  const ward = await buildWard();
  for (const kind of ['client', 'desktop', 'bridge'] as const) await ward.addDevice(kind);
  const tablets = [ward.tablet, await ward.addDevice('tablet'), await ward.addDevice('tablet'), await ward.addDevice('tablet')];
  const archives = [ward.archive, await ward.addDevice('archive')];
  const [, gone = assert.fail()] = tablets;
  await ward.put(ward.founder.operation({ type: 'remove-device', device: gone.id, cut: [] }));
  const ids = (devices: typeof tablets): string[] => devices.filter((device) => device !== gone).map(({ id }) => hexOf(id)).sort();
  assert.deepEqual(eligibleNodes(ward.replica.state()).map(hexOf), [...ids(archives), ...ids(tablets)]);
});
