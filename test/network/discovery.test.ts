import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { test, type TestContext } from 'node:test';
import multicastDns from 'multicast-dns';
import { loopbackDiscovery } from '../../protocol/network/discovery/mdns.ts';
import { isOnLink, isPrivate, LOOPBACK, LOOPBACK_GROUP } from '../../protocol/network/discovery/network-interface.ts';
import { asksFor, peersIn, recordsFor, SERVICE_TAG } from '../../protocol/network/discovery/records.ts';
import { peerIdText } from '../../protocol/network/peer-id.ts';
import { freshKey, freshKeys, realEnvironment, startTestHost, until, WrittenReplica, type LoggedEvent } from './support.ts';

const LAN = { address: '192.168.7.2', netmask: '255.255.255.0' };
const PEER = '12D3KooWQeobGTC7Z9WAGaHgEd3CMZ7bBQo6i4h37L9kTRm1uQNL';

test('NET-2: a device says of itself what can be dialled on the interface, and nothing else', () => {
  const listening = [{ host: '0.0.0.0', port: 7400 }, { host: '127.0.0.1', port: 9 }, { host: '10.9.9.9', port: 8 }];
  const records = recordsFor(PEER, 'random', SERVICE_TAG, listening, LAN);
  assert.deepEqual(records.map(({ type, data }) => [type, data]), [['PTR', `random.${SERVICE_TAG}`], ['TXT', `dnsaddr=/ip4/192.168.7.2/tcp/7400/p2p/${PEER}`]]);
  assert.deepEqual(recordsFor(PEER, 'random', SERVICE_TAG, [{ host: '127.0.0.1', port: 9 }], LAN), [], 'who listens elsewhere says nothing');
});

test('NET-2: of a response only addresses that make sense on its interface are taken', () => {
  const seen = (host: string, source: string, on = LAN): boolean | undefined => peersIn(response([`dnsaddr=/ip4/${host}/tcp/1/p2p/${PEER}`]), SERVICE_TAG, source, on)[0]?.sighted.plausible;
  assert.equal(seen('192.168.7.9', '192.168.7.9'), true);
  assert.equal(seen('192.168.7.8', '192.168.7.9'), false, 'not the sender\'s own');
  assert.equal(seen('10.1.1.1', '192.168.7.9'), false, 'another private network of the sender');
  assert.equal(seen('127.0.0.1', '192.168.7.9'), undefined, 'loopback of another machine');
  assert.equal(seen('203.0.113.5', '192.168.7.9'), undefined, 'a foreign network');
  assert.equal(seen('203.0.113.5', '203.0.113.5', { address: '203.0.113.2', netmask: '255.255.255.0' }), true, 'a hospital\'s own public range');
  assert.equal(seen('127.0.0.1', '127.0.0.1', LOOPBACK), true);
  assert.equal(seen('192.168.7.9', '127.0.0.1', LOOPBACK), undefined);
  assert.equal(seen('999.1.1.1', '192.168.7.9'), undefined);
  assert.equal(seen('010.1.1.1', '192.168.7.9'), undefined);
});

test('ATTACK 31: a response is looked at no further than its first 32 records, and nonsense in it is nothing', () => {
  const texts = Array.from({ length: 10_000 }, (_, i) => `dnsaddr=/ip4/192.168.7.${i % 250}/tcp/1/p2p/${PEER}`);
  assert.ok(peersIn(response(texts), SERVICE_TAG, '192.168.7.9', LAN).length <= 32);
  for (const text of ['', 'dnsaddr=', 'dnsaddr=/ip4/192.168.7.9', `dnsaddr=/ip4/192.168.7.9/tcp/0/p2p/${PEER}`, `dnsaddr=/ip4/192.168.7.9/tcp/70000/p2p/${PEER}`,
    `dnsaddr=/ip4/192.168.7.9/tcp/1/p2p/${'Q'.repeat(65)}`, `dnsaddr=/dns4/evil.example/tcp/1/p2p/${PEER}`, `dnsaddr=/ip4/192.168.7.9/tcp/1/ws/p2p/${PEER}`]) {
    assert.deepEqual(peersIn(response([text]), SERVICE_TAG, '192.168.7.9', LAN), [], text);
  }
  assert.deepEqual(peersIn([{ name: 'x', type: 'TXT', data: 7 }, { name: SERVICE_TAG, type: 'PTR' }], SERVICE_TAG, '192.168.7.9', LAN), []);
  assert.equal(asksFor(SERVICE_TAG, [{ name: SERVICE_TAG, type: 'PTR' }]), true);
  assert.equal(asksFor(SERVICE_TAG, [{ name: '_other._udp.local', type: 'PTR' }]), false);
});

test('NET-2: link and private networks are told by their masks', () => {
  assert.ok(isOnLink('10.0.3.255', { address: '10.0.0.1', netmask: '255.255.252.0' }));
  assert.ok(!isOnLink('10.0.4.0', { address: '10.0.0.1', netmask: '255.255.252.0' }));
  assert.ok(isPrivate('172.31.255.255') && !isPrivate('172.32.0.0') && !isPrivate('8.8.8.8'));
});

