import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../protocol/codec/bytes.ts';
import { deviceId, hexOf, LOG_DOCUMENT } from '../../protocol/codec/ids.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { StoreError } from '../../protocol/store/item-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import type { FrameChannel } from '../../protocol/sync/channel.ts';
import { deviceSigner, type PeerMemory } from '../../protocol/sync/heartbeat-memory.ts';
import { createSync, type Sync } from '../../protocol/sync/link-driver.ts';
import type { Link, LinkEvent } from '../../protocol/sync/link.ts';
import { encodeMessage } from '../../protocol/sync/messages.ts';
import { trieOf } from '../../protocol/sync/subscription.ts';
import { VirtualTime } from '../simulation/virtual-time.ts';
import { testLog, type TestLog } from '../support/seeded.ts';
import { chainOf, documentOf, FakeReplica, keyOf, WARD } from './support/fake-replica.ts';
import { channelPair, type ChannelPair } from './support/memory-channel.ts';

interface Peer {
  readonly key: SigningKey;
  readonly replica: FakeReplica;
  readonly sync: Sync;
  readonly log: TestLog;
}

function peer(time: VirtualTime, number: number, replica = new FakeReplica(), memory: PeerMemory = new MemoryStore()): Peer {
  const key = keyOf(number);
  const log = testLog();
  return { key, replica, log, sync: createSync({ replica, environment: { clock: time, timers: time, log }, signer: deviceSigner(key, WARD), memory }) };
}

function connect(left: Peer, right: Peer): { readonly channels: ChannelPair; readonly links: readonly [Link, Link]; readonly events: readonly [LinkEvent[], LinkEvent[]] } {
  const channels = channelPair(left.key.publicKey, right.key.publicKey);
  const links = [left.sync.openLink(channels.left), right.sync.openLink(channels.right)] as const;
  const events: readonly [LinkEvent[], LinkEvent[]] = [[], []];
  links.forEach((link, index) => link.onEvent((event) => events[index]?.push(event)));
  return { channels, links, events };
}

function rootOf(replica: Replica): string {
  return toHex(trieOf(replica, { type: 'all' }).root());
}

/** Lets a second pass, which is enough for whatever does not wait for a heartbeat. */
function pass(time: VirtualTime, seconds = 1): Promise<void> {
  return time.runUntil(time.now() + 1_000 * seconds);
}

test('SYNC-4: two links make two replicas equal, say so, and end in good order', async () => {
  const time = new VirtualTime(0);
  const [left, right] = [peer(time, 1), peer(time, 2)];
  for (let number = 0; number < 50; number++) await (number % 2 === 0 ? left : right).replica.add(chainOf(documentOf(number), keyOf(10), 5));
  const { links, events } = connect(left, right);
  await pass(time);
  assert.equal(rootOf(left.replica), rootOf(right.replica));
  assert.ok(links.every(({ inSync }) => inSync));
  left.sync.close();
  await pass(time);
  assert.deepEqual(events[0].at(-1), { type: 'ended', reason: 'done', by: 'us' });
  assert.deepEqual(events[1].at(-1), { type: 'ended', reason: 'done', by: 'them' });
  assert.ok(links.every(({ inSync }) => !inSync));
});

test('SYNC-6: what comes live from one peer goes on to the others at once; what comes in bulk they find by comparing', async () => {
  const time = new VirtualTime(0);
  const [first, middle, last] = [peer(time, 1), peer(time, 2), peer(time, 3)];
  await first.replica.add(chainOf(documentOf(1), keyOf(10), 200));
  const far = connect(middle, last);
  await pass(time);
  connect(first, middle);
  await pass(time, 0);
  const frames = far.channels.left.sentFrames;
  await first.replica.add(chainOf(documentOf(2), keyOf(10), 1));
  await pass(time, 0);
  assert.equal(last.replica.count, 1, 'the live item is there without a tick');
  assert.equal(far.channels.left.sentFrames, frames + 1);
  await pass(time, 25);
  assert.equal(last.replica.count, 201);
  assert.ok(far.channels.left.sentBytes + far.channels.right.sentBytes < 80_000);
});

test('SYNC-1: a channel that closes without an end is a cut, on both sides', async () => {
  const time = new VirtualTime(0);
  const { channels, events } = connect(peer(time, 1), peer(time, 2));
  await pass(time);
  channels.cut();
  await pass(time);
  for (const seen of events) assert.deepEqual(seen.at(-1), { type: 'ended', reason: 'cut', by: 'them' });
});

test('SYNC-1: a peer that has closed before the link began is a cut', async () => {
  const time = new VirtualTime(0);
  const left = peer(time, 1);
  const channels = channelPair(left.key.publicKey, keyOf(2).publicKey);
  channels.right.close();
  const events: LinkEvent[] = [];
  left.sync.openLink(channels.left).onEvent((event) => events.push(event));
  await pass(time);
  assert.deepEqual(events, [{ type: 'ended', reason: 'cut', by: 'them' }]);
});

