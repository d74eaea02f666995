import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionGater } from '@libp2p/interface';
import { inviteId } from '../../protocol/codec/ids.ts';
import { Doorkeeper } from '../../protocol/network/doorkeeper.ts';
import { invitationKey } from '../../protocol/network/join-code.ts';
import { encodeJoinMessage, JOIN_PROTOCOL, proveInvitation } from '../../protocol/network/join-messages.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { peerIdOf } from '../../protocol/network/peer-id.ts';
import { channelOver } from '../../protocol/network/stream-channel.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { TokenBuckets } from '../../protocol/network/token-buckets.ts';
import { addressesOf, answers, invitingWard } from './inviting-ward.ts';
import { freshKey, knock, realEnvironment, WrittenReplica, type LoggedEvent } from './support.ts';

test('JOIN-4: a bucket gives its burst, then one for each time that has passed, and never more than its burst', () => {
  const clock = { time: 1_000_000, now: () => clock.time };
  const buckets = new TokenBuckets({ clock, burst: 3, refill: 100, names: 4 });
  const taken = (name: string, times: number): number => Array.from({ length: times }, () => buckets.take(name)).filter(Boolean).length;
  assert.equal(taken('a', 10), 3);
  clock.time += 99;
  assert.equal(taken('a', 10), 0);
  clock.time += 1;
  assert.equal(taken('a', 10), 1, 'asking in vain costs nothing');
  clock.time += 1_000_000;
  assert.equal(taken('a', 10), 3);
  clock.time -= 900_000;
  assert.equal(taken('a', 10), 0, 'a clock that is set back gives nothing');
  clock.time += 100;
  assert.equal(taken('a', 10), 1, 'and is not waited for');
});

test('JOIN-4: the memory for names is bounded, and who asks on is not forgotten for those who come', () => {
  const clock = { now: () => 0 };
  const buckets = new TokenBuckets({ clock, burst: 2, refill: 1_000, names: 8 });
  assert.ok(buckets.take('steady') && buckets.take('steady'));
  for (let i = 0; i < 100_000; i++) {
    buckets.take(`name ${i}`);
    if (i % 7 === 0) assert.equal(buckets.take('steady'), false, `at ${i}`);
  }
  assert.equal(buckets.size, 8);
});

test('JOIN-4: one address begins thirty conversations and then one a second; others join meanwhile', () => {
  const { admits, clock, logged } = knockedAt();
  assert.equal(admits('10.0.0.1', 200), 30);
  assert.equal(admits('10.0.0.2', 1), 1, 'another address is not concerned');
  clock.time += 5_000;
  assert.equal(admits('10.0.0.1', 200), 5);
  assert.deepEqual(logged, [{ name: 'joining-too-often', fields: { from: '10.0.0.1' } }], 'told to the operator, and not each time');
});

test('JOIN-4: all addresses together begin sixty and then four a second, and what one address wastes is its own', () => {
  const { admits, clock } = knockedAt();
  admits('10.0.0.1', 5_000);
  let begun = 0;
  for (let i = 0; i < 1_000; i++) begun += admits(`10.0.${2 + Math.floor(i / 250)}.${i % 250}`, 1);
  assert.equal(begun, 30, 'sixty, less the thirty of the first');
  clock.time += 10_000;
  begun = 0;
  for (let i = 0; i < 1_000; i++) begun += admits(`10.1.${Math.floor(i / 250)}.${i % 250}`, 1);
  assert.equal(begun, 40);
});

test('JOIN-4: on the network a stranger who asks again and again is cut off, and an invited device joins when it has stopped', async (t) => {
  const { ward, host, secret, join, logged } = await invitingWard(t);
  const invitation = invitationKey(secret, ward.id, 'tablet');
  const invite = inviteId.from(invitation.publicKey);
  let answered = 0;
  for (let i = 0; i < 40; i++) {
    const node = await createNode({ deviceKey: freshKey(), transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
    try {
      const connection = await node.dial(addressesOf(host));
      const channel = channelOver(await connection.newStream(JOIN_PROTOCOL), host.device, { maxFrameLength: 65_536 }, realEnvironment().timers);
      await channel.send(encodeJoinMessage({ type: 'ask', version: 1, ward: ward.id, invite, proof: new Uint8Array(64) }));
      answered += (await answers(channel)).length;
    } catch {
      // Cut off.
    } finally {
      await node.stop();
    }
  }
  // The test's clock stands still. On a slow machine one or the other finds all places taken.
  assert.ok(answered > 20 && answered <= 30, `${answered} of 40`);
  assert.ok(logged.some(({ name }) => name === 'joining-too-often'));
  assert.deepEqual(await join({}), { ok: false, failure: 'cut-off' });
  ward.clock.advance(3_000);
  assert.ok((await join({})).ok);
});

test('JOIN-4: a device of the ward that asks to join again and again gets the log no more often', async (t) => {
  const { ward, host, code, secret, join, logged } = await invitingWard(t);
  const key = freshKey();
  assert.ok((await join({ deviceKey: key })).ok);
  const invitation = invitationKey(secret, ward.id, 'tablet');
  const ask = encodeJoinMessage({ type: 'ask', version: 1, ward: ward.id, invite: inviteId.from(invitation.publicKey), proof: proveInvitation(invitation, ward.id, key.publicKey, code.inviter) });
  let logs = 0;
  for (let i = 0; i < 40; i++) {
    const node = await createNode({ deviceKey: key, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
    try {
      const connection = await node.dial(addressesOf(host));
      const channel = channelOver(await connection.newStream(JOIN_PROTOCOL), host.device, { maxFrameLength: 4 * 1024 * 1024 }, realEnvironment().timers);
      await channel.send(ask);
      for await (const _ of channel.frames()) {
        logs += 1;
        break;
      }
    } catch {
      // Refused.
    } finally {
      await node.stop();
    }
  }
  assert.ok(logs > 20 && logs <= 29, `${logs} of 40: thirty, less the joining itself`);
  assert.ok(logged.some(({ name }) => name === 'joining-too-often'));
});

/** A doorkeeper with an open invitation at which strangers knock, each staying no longer than it takes to be let in. */
function knockedAt(): { admits(host: string, times: number): number; readonly clock: { time: number }; readonly logged: readonly LoggedEvent[] } {
  const clock = { time: 1_000_000, now: () => clock.time };
  const logged: LoggedEvent[] = [];
  const replica = new WrittenReplica();
  replica.invitations.set('00', { kind: 'tablet', expires: Number.MAX_SAFE_INTEGER, usedBy: undefined } as never);
  const gater: ConnectionGater = new Doorkeeper(() => replica.asReplica().state(), { ...realEnvironment(logged), clock }).gater();
  const peer = peerIdOf(freshKey().publicKey);
  return {
    clock,
    logged,
    admits(host, times) {
      let admitted = 0;
      for (let i = 0; i < times; i++) {
        const { connection, close } = knock(host);
        if (gater.denyInboundEncryptedConnection?.(peer, connection) === false) admitted += 1;
        close();
      }
      return admitted;
    },
  };
}
