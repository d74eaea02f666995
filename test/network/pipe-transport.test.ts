import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { WebSocket, WebSocketServer } from 'ws';
import { inviteId } from '../../protocol/codec/ids.ts';
import { startHost, type Host } from '../../protocol/network/host.ts';
import { invitationKey } from '../../protocol/network/join-code.ts';
import { joinWard } from '../../protocol/network/join-ward.ts';
import { pipeAddress, pipeTransport } from '../../protocol/network/pipe-transport.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { buildWard } from '../support/ward-builder.ts';
import { freshKey, freshKeys, ListeningLink, realEnvironment, startTestHost, until, WrittenReplica } from './support.ts';

const page = pipeTransport({ timers: realEnvironment().timers, openSocket: (url) => new WebSocket(url, { perMessageDeflate: false }) });

test('NET-1: an origin\'s pipe has an address', () => {
  assert.equal(pipeAddress('https://ward.local:8443'), '/dns4/ward.local/tcp/8443/tls/ws');
  assert.equal(pipeAddress('https://10.0.0.5'), '/ip4/10.0.0.5/tcp/443/tls/ws');
  assert.equal(pipeAddress('http://127.0.0.1:7401'), '/ip4/127.0.0.1/tcp/7401/ws');
  assert.equal(pipeAddress('http://[::1]:7401'), '/ip6/::1/tcp/7401/ws');
});

test('NET-1: a page reaches a peer through a pipe, end to end, and comes back when the pipe was down', async (t) => {
  const [a, b] = freshKeys(2);
  assert.ok(a && b);
  const links: ListeningLink[] = [];
  const server = await startTestHost(a, new WrittenReplica(a, b), { openLink: (channel) => tap(links, new ListeningLink(channel)) });
  t.after(() => server.stop());
  const pipe = await pipeTo(t, server);
  const client = await startTestHost(b, new WrittenReplica(a, b), { listen: [], transport: page, addressesOf: () => [pipeAddress(pipe.origin)] });
  t.after(() => client.stop());
  await Promise.all([until(client, () => client.links().length === 1), until(server, () => server.links().length === 1)]);
  assert.deepEqual(client.peers()[0]?.address, pipeAddress(pipe.origin));

  const [link] = client.links();
  assert.ok(link instanceof ListeningLink && links[0]);
  for (let i = 0; i < 12; i++) await link.channel.send(new Uint8Array(1024 * 1024).fill(i));
  link.channel.close();
  assert.equal(await links[0].ended, 'clean');
  assert.deepEqual(links[0].received.map((frame) => frame[7]), Array.from({ length: 12 }, (_, i) => i));

  await until(client, () => client.links().length === 1 && client.links()[0] !== link);
  pipe.drop();
  await until(client, () => client.links().length === 0);
  await until(client, () => client.links().length === 1);
});

test('NET-1: who sits at the end of a pipe has to have the key that was asked for', async (t) => {
  const [a, b, c] = freshKeys(3);
  assert.ok(a && b && c);
  const impostor = await startTestHost(c, new WrittenReplica(a, b, c));
  t.after(() => impostor.stop());
  const pipe = await pipeTo(t, impostor);
  const failed = new Promise<void>((resolve) => pipe.onClosed(resolve));
  const client = await startTestHost(b, new WrittenReplica(a, b), { listen: [], transport: page, addressesOf: () => [pipeAddress(pipe.origin)] });
  t.after(() => client.stop());
  await failed;
  assert.deepEqual([client.links(), impostor.links()], [[], []]);
});

test('JOIN-2: a fresh browser joins through the pipe', async (t) => {
  const ward = await buildWard();
  const secret = new Uint8Array(16).fill(5);
  const invite = inviteId.from(invitationKey(secret, ward.id, 'client').publicKey);
  await ward.put(ward.founder.operation({ type: 'invite', invite, kind: 'client', expires: ward.clock.now() + 60_000, sealedName: new Uint8Array(20) }));
  const environment = { ...realEnvironment(), clock: ward.clock };
  const server = await startHost({
    deviceKey: ward.tablet.key, replica: ward.replica, environment, transport: tcpTransport(), listen: ['/ip4/127.0.0.1/tcp/0'], openLink: (channel) => new ListeningLink(channel),
  });
  t.after(() => server.stop());
  const pipe = await pipeTo(t, server);
  const replica = await ward.emptyReplica();
  const outcome = await joinWard({
    code: { ward: ward.id, inviter: ward.tablet.id, secret, addresses: [] }, kind: 'client', deviceKey: freshKey(), replica, environment, transport: page, addresses: [pipeAddress(pipe.origin)],
  });
  assert.deepEqual(outcome, { ok: true, value: undefined });
});

test('NET-1: what a page loads of the network holds nothing of Node, TCP, mDNS, relays or DHT', async () => {
  const folder = fileURLToPath(new URL('../../protocol/network/', import.meta.url));
  const { outputFiles, metafile } = await build({
    stdin: { contents: 'export * from "./host.ts"; export * from "./join-ward.ts"; export * from "./pipe-transport.ts";', resolveDir: folder, loader: 'ts' },
    bundle: true, format: 'esm', platform: 'browser', write: false, minify: true, metafile: true, logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);
  for (const unwanted of [/@libp2p\/tcp/, /mdns|multicast-dns/, /tcp-transport|polyfill-node/, /circuit-relay|kad-dht|identify|autonat|bootstrap/, /^node:/]) {
    assert.deepEqual(inputs.filter((input) => unwanted.test(input)), [], String(unwanted));
  }
  const size = outputFiles[0]?.contents.length ?? Infinity;
  assert.ok(size < 700 * 1024, `${size} bytes`);
});

/** What the bridge does, and nothing else: joins each WebSocket to the host's TCP port. */
async function pipeTo(t: TestContext, host: Host): Promise<{ readonly origin: string; drop(): void; onClosed(listener: () => void): void }> {
  const port = Number(host.addresses()[0]?.split('/')[4]);
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  let closed = (): void => undefined;
  sockets.on('connection', (socket, { url }) => {
    assert.match(url ?? '', /^\/pipe\/12D3KooW\w+$/);
    const tcp = connect(port, '127.0.0.1');
    socket.on('message', (data: Buffer) => tcp.write(data));
    tcp.on('data', (data) => socket.send(data));
    tcp.on('close', () => socket.terminate());
    tcp.on('error', () => socket.terminate());
    socket.on('close', () => {
      tcp.destroy();
      closed();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.close();
  });
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    drop: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
    onClosed: (listener) => {
      closed = listener;
    },
  };
}

function tap(links: ListeningLink[], link: ListeningLink): ListeningLink {
  links.push(link);
  return link;
}