test('ATTACK 29: whatever bytes a peer sends, the link ends and nothing is thrown', async () => {
  const time = new VirtualTime(0);
  const left = peer(time, 1);
  for (const frame of [new Uint8Array(0), new Uint8Array(100), Uint8Array.from([0x9b, 255, 255, 255, 255, 255, 255, 255, 255]), new Uint8Array(3 * 1024 * 1024)]) {
    const channels = channelPair(left.key.publicKey, keyOf(2).publicKey);
    const events: LinkEvent[] = [];
    left.sync.openLink(channels.left).onEvent((event) => events.push(event));
    void channels.right.send(frame);
    await pass(time);
    assert.deepEqual(events, [{ type: 'ended', reason: 'malformed', by: 'us' }]);
  }
  assert.ok(left.log.events.every(({ name }) => name === 'sync-violation'));
});

/** A channel whose other side takes nothing. */
function stalled(remote: Uint8Array, frames: readonly Uint8Array[]): FrameChannel & { closed: boolean } {
  return {
    remote,
    closed: false,
    send: () => new Promise(() => undefined),
    async *frames() {
      yield* frames;
      await new Promise(() => undefined);
    },
    close() {
      this.closed = true;
    },
  };
}

test('ATTACK 32: a peer that asks for much and reads nothing is cut off, and the others go on', async () => {
  const time = new VirtualTime(0);
  const [left, other] = [peer(time, 1), peer(time, 2)];
  const documents = Array.from({ length: 40 }, (_, number) => documentOf(number));
  for (const document of documents) await left.replica.add(chainOf(document, keyOf(10), 1, { bodyLength: 1_000_000 }));
  const author = left.replica.frontier(documentOf(0))[0]?.author ?? assert.fail();
  const idle = keyOf(3);
  const hello = encodeMessage({ type: 'hello', version: 1, ward: WARD, device: deviceId.from(idle.publicKey), time: 0, subscription: { type: 'all' }, foundation: new Uint8Array(32), root: new Uint8Array(32) });
  const channel = stalled(idle.publicKey, [hello, ...documents.map((document, request) => encodeMessage({ type: 'want', request, wants: [{ document, author, from: 1 }] }))]);
  const events: LinkEvent[] = [];
  left.sync.openLink(channel).onEvent((event) => events.push(event));
  const { links } = connect(left, other);
  await pass(time, 5);
  assert.deepEqual(events.at(-1), { type: 'ended', reason: 'overload', by: 'us' });
  assert.ok(channel.closed);
  assert.equal(other.replica.count, 40);
  assert.ok(links.every(({ inSync }) => inSync));
});

test('ATTACK 32: a peer that takes no last word is let go after five seconds', async () => {
  const time = new VirtualTime(0);
  const left = peer(time, 1);
  const channel = stalled(keyOf(2).publicKey, []);
  const link = left.sync.openLink(channel);
  await pass(time);
  link.end('done');
  await pass(time);
  assert.equal(channel.closed, false);
  await pass(time, 6);
  assert.equal(channel.closed, true);
});

test('SYNC-1: a store that fails ends the link as internal, and the log says why', async () => {
  const time = new VirtualTime(0);
  const [left, right] = [peer(time, 1), peer(time, 2)];
  await right.replica.add(chainOf(documentOf(1), keyOf(10), 1));
  left.replica.offer = async () => Promise.reject(new StoreError('disk-full', 'no space'));
  const { events } = connect(left, right);
  await pass(time);
  assert.deepEqual(events[0].at(-1), { type: 'ended', reason: 'internal', by: 'us' });
  assert.deepEqual(left.log.events.map(({ name, fields }) => [name, fields['error']]), [['sync-failed', 'StoreError: no space']]);
});

test('LOG-5: a device that is removed learns of its removal, and is cut off then', async () => {
  const time = new VirtualTime(0);
  const [left, right] = [peer(time, 1), peer(time, 2)];
  const { events } = connect(left, right);
  await pass(time);
  left.replica.removed.add(hexOf(deviceId.from(right.key.publicKey)));
  await left.replica.add(chainOf(LOG_DOCUMENT, keyOf(10), 1));
  await pass(time);
  assert.deepEqual(events[1].at(-1), { type: 'ended', reason: 'revoked', by: 'them' });
  assert.equal(right.replica.count, 1);
});

test('ATTACK 7: an archive that was rolled back is reported at the next contact, also after a restart', async () => {
  const time = new VirtualTime(0);
  const memory = new MemoryStore();
  const chains = Array.from({ length: 10 }, (_, number) => chainOf(documentOf(number), keyOf(10), 3));
  const archive = peer(time, 1);
  for (const chain of chains) await archive.replica.add(chain);
  const tablet = peer(time, 2, new FakeReplica(), memory);
  const { channels } = connect(archive, tablet);
  await pass(time, 12);
  channels.cut();
  await pass(time);

  const older = peer(time, 1);
  for (const chain of chains.slice(0, 6)) await older.replica.add(chain);
  const restarted = peer(time, 2, tablet.replica, memory);
  const { events } = connect(older, restarted);
  await pass(time);
  assert.deepEqual(events[1].filter(({ type }) => type === 'rolled-back'), [{ type: 'rolled-back', before: 30, now: 18 }]);
  assert.equal(older.replica.count, 30, 'and it is given back what it lost');
});
