import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Connection, Libp2p } from '@libp2p/interface';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { SyncProtocol, type PeerLink } from '../../protocol/network/sync-protocol.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { freshKeys, ListeningLink, realEnvironment } from './support.ts';

test('NET-2: two that dial each other at once keep the same one of two connections', async (t) => {
  for (let round = 0; round < 5; round++) {
    const [a, b] = freshKeys(2);
    assert.ok(a && b);
    const [small, large] = await Promise.all([peer(t, a), peer(t, b)]);
    const [smallDialled, largeDialled] = await Promise.all([small.dial(large), large.dial(small)]);
    await Promise.allSettled([small.protocol.open(smallDialled), large.protocol.open(largeDialled)]);
    await Promise.all([small, large].map(({ node }) => untilConnections(node, 1)));
    assert.equal(smallDialled.status, 'open', 'the connection that the smaller key dialled stays');
    for (const { node, protocol } of [small, large]) {
      assert.deepEqual([node.getConnections().length, protocol.links().length], [1, 1]);
    }
    assert.notEqual(largeDialled.status, 'open');
  }
});

test('NET-2: a connection that comes much later replaces the one that is there', async (t) => {
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  let now = 0;
  const clock = { now: () => now };
  const [small, large] = await Promise.all([peer(t, a, clock), peer(t, b, clock)]);
  const first = await small.dial(large);
  await small.protocol.open(first);
  now = 60_000;
  const second = await large.dial(small);
  await large.protocol.open(second);
  await closed(first);
  assert.equal(second.status, 'open');
  assert.deepEqual([small.protocol.links().length, large.protocol.links().length], [1, 1]);
});

test('NET-1: a stream from who is no device of the ward closes the connection', async (t) => {
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const [dialler, listener] = await Promise.all([peer(t, a), peer(t, b, undefined, () => false)]);
  const connection = await dialler.dial(listener);
  await dialler.protocol.open(connection).catch(() => undefined);
  await closed(connection);
  assert.equal(listener.opened.length, 0);
});

interface Peer {
  readonly node: Libp2p;
  readonly protocol: SyncProtocol;
  readonly opened: PeerLink[];
  dial(other: Peer): Promise<Connection>;
}

async function peer(t: TestContext, deviceKey: SigningKey, clock?: { now(): number }, isDevice = () => true): Promise<Peer> {
  const node = await createNode({ deviceKey, transport: tcpTransport(), listen: ['/ip4/127.0.0.1/tcp/0'], gater: { denyDialMultiaddr: () => false } });
  t.after(() => node.stop());
  const environment = realEnvironment();
  const opened: PeerLink[] = [];
  const protocol = new SyncProtocol({
    node,
    self: deviceKey.publicKey,
    environment: clock === undefined ? environment : { ...environment, clock },
    isDevice,
    refuse: (_stream, connection) => connection.abort(new Error('no device')),
    isBusy: () => false,
    openLink: (channel) => new ListeningLink(channel),
    onOpened: (link) => void opened.push(link),
    onEnded: () => undefined,
  });
  await protocol.start();
  return { node, protocol, opened, dial: (other) => node.dial(other.node.getMultiaddrs(), { force: true }) };
}

function untilConnections(node: Libp2p, count: number): Promise<void> {
  return new Promise((resolve) => {
    const ask = (): void => {
      if (node.getConnections().length !== count) return;
      node.removeEventListener('connection:close', ask);
      resolve();
    };
    node.addEventListener('connection:close', ask);
    ask();
  });
}

function closed(connection: Connection): Promise<void> {
  if (connection.status !== 'open') return Promise.resolve();
  return new Promise((resolve) => connection.addEventListener('close', () => resolve(), { once: true }));
}