test('NET-2: devices of one machine find each other by mDNS on loopback, and link up', async (t) => {
  const port = await freePort();
  const keys = freshKeys(3);
  const started = Date.now();
  const hosts = await Promise.all(keys.map((key) => startTestHost(key, new WrittenReplica(...keys), { discovery: loopbackDiscovery({ port }) })));
  t.after(() => Promise.all(hosts.map((host) => host.stop())));
  await Promise.all(hosts.map((host) => until(host, () => host.links().length === 2)));
  t.diagnostic(`linked after ${Date.now() - started} ms`);
});

test('ATTACK 31: a flood of fake peers, false records and packets that are no DNS; the real peer is found all the same', async (t) => {
  const port = await freePort();
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const logged: LoggedEvent[] = [];
  const hostA = await startTestHost(a, new WrittenReplica(a, b), { discovery: loopbackDiscovery({ port }), environment: realEnvironment(logged) });
  t.after(() => hostA.stop());
  const flood = await flooder(t, port);
  const before = process.memoryUsage().heapUsed;
  const peers = Array.from({ length: 10_000 }, () => '12D3KooW' + Buffer.from(freshishBytes(22)).toString('hex'));
  for (const [i, peerId] of peers.entries()) {
    flood.respond([`dnsaddr=/ip4/127.0.0.1/tcp/${1 + (i % 60_000)}/p2p/${peerId}`]);
    if (i % 100 === 0) flood.respond(Array.from({ length: 20 }, (_, j) => `dnsaddr=/ip4/127.0.${i >> 8}.${j + 1}/tcp/${1 + i}/p2p/${peerIdText(b.publicKey)}`));
    if (i % 50 === 0) await flood.junk(i);
  }
  const hostB = await startTestHost(b, new WrittenReplica(a, b), { discovery: loopbackDiscovery({ port }) });
  t.after(() => hostB.stop());
  await until(hostA, () => hostA.links().length === 1);
  global.gc?.();
  assert.ok(process.memoryUsage().heapUsed - before < 64 * 1024 * 1024);
  assert.deepEqual(hostA.peers().map(({ device }) => device), [hostB.device]);
  assert.deepEqual(logged.filter(({ name }) => name === 'mdns-failed'), [], 'junk does not close the socket');
});

test('ATTACK 34: what is multicast names a key and an address; nothing in it outlives the run, and no name is in it', async (t) => {
  const port = await freePort();
  const key = freshKey();
  const heard = async (): Promise<string[]> => {
    const packet = new Promise<string[]>((resolve) => {
      const mdns = multicastDns({ interface: '127.0.0.1', bind: LOOPBACK_GROUP, ip: LOOPBACK_GROUP, port });
      mdns.once('response', ({ answers }: { answers: { name: string; data?: unknown }[] }) => {
        mdns.destroy();
        resolve(answers.flatMap(({ name, data }) => [name, ...(Array.isArray(data) ? data : [data]).map(String)]));
      });
    });
    const host = await startTestHost(key, new WrittenReplica(key), { discovery: loopbackDiscovery({ port }) });
    const texts = await packet;
    await host.stop();
    return texts;
  };
  const [first, second] = [await heard(), await heard()];
  t.diagnostic(first.join(' '));
  const kept = first.filter((text) => second.includes(text));
  assert.deepEqual(kept, [SERVICE_TAG], 'only the service name is the same in two runs; the port was chosen anew');
  const allowed = new RegExp(`^(${SERVICE_TAG}|[0-9a-f]{32}\\.${SERVICE_TAG}|dnsaddr=/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${peerIdText(key.publicKey)})$`);
  for (const text of [...first, ...second]) assert.match(text, allowed);
});

function response(texts: readonly string[]): { name: string; type: string; data?: unknown }[] {
  return [{ name: SERVICE_TAG, type: 'PTR', data: `x.${SERVICE_TAG}` }, ...texts.map((text) => ({ name: `x.${SERVICE_TAG}`, type: 'TXT', data: [Buffer.from(text)] }))];
}

async function flooder(t: TestContext, port: number): Promise<{ respond(texts: readonly string[]): void; junk(seed: number): Promise<void> }> {
  const mdns = multicastDns({ interface: '127.0.0.1', bind: LOOPBACK_GROUP, ip: LOOPBACK_GROUP, port });
  t.after(() => new Promise<void>((resolve) => mdns.destroy(resolve)));
  await new Promise<void>((resolve) => mdns.once('ready', resolve));
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.setMulticastInterface('127.0.0.1');
  t.after(() => socket.close());
  return {
    respond: (texts) => mdns.respond({
      answers: [
        { name: SERVICE_TAG, type: 'PTR', class: 'IN', ttl: 120, data: `flood.${SERVICE_TAG}` },
        ...texts.map((data) => ({ name: `flood.${SERVICE_TAG}`, type: 'TXT', class: 'IN', ttl: 120, data }) as const),
      ],
    }),
    junk: (seed) => new Promise((resolve) => socket.send(Buffer.alloc(1 + (seed % 1_200), seed % 251), port, LOOPBACK_GROUP, () => resolve())),
  };
}

function freshishBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A UDP port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
