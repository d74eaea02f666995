import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Connection, Libp2p } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { hexOf, inviteId } from '../../protocol/codec/ids.ts';
import type { SigningKey } from '../../protocol/crypto/signing/signature.ts';
import type { Host } from '../../protocol/network/host.ts';
import { JOIN_PROTOCOL } from '../../protocol/network/join-messages.ts';
import { createNode } from '../../protocol/network/libp2p-node.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { SYNC_PROTOCOL } from '../../protocol/sync/messages.ts';
import { deviceOf, freshKey, freshKeys, startTestHost, until, WrittenReplica } from './support.ts';

test('NET-2: devices that know each other\'s addresses link up, one link per pair', async (t) => {
  const keys = freshKeys(3);
  const hosts: Host[] = [];
  for (const key of keys) {
    const others = new Map(hosts.map((host) => [hexOf(host.device), host]));
    hosts.push(await startTestHost(key, new WrittenReplica(...keys), { addressesOf: ({ id }) => others.get(hexOf(id))?.addresses() ?? [] }));
  }
  t.after(() => Promise.all(hosts.map((host) => host.stop())));
  await Promise.all(hosts.map((host) => until(host, () => host.links().length === 2)));
  for (const host of hosts) assert.equal(new Set(host.links().map(({ remote }) => hexOf(remote))).size, 2);
});

test('NET-1: a stranger is cut off right after the handshake, before any protocol', async (t) => {
  const key = freshKey();
  const host = await startTestHost(key, new WrittenReplica(key));
  const stranger = await strangerNode(t);
  t.after(() => host.stop());
  const outcome = await stranger.dial(addressesOf(host)).then(async (connection) => {
    await closed(connection);
    return 'closed';
  }, () => 'refused');
  assert.ok(outcome === 'refused' || outcome === 'closed');
  assert.equal(stranger.getConnections().length, 0);
});

test('NET-1: while an invitation is open a stranger may speak the join protocol and no other', async (t) => {
  const key = freshKey();
  const replica = withInvitation(new WrittenReplica(key), Date.now() + 60_000);
  const host = await startTestHost(key, replica);
  t.after(() => host.stop());
  const stranger = await strangerNode(t);
  const connection = await stranger.dial(addressesOf(host));
  await connection.newStream(JOIN_PROTOCOL);
  assert.equal(connection.status, 'open');
  await connection.newStream(SYNC_PROTOCOL).catch(() => undefined);
  await closed(connection);

  const late = await strangerNode(t);
  replica.invitations.clear();
  withInvitation(replica, Date.now() - 1);
  const outcome = await late.dial(addressesOf(host)).then((dialled) => closed(dialled).then(() => 'cut off'), () => 'cut off');
  assert.equal(outcome, 'cut off', 'an expired invitation opens nothing');
});

