import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceOf, freshKeys, startTestHost, until, WrittenReplica } from './support.ts';

test('NET-2: two devices that know each other\'s address link up, with exactly one link', async () => {
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const hostB = await startTestHost(b, new WrittenReplica(a, b));
  const hostA = await startTestHost(a, new WrittenReplica(a, b), { addressesOf: () => hostB.addresses() });
  try {
    await Promise.all([until(hostA, () => hostA.links().length === 1), until(hostB, () => hostB.links().length === 1)]);
    assert.deepEqual(hostA.peers()[0]?.device, deviceOf(b));
  } finally {
    await Promise.all([hostA.stop(), hostB.stop()]);
  }
});
