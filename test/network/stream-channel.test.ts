import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { concatBytes } from '../../protocol/codec/bytes.ts';
import { ChannelError, framePrefix } from '../../protocol/network/frames.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { channelOver } from '../../protocol/network/stream-channel.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import type { FrameChannel } from '../../protocol/sync/channel.ts';
import { freshKeys, realEnvironment } from './support.ts';

const MEBIBYTE = 1024 * 1024;
const bounds = { maxFrameLength: 2 * MEBIBYTE };
const PROTOCOL = '/test/channel/1';

test('SYNC-1: frames of every size pass both ways, in order', async (t) => {
  const { near, far } = await channelPair(t);
  const sizes = [1, 3, 100, 65_536, 65_537, MEBIBYTE, 2 * MEBIBYTE, 5];
  const sending = Promise.all([...sizes.map((size) => near.send(patterned(size))), ...sizes.map((size) => far.send(patterned(size)))]);
  assert.deepEqual(await take(far, sizes.length), sizes);
  assert.deepEqual(await take(near, sizes.length), sizes);
  await sending;
});

test('SYNC-1: a closed channel delivers what was sent before, then ends', async (t) => {
  const { near, far } = await channelPair(t);
  for (let i = 1; i <= 50; i++) await near.send(patterned(i));
  near.close();
  const sizes: number[] = [];
  for await (const frame of far.frames()) sizes.push(frame.length);
  assert.deepEqual(sizes, Array.from({ length: 50 }, (_, i) => i + 1));
  await assert.rejects(near.send(patterned(1)), isFault('closed'));
});

test('SYNC-1: what was sent and closed before anybody read is not lost', async (t) => {
  const { near, far } = await channelPair(t);
  await near.send(patterned(9));
  near.close();
  await turnOfEvents();
  assert.deepEqual(await take(far, 1), [9]);
});

test('SYNC-1: a channel whose connection breaks inside a frame was cut, and so was one that was reset', async (t) => {
  const broken = await channelPair(t);
  broken.nearStream.send(framePrefix(1_000));
  broken.nearStream.send(new Uint8Array(10));
  const cut = assert.rejects(take(broken.far, 1), isFault('cut'));
  await turnOfEvents();
  await broken.node.stop();
  await cut;

  const reset = await channelPair(t);
  const cutToo = assert.rejects(take(reset.far, 1), isFault('cut'));
  reset.nearStream.abort(new Error('reset'));
  await cutToo;
});

test('ATTACK 29: a length bomb on the wire ends the channel', async (t) => {
  const { nearStream, far } = await channelPair(t);
  nearStream.send(framePrefix(0xffff_ffff));
  await assert.rejects(take(far, 1), isFault('too-large'));
});

test('ATTACK 32: who does not read holds up the sender, not memory', async (t) => {
  const { near, far, farStream } = await channelPair(t);
  const total = 64;
  let sent = 0;
  const sending = (async () => {
    for (let i = 0; i < total; i++) {
      await near.send(patterned(MEBIBYTE));
      sent++;
    }
  })();
  await settles(() => sent);
  assert.ok(sent <= 4, `${sent} MiB were taken from the sender while nobody read`);
  assert.ok(farStream.readBufferLength <= 1.5 * MEBIBYTE, `${farStream.readBufferLength} bytes unread`);
  assert.equal(farStream.status, 'open');

  // A reader that wakes up again misses nothing.
  const sizes = await take(far, total);
  await sending;
  assert.equal(sizes.length, total);
});

test('ATTACK 32: a member that opens 10,000 streams gets a few, and others go on', async (t) => {
  const { near, far, connection } = await channelPair(t);
  // Half-opened on purpose: no protocol is negotiated, as an attacker would.
  const muxer = (connection as unknown as { muxer: { createStream(options: object): Promise<Stream>; maxOutboundStreams: number } }).muxer;
  muxer.maxOutboundStreams = 20_000;
  let refused = 0;
  await new Promise<void>((resolve) => {
    const open = async (): Promise<void> => {
      const stream = await muxer.createStream({});
      stream.addEventListener('close', () => {
        if (++refused === 10_000 - 32) resolve();
      }, { once: true });
    };
    void Promise.all(Array.from({ length: 10_000 }, open));
  });
  await near.send(patterned(77));
  assert.deepEqual(await take(far, 1), [77]);
});

interface ChannelPair {
  readonly near: FrameChannel;
  readonly far: FrameChannel;
  readonly nearStream: Stream;
  readonly farStream: Stream;
  readonly connection: Connection;
  readonly node: Libp2p;
}

async function channelPair(t: TestContext): Promise<ChannelPair> {
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const gater = { denyDialMultiaddr: () => false };
  const { timers } = realEnvironment();
  const [node, other] = await Promise.all([
    createNode({ deviceKey: a, transport: tcpTransport(), listen: [], gater }),
    createNode({ deviceKey: b, transport: tcpTransport(), listen: ['/ip4/127.0.0.1/tcp/0'], gater }),
  ]);
  t.after(() => Promise.all([node.stop(), other.stop()]));
  const accepted = new Promise<{ stream: Stream; far: FrameChannel }>((resolve) => {
    void other.handle(PROTOCOL, (stream) => resolve({ stream, far: channelOver(stream, a.publicKey, bounds, timers) }));
  });
  const connection = await node.dial(other.getMultiaddrs());
  const nearStream = await connection.newStream(PROTOCOL);
  const near = channelOver(nearStream, b.publicKey, bounds, timers);
  const { stream: farStream, far } = await accepted;
  return { near, far, nearStream, farStream, connection, node };
}

/** Lengths of the next `count` frames, whose content is checked. */
async function take(channel: FrameChannel, count: number): Promise<number[]> {
  const sizes: number[] = [];
  for await (const frame of channel.frames()) {
    assert.deepEqual(frame, patterned(frame.length));
    sizes.push(frame.length);
    if (sizes.length === count) break;
  }
  return sizes;
}

function patterned(length: number): Uint8Array {
  return concatBytes(Uint8Array.of(length & 255), new Uint8Array(length - 1).fill((length >> 8) & 255));
}

function turnOfEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when the value has not changed for a fifth of a second. */
async function settles(value: () => number): Promise<void> {
  for (let before = -1; before !== value(); ) {
    before = value();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ChannelError && error.code === code;
}