test('NET-1: at most four strangers at once; those who only knock give way to the next', async (t) => {
  const key = freshKey();
  const host = await startTestHost(key, withInvitation(new WrittenReplica(key), Date.now() + 60_000));
  t.after(() => host.stop());
  const strangers = await Promise.all(Array.from({ length: 12 }, () => strangerNode(t)));
  const connections = await Promise.all(strangers.map((stranger) => stranger.dial(addressesOf(host)).catch(() => undefined)));
  const held = connections.filter((connection) => connection !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const open = (): number => held.filter(({ status }) => status === 'open').length;
  assert.equal(open(), 4);
  const displaced = Promise.race(held.filter(({ status }) => status === 'open').map(closed));
  const invited = await strangerNode(t);
  const connection = await invited.dial(addressesOf(host));
  await connection.newStream(JOIN_PROTOCOL);
  await displaced;
  assert.equal(open(), 3, 'one of them had to go');
});

test('NET-1: a device that is removed is cut off at once, and does not come back', async (t) => {
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const replicaA = new WrittenReplica(a, b);
  const hostA = await startTestHost(a, replicaA);
  const hostB = await startTestHost(b, new WrittenReplica(a, b), { addressesOf: () => hostA.addresses() });
  t.after(() => Promise.all([hostA.stop(), hostB.stop()]));
  await Promise.all([until(hostA, () => hostA.links().length === 1), until(hostB, () => hostB.links().length === 1)]);
  replicaA.put(b, 'tablet', true);
  assert.deepEqual(hostA.links(), []);
  assert.deepEqual(hostA.peers(), []);
  await until(hostB, () => hostB.links().length === 0);
  await hostB.stop();
  const again = await strangerNode(t, b);
  const outcome = await again.dial(addressesOf(hostA)).then((dialled) => closed(dialled).then(() => 'cut off'), () => 'cut off');
  assert.equal(outcome, 'cut off');
});

test('NET-2: a peer that went away and comes back at the same address is linked again', async (t) => {
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const replica = new WrittenReplica(a, b);
  let hostB = await startTestHost(b, new WrittenReplica(a, b));
  const [address = ''] = hostB.addresses();
  const hostA = await startTestHost(a, replica, { addressesOf: () => [address] });
  t.after(() => Promise.all([hostA.stop(), hostB.stop()]));
  await until(hostA, () => hostA.links().length === 1);
  await hostB.stop();
  await until(hostA, () => hostA.links().length === 0);
  assert.ok(hostA.peers()[0]?.lastContact !== undefined);
  hostB = await startTestHost(b, new WrittenReplica(a, b), { listen: [address] });
  const restarted = Date.now();
  await until(hostA, () => hostA.links().length === 1);
  assert.ok(Date.now() - restarted < 2_500, `took ${Date.now() - restarted} ms`);
});

test('NET-1: many devices behind one address (a bridge) connect at once', async (t) => {
  const key = freshKey();
  const pages = Array.from({ length: 40 }, freshKey);
  const host = await startTestHost(key, new WrittenReplica(key, ...pages));
  t.after(() => host.stop());
  const hosts = await Promise.all(pages.map((page) => startTestHost(page, new WrittenReplica(key, page), { listen: [], addressesOf: () => host.addresses() })));
  t.after(() => Promise.all(hosts.map((each) => each.stop())));
  await until(host, () => host.links().length === pages.length);
});

test('BRIEF 8: an address is proven by a handshake of the asking host\'s own, and by nothing else', async (t) => {
  const [a, b, c] = freshKeys(3);
  assert.ok(a && b && c);
  const replica = (): WrittenReplica => new WrittenReplica(a, b, c);
  const hostA = await startTestHost(a, replica());
  const hostC = await startTestHost(c, replica());
  // The bridge is told that a is where c listens: the handshake there does not meet a's key.
  const bridge = await startTestHost(b, replica(), { addressesOf: ({ id }) => (hexOf(id) === hexOf(deviceOf(a)) ? [...hostC.addresses(), ...hostA.addresses()] : hostA.addresses()) });
  t.after(() => Promise.all([hostA.stop(), hostC.stop(), bridge.stop()]));
  const [, , , , port] = hostA.addresses()[0]?.split('/') ?? [];
  assert.deepEqual(await bridge.provenAddress(deviceOf(a)), { host: '127.0.0.1', port: Number(port) });
  assert.equal(await bridge.provenAddress(deviceOf(c)), undefined, 'c does not answer at the address of a');
  assert.equal(await bridge.provenAddress(deviceOf(freshKey())), undefined, 'no device of the ward');
});

function addressesOf(host: Host): ReturnType<typeof multiaddr>[] {
  return host.addresses().map((address) => multiaddr(`${address}/p2p/${host.peerId}`));
}

async function strangerNode(t: TestContext, deviceKey: SigningKey = freshKey()): Promise<Libp2p> {
  const node = await createNode({ deviceKey, transport: tcpTransport(), listen: [], gater: { denyDialMultiaddr: () => false } });
  t.after(() => node.stop());
  return node;
}

function withInvitation(replica: WrittenReplica, expires: number): WrittenReplica {
  const id = inviteId.from(freshKey().publicKey);
  replica.invitations.set(hexOf(id), { id, kind: 'tablet', expires, sealedName: new Uint8Array(0), usedBy: undefined });
  return replica;
}

function closed(connection: Connection): Promise<void> {
  if (connection.status !== 'open') return Promise.resolve();
  return new Promise((resolve) => connection.addEventListener('close', () => resolve(), { once: true }));
}
