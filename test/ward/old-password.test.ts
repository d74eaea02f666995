import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceId, hexOf } from '../../protocol/codec/ids.ts';
import { dealingId } from '../../protocol/membership/dealing.ts';
import type { OldPassword } from '../../protocol/ward/old-password.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { presentWard, type PresentWard } from './present-ward.ts';
import { found, PASSWORD, unlock } from './small-ward.ts';

const FRESH = 'nine herons on a jetty';

test('UNLOCK-8: after a change of password each node says whether the old share is gone; n − t + 1 gone make the old password worthless', async () => {
  const ward = await presentWard(2, 3);
  const nurse = await ward.session(ward.office, 'heron-42');
  assert.equal(await nurse.oldPassword(), 'none');
  assert.ok((await nurse.account.changePassword(PASSWORD, FRESH)).ok);
  await ward.settled();

  const before = await told(nurse);
  assert.deepEqual(before.nodes.map(({ share }) => share), ['destroyed', 'destroyed', 'destroyed']);
  assert.deepEqual({ destroyed: before.destroyed, needed: before.needed }, { destroyed: 3, needed: 2 });

  // One that is out of reach may have it still, and so may one that is out of the ward; one that says so has it.
  ward.node(1).isOn = false;
  ward.node(2).turned = (answer) => (answer.type === 'holding' ? { type: 'holding', share: 'held' } : answer);
  const later = await told(nurse);
  const shareOf = (place: number) => later.nodes.find(({ device }) => hexOf(device) === hexOf(ward.node(place).id))?.share;
  assert.deepEqual([0, 1, 2].map(shareOf), ['destroyed', 'unknown', 'held']);
  assert.equal(later.destroyed, 1);
  await nurse.lock();
});

test('UNLOCK-8: a node that has its share says so, to clients of the ward alone; asking is no try', async () => {
  const ward = await presentWard(2, 3);
  const { id, dealing } = userOf(ward);
  assert.ok(dealing);
  const question = { type: 'holds', user: id, dealing: dealingId(ward.office.replica.ward, id, dealing) } as const;
  const node = ward.node(0).id;
  const client = deviceId.from(ward.office.key.publicKey);
  const tries = triesLeft(ward);
  for (let i = 0; i < 12; i++) assert.deepEqual(await ward.nodesFor(client).ask(node, question), { type: 'holding', share: 'held' });
  assert.deepEqual(triesLeft(ward), tries);
  assert.deepEqual(await ward.nodesFor(node).ask(node, question), { type: 'refused', code: 'not-allowed', generation: 0 });
});

test('UNLOCK-8: a password that needed no nodes opens old copies of the log for ever, and that is what is said', async () => {
  const office = await found();
  const admin = await unlock(office, 'admin-1');
  assert.equal(await admin.oldPassword(), 'none');
  assert.ok((await admin.account.changePassword(PASSWORD, FRESH)).ok);
  assert.equal(await admin.oldPassword(), 'needed-no-nodes');
  await admin.lock();
});

async function told(session: Session): Promise<OldPassword> {
  const state = await session.oldPassword();
  assert.ok(typeof state === 'object');
  return state;
}

function userOf({ office }: PresentWard) {
  const user = [...office.replica.state().users.values()].find(({ handle }) => handle === 'heron-42');
  assert.ok(user);
  return user;
}

function triesLeft(ward: PresentWard): readonly (number | undefined)[] {
  return ward.nodes.map(({ keeper }) => keeper.holdings().find(({ user }) => user === hexOf(userOf(ward).id))?.triesLeft);
}
