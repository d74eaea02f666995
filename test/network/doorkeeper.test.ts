import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { Connection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { Doorkeeper } from '../../protocol/network/doorkeeper.ts';
import { createNode, type WardNode } from '../../protocol/network/libp2p-node.ts';
import { Liveness, PING_INTERVAL, PING_TIMEOUT } from '../../protocol/network/liveness.ts';
import { peerIdOf } from '../../protocol/network/peer-id.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { SYNC_PROTOCOL } from '../../protocol/sync/messages.ts';
import { freshKey, freshKeys, knock, realEnvironment, startTestHost, until, WrittenReplica } from './support.ts';

test('NET-1: one address holds at most 32 unfinished handshakes, and other addresses are not concerned', () => {
  const gater = new Doorkeeper(() => new WrittenReplica().asReplica().state(), realEnvironment()).gater();
  const begun = Array.from({ length: 40 }, () => knock('10.0.0.1'));
  const denied = begun.filter(({ connection }) => gater.denyInboundConnection?.(connection) === true);
  assert.equal(denied.length, 8);
  assert.equal(gater.denyInboundConnection?.(knock('10.0.0.2').connection), false);
  begun[0]?.close();
  assert.equal(gater.denyInboundConnection?.(knock('10.0.0.1').connection), false);
});

test('ATTACK 32: a device has at most four connections at once', () => {
  const key = freshKey();
  const gater = new Doorkeeper(() => new WrittenReplica(key).asReplica().state(), realEnvironment()).gater();
  const peer = peerIdOf(key.publicKey);
  const open = Array.from({ length: 4 }, () => knock('10.0.0.1'));
  for (const { connection } of open) assert.equal(gater.denyInboundEncryptedConnection?.(peer, connection), false);
  assert.equal(gater.denyInboundEncryptedConnection?.(peer, knock('10.0.0.1').connection), true);
  open[2]?.close();
  assert.equal(gater.denyInboundEncryptedConnection?.(peer, knock('10.0.0.1').connection), false);
});

test('ATTACK 32: a connection has one sync stream for its life; others are refused', async (t) => {
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const host = await startTestHost(a, new WrittenReplica(a, b));
  const node = await createNode({ deviceKey: b, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
  t.after(() => Promise.all([host.stop(), node.stop()]));
  const connection = await node.dial(host.addresses().map((address) => multiaddr(`${address}/p2p/${host.peerId}`)));
  const first = await connection.newStream(SYNC_PROTOCOL);
  await until(host, () => host.links().length === 1);
  const [link] = host.links();
  for (let i = 0; i < 50; i++) {
    const another = await connection.newStream(SYNC_PROTOCOL);
    if (another.status === 'open') await new Promise((resolve) => another.addEventListener('close', resolve, { once: true }));
  }
  assert.deepEqual(host.links(), [link]);
  first.abort(new Error('over'));
  await until(host, () => host.links().length === 0);
  await new Promise<void>((resolve) => (connection.status === 'open' ? connection.addEventListener('close', () => resolve()) : resolve()));
});

test('NET-1: who connects and says nothing does not stay', async (t) => {
  const key = freshKey();
  const host = await startTestHost(key, new WrittenReplica(key));
  t.after(() => host.stop());
  const port = Number(host.addresses()[0]?.split('/')[4]);
  const silent = connect(port, '127.0.0.1').on('error', () => undefined);
  const started = Date.now();
  await new Promise((resolve) => silent.once('close', resolve).resume());
  assert.ok(Date.now() - started < 8_000, 'cut off while the handshake was awaited');
});

test('NET-2: a peer that does not answer is gone after its time; a pause of one\'s own is no proof', async () => {
  for (const paused of [false, true]) {
    let now = 0;
    let callbacks: { at: number; callback: () => void }[] = [];
    const timers = {
      after(delay: number, callback: () => void) {
        const entry = { at: now + delay, callback };
        callbacks.push(entry);
        return () => {
          callbacks = callbacks.filter((each) => each !== entry);
        };
      },
    };
    const runTo = async (time: number): Promise<void> => {
      now = time;
      for (const entry of callbacks.filter(({ at }) => at <= now)) {
        callbacks = callbacks.filter((each) => each !== entry);
        entry.callback();
      }
      await Promise.resolve();
    };
    let aborted = 0;
    const connection = { id: '1', status: 'open', newStream: () => new Promise(() => undefined), abort: () => aborted++ } as unknown as Connection;
    const liveness = new Liveness({ getConnections: () => [connection] } as unknown as WardNode, { ...realEnvironment(), timers, clock: { now: () => now } });
    liveness.start();
    await runTo(PING_INTERVAL);
    await runTo(PING_INTERVAL + PING_TIMEOUT + (paused ? 3_000 : 0));
    assert.equal(aborted, paused ? 0 : 1);
    if (paused) await runTo(now + PING_TIMEOUT);
    assert.equal(aborted, 1);
    liveness.stop();
  }
});
