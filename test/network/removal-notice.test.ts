import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '../../protocol/codec/environment.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import { startHost, type Host } from '../../protocol/network/host.ts';
import { PING_INTERVAL } from '../../protocol/network/liveness.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { deviceSigner } from '../../protocol/sync/heartbeat-memory.ts';
import { createSync } from '../../protocol/sync/link-driver.ts';
import { buildWard, offerTo, type TestDevice, type TestWard } from '../support/ward-builder.ts';
import { realEnvironment, until } from './support.ts';

test('REVOKE-5: a device that is connected hears of its removal on the connection it has, also when that came to its peer in bulk', async (t) => {
  const { ward, page, node } = await wardWithPage();
  const nodeReplica = await copyOf(ward);
  const pageReplica = await copyOf(ward);
  const removed = gone(pageReplica, page);
  const atNode = await start(t, ward, node, nodeReplica);
  // Whoever loses this connection gets no other.
  const atPage = await start(t, ward, page, pageReplica, { home: node, address: await oneConnectionTo(t, atNode.addresses()) });
  await Promise.all([until(atNode, () => atNode.links().length === 1), until(atPage, () => atPage.links().length === 1)]);
  await ward.put(ward.founder.operation({ type: 'remove-device', device: page.id, cut: [] }));
  for (let later = 0; later < 20; later++) await ward.addUser(`later-${later}`, 'viewer');
  // The archive was away, and brings it with everything else that the node has missed.
  await start(t, ward, ward.archive, ward.replica, { home: node, address: atNode.addresses()[0] ?? '' });
  await removed;
  assert.equal([...pageReplica.state().users.values()].some(({ handle }) => handle === 'later-0'), false, 'of what came after it hears nothing');
  await until(atNode, () => atNode.peers().every(({ device }) => hexOf(device) !== hexOf(page.id)));
});

test('REVOKE-5: a removed device that dials hears why to the end, although its streams are refused and the telling takes a while', async (t) => {
  const { ward, page, node } = await wardWithPage();
  const pageReplica = await copyOf(ward);
  await ward.put(ward.founder.operation({ type: 'remove-device', device: page.id, cut: [] }));
  const atNode = await start(t, ward, node, slowToRead(await copyOf(ward), 900));
  const removed = gone(pageReplica, page);
  const atPage = await start(t, ward, page, pageReplica, { home: node, address: await oneConnectionTo(t, atNode.addresses()) });
  // As a page does: a question of its own goes out with the link.
  atPage.followReach(node.id, () => undefined);
  await removed;
});

test('REVOKE-5: a removal that comes while a connected device is being asked whether it is there is told on that connection as well', async (t) => {
  const { ward, page, node } = await wardWithPage();
  const [nodeReplica, pageReplica] = [await copyOf(ward), await copyOf(ward)];
  const removal = ward.founder.operation({ type: 'remove-device', device: page.id, cut: [] });
  const { timers } = realEnvironment();
  let [onAsked, onTelling] = [(): void => undefined, (_name: string): void => undefined];
  const told = new Promise<string>((resolve) => { onTelling = resolve; });
  const atNode = await start(t, ward, node, nodeReplica, undefined, {
    timers: {
      after: (delay, callback) => timers.after(delay, () => {
        callback();
        if (delay === PING_INTERVAL) onAsked();
      }),
    },
    log: { event: (name) => { if (name.startsWith('removal-')) onTelling(name); } },
  });
  // What this way leads through holds every answer up for a moment.
  await start(t, ward, page, pageReplica, { home: node, address: await oneConnectionTo(t, atNode.addresses()) });
  await until(atNode, () => atNode.links().length === 1);
  await new Promise<void>((resolve) => { onAsked = resolve; });
  await offerTo(nodeReplica, removal);
  assert.equal(await told, 'removal-told');
});

async function wardWithPage(): Promise<{ readonly ward: TestWard; readonly node: TestDevice; readonly page: TestDevice }> {
  const ward = await buildWard();
  return { ward, node: await ward.addDevice('tablet'), page: await ward.addDevice('client') };
}

async function copyOf(ward: TestWard): Promise<Replica> {
  const replica = await ward.emptyReplica();
  for (const item of ward.items) await offerTo(replica, item);
  return replica;
}

/** A device that knows where `home` is, and nobody else. */
async function start(t: TestContext, ward: TestWard, device: TestDevice, replica: Replica, at?: { readonly home: TestDevice; readonly address: string }, own: Partial<Environment> = {}): Promise<Host> {
  const environment = { ...realEnvironment(), ...own };
  const sync = createSync({ replica, environment, signer: deviceSigner(device.key, ward.id), memory: new MemoryStore() });
  const host = await startHost({
    deviceKey: device.key, replica, environment, transport: tcpTransport(), listen: device.kind === 'client' ? [] : ['/ip4/127.0.0.1/tcp/0'],
    addressesOf: ({ id }) => (at !== undefined && hexOf(id) === hexOf(at.home.id) ? [at.address] : []),
    openLink: (channel) => sync.openLink(channel),
  });
  t.after(() => {
    sync.close();
    return host.stop();
  });
  return host;
}

/** The multiaddr of a way to the node that can be gone once. */
async function oneConnectionTo(t: TestContext, addresses: readonly string[]): Promise<string> {
  const [, port] = /\/tcp\/(\d+)/.exec(addresses[0] ?? '') ?? [];
  const server = createServer((socket) => {
    server.close();
    const onward = connect(Number(port), '127.0.0.1');
    socket.on('error', () => onward.destroy()).pipe(onward).on('error', () => socket.destroy());
    // As a browser's WebSocket delivers: what comes within a moment comes as one.
    let held: Buffer[] = [];
    onward.on('data', (chunk: Buffer) => {
      held.push(chunk);
      if (held.length > 1) return;
      setTimeout(() => {
        socket.write(Buffer.concat(held));
        held = [];
      }, 100);
    }).on('close', () => setTimeout(() => socket.end(), 150));
    t.after(() => { socket.destroy(); onward.destroy(); });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`;
}

/** Resolves once the device's own replica says that it was removed. */
function gone(replica: Replica, device: TestDevice): Promise<void> {
  return new Promise((resolve) => {
    const off = replica.onAdmitted(() => {
      if (replica.state().devices.get(hexOf(device.id))?.removal === undefined) return;
      off();
      resolve();
    });
  });
}

/** As on a machine under load: whoever asks for runs waits. */
function slowToRead(replica: Replica, milliseconds: number): Replica {
  return new Proxy(replica, {
    get(target, name) {
      if (name === 'run') return async (...asked: Parameters<Replica['run']>) => pause(milliseconds).then(() => target.run(...asked));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
