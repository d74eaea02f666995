import { strict as assert } from 'node:assert';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { bridgeTo, deferred, openPipe, peer, PEER, STRANGER, until, upgradeStatus } from './support.ts';

const MIB = 1024 * 1024;

test('BRIDGE-1: only a peer whose address is proven is reached: everything else is 404 before any upgrade', async (t) => {
  const reached: Socket[] = [];
  const target = await peer(t, (socket) => { reached.push(socket); });
  const { bridge, events } = await bridgeTo(t, target);
  const own = { Origin: `https://127.0.0.1:${bridge.port}` };
  const closed = [
    STRANGER, '', '127.0.0.1', `127.0.0.1:${target.port}`, 'localhost', `${PEER}/`, `${PEER}/x`, `${PEER}x`, `../pipe/${PEER}`, `%2e%2e/${PEER}`, PEER.toLowerCase(),
    `${PEER}%00`, `/ip4/127.0.0.1/tcp/${target.port}`, '__proto__', 'constructor', PEER.replace('1', '0'),
  ].map((name) => `/pipe/${name}`);
  for (const path of [...closed, '/', '/pipe', '/main.js', `/x/pipe/${PEER}`, `/pipe/${STRANGER}?peer=${PEER}`, `//pipe/${PEER}`]) {
    assert.equal(await upgradeStatus(bridge.port, path, own), 404, path);
  }
  assert.equal(reached.length, 0, 'nothing was dialled');
  assert.equal(await upgradeStatus(bridge.port, `/pipe/${PEER}`, own), 101);
  assert.equal(await upgradeStatus(bridge.port, `/pipe/${PEER}?target=10.0.0.1:22`, own), 101, 'a query changes nothing');
  assert.equal(reached.length, 2);
  assert(!events.join().includes(STRANGER), 'names that strangers make up are not logged');
});

test('BRIDGE-1: a proven address that is no address is not resolved', async (t) => {
  const { bridge } = await bridgeTo(t, { host: 'localhost', port: 9 });
  assert.equal(await upgradeStatus(bridge.port, `/pipe/${PEER}`, { Origin: `https://127.0.0.1:${bridge.port}` }), 404);
});

test('PAGE-1: a WebSocket of another site, of a rebound name, or without an origin is refused', async (t) => {
  const reached: Socket[] = [];
  const target = await peer(t, (socket) => { reached.push(socket); });
  const { bridge } = await bridgeTo(t, target);
  const path = `/pipe/${PEER}`;
  const own = `127.0.0.1:${bridge.port}`;
  for (const origin of ['https://evil.example', `http://${own}`, 'null', 'https://127.0.0.1', `https://localhost:${bridge.port}`]) {
    assert.equal(await upgradeStatus(bridge.port, path, { Origin: origin }), 403, origin);
  }
  assert.equal(await upgradeStatus(bridge.port, path, {}), 403, 'no origin');
  assert.equal(await upgradeStatus(bridge.port, path, { Host: `evil.example:${bridge.port}`, Origin: `https://evil.example:${bridge.port}` }), 421);
  assert.equal(reached.length, 0);
});

test('BRIDGE-4: 64 MiB go up and down at once, unchanged, past a slow reader on either side, in bounded memory', async (t) => {
  const size = 64 * MIB;
  const block = randomBytes(MIB);
  const expected = createHash('sha256');
  for (let sent = 0; sent < size; sent += block.length) expected.update(block);
  const digest = expected.digest('hex');

  const received = deferred<string>();
  const target = await peer(t, (socket) => {
    sendBlocks(socket, block, size);
    hashSlowly(socket, size).then(received.resolve, received.reject);
  });
  const { bridge } = await bridgeTo(t, target);
  const websocket = openPipe(t, bridge);
  await once(websocket, 'open');

  const before = process.memoryUsage.rss();
  let peak = 0;
  const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss() - before); }, 20);
  t.after(() => clearInterval(watch));
  const [down] = await Promise.all([hashSlowlyFromWebSocket(websocket, size), sendToWebSocket(websocket, block, size)]);
  assert.equal(down, digest, 'from the peer to the browser');
  assert.equal(await received.promise, digest, 'from the browser to the peer');
  assert(peak < 64 * MIB, `half of what was carried would have been ${size / MIB} MiB; memory grew by ${Math.round(peak / MIB)} MiB`);
});

test('BRIDGE-4: a reader that stops holds its sender up, and nobody else', async (t) => {
  let flooding: Socket | undefined;
  const target = await peer(t, (socket) => {
    socket.once('data', (first: Buffer) => {
      if (first[0] === 2) {
        socket.end('hello');
        return;
      }
      flooding = socket;
      sendBlocks(socket, randomBytes(MIB), 256 * MIB);
    });
  });
  const { bridge } = await bridgeTo(t, target);
  const stuck = openPipe(t, bridge);
  await once(stuck, 'open');
  stuck.send(Buffer.from([1]));
  await once(stuck, 'message');
  stuck.pause();
  for (let round = 0; round < 20; round++) {
    const other = openPipe(t, bridge);
    await once(other, 'open');
    other.send(Buffer.from([2]));
    const [message] = await once(other, 'message');
    assert.equal(String(message), 'hello');
    await once(other, 'close');
  }
  const left = flooding?.bytesWritten ?? 0;
  assert(left > 0 && left < 32 * MIB, `${Math.round(left / MIB)} of 256 MiB left the sender; what the kernel holds is a few`);
});

test('BRIDGE-3: a peer that ends delivers everything and closes the browser cleanly', async (t) => {
  const target = await peer(t, (socket) => { socket.end(Buffer.alloc(3 * MIB, 7)); });
  const { bridge } = await bridgeTo(t, target);
  const websocket = openPipe(t, bridge);
  let heard = 0;
  websocket.on('message', (data: Buffer) => { heard += data.length; });
  const [code] = await once(websocket, 'close');
  assert.deepEqual([heard, code], [3 * MIB, 1000]);
});

test('BRIDGE-3: a browser that closes ends the peer\'s side after everything has arrived', async (t) => {
  const ended = deferred<number>();
  const target = await peer(t, (socket) => {
    let heard = 0;
    socket.on('data', (data) => { heard += data.length; });
    socket.on('end', () => { ended.resolve(heard); socket.end(); });
    socket.on('error', ended.reject);
  });
  const { bridge } = await bridgeTo(t, target);
  const websocket = openPipe(t, bridge);
  await once(websocket, 'open');
  for (let i = 0; i < 3; i++) websocket.send(Buffer.alloc(MIB, i));
  websocket.close();
  assert.equal(await ended.promise, 3 * MIB);
});

test('BRIDGE-3: who breaks off is seen as broken off on the other side, both ways', async (t) => {
  const arrived: Socket[] = [];
  const target = await peer(t, (socket) => { arrived.push(socket.resume()); });
  const { bridge } = await bridgeTo(t, target);
  const first = openPipe(t, bridge);
  await once(first, 'open');
  arrived[0]?.resetAndDestroy();
  assert.equal((await once(first, 'close'))[0], 1006);

  const second = openPipe(t, bridge);
  await once(second, 'open');
  const socket = arrived[1];
  assert(socket !== undefined);
  const failed = new Promise<string>((resolve) => { socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')); });
  second.terminate();
  assert.equal(await failed, 'ECONNRESET');
});

test('BRIDGE-2: a peer that cannot be reached is 502, and no pipe stays counted', async (t) => {
  const target = await peer(t, () => undefined);
  const { bridge } = await bridgeTo(t, { host: '127.0.0.1', port: 1 });
  assert.equal(await upgradeStatus(bridge.port, `/pipe/${PEER}`, { Origin: `https://127.0.0.1:${bridge.port}` }), 502);
  await until(() => bridge.status().pipes === 0);
  const other = await bridgeTo(t, target);
  // A handshake that is none: the peer was dialled already. It is refused with the policy, like the rest.
  assert.equal(await upgradeStatus(other.bridge.port, `/pipe/${PEER}`, { Origin: `https://127.0.0.1:${other.bridge.port}`, 'Sec-WebSocket-Version': '1' }), 400);
  await until(() => other.bridge.status().pipes === 0);
});

test('BRIDGE-2: pipes are limited by browser address and in all, and text or too long a message ends one', async (t) => {
  const target = await peer(t, (socket) => { socket.resume(); });
  const byAddress = await bridgeTo(t, target, { limits: { pipes: { pipesPerAddress: 2, message: 1000 } } });
  const own = { Origin: `https://127.0.0.1:${byAddress.bridge.port}` };
  const [first, second] = [openPipe(t, byAddress.bridge), openPipe(t, byAddress.bridge)];
  await Promise.all([once(first, 'open'), once(second, 'open')]);
  assert.equal(await upgradeStatus(byAddress.bridge.port, `/pipe/${PEER}`, own), 429);
  first.send('text');
  assert.equal((await once(first, 'close'))[0], 1003);
  second.send(Buffer.alloc(1001));
  assert.equal((await once(second, 'close'))[0], 1009);

  const inAll = await bridgeTo(t, target, { limits: { pipes: { pipes: 1 } } });
  const only = openPipe(t, inAll.bridge);
  await once(only, 'open');
  assert.equal(await upgradeStatus(inAll.bridge.port, `/pipe/${PEER}`, { Origin: `https://127.0.0.1:${inAll.bridge.port}` }), 503);
});

test('BRIDGE-2: a crowd that comes while the address of the peer is still being proven is counted', async (t) => {
  const target = await peer(t, (socket) => { socket.resume(); });
  const proven = deferred<typeof target>();
  let asked = 0;
  const addressOf = (): Promise<typeof target> => {
    asked += 1;
    return proven.promise;
  };
  const { bridge } = await bridgeTo(t, target, { proven: { addressOf } });
  const own = { Origin: `https://127.0.0.1:${bridge.port}` };
  const statuses: number[] = [];
  const crowd = Array.from({ length: 60 }, async () => { statuses.push(await upgradeStatus(bridge.port, `/pipe/${PEER}`, own)); });
  await until(() => statuses.length === 44);
  assert.deepEqual([...new Set(statuses)], [429]);
  assert.equal(asked, 16);
  proven.resolve(target);
  await Promise.all(crowd);
  assert.equal(statuses.filter((status) => status === 101).length, 16);
  await until(() => bridge.status().pipes === 0);
  assert.equal(await upgradeStatus(bridge.port, `/pipe/${PEER}`, own), 101, 'places are given back');
});

test('BRIDGE-3: a pipe in which nothing moves is ended', async (t) => {
  const target = await peer(t, (socket) => { socket.resume(); });
  const { bridge } = await bridgeTo(t, target, { limits: { pipes: { idleTimeout: 200 } } });
  const websocket = openPipe(t, bridge);
  await once(websocket, 'close');
  await until(() => bridge.status().pipes === 0);
});

test('BRIDGE-5: the pipes to a removed device are cut, and the others stay', async (t) => {
  const target = await peer(t, (socket) => { socket.pipe(socket); });
  const { bridge } = await bridgeTo(t, target);
  const websocket = openPipe(t, bridge);
  await once(websocket, 'open');
  bridge.drop(STRANGER);
  websocket.send(Buffer.from('still here'));
  await once(websocket, 'message');
  bridge.drop(PEER);
  assert.equal((await once(websocket, 'close'))[0], 1006);
});

test('BRIDGE-5: a stopped bridge lets go of everything, and one started again on the same port serves the same browser', async (t) => {
  const target = await peer(t, (socket) => { socket.pipe(socket); });
  const first = await bridgeTo(t, target);
  const websocket = openPipe(t, first.bridge);
  await once(websocket, 'open');
  const closed = once(websocket, 'close');
  await first.bridge.stop();
  await closed;
  const { bridge } = await bridgeTo(t, target, { port: first.bridge.port });
  const again = openPipe(t, bridge);
  await once(again, 'open');
  again.send(Buffer.from('back'));
  assert.equal(String((await once(again, 'message'))[0]), 'back');
});

test('BRIDGE-6: what goes through a pipe is in no line of the log', async (t) => {
  const target = await peer(t, (socket) => { socket.pipe(socket); });
  const { bridge, events } = await bridgeTo(t, target);
  const websocket = openPipe(t, bridge);
  await once(websocket, 'open');
  websocket.send(Buffer.from('canary-in-the-pipe'));
  await once(websocket, 'message');
  websocket.close();
  await once(websocket, 'close');
  assert(events.some((event) => event.startsWith('pipe-opened')));
  assert(!events.join().includes('canary'));
});

function sendBlocks(socket: Socket, block: Buffer, size: number): void {
  Readable.from(Array.from({ length: size / block.length }, () => block)).pipe(socket, { end: false });
}

async function sendToWebSocket(websocket: WebSocket, block: Buffer, size: number): Promise<void> {
  for (let sent = 0; sent < size; sent += block.length / 4) {
    await new Promise<void>((resolve) => { websocket.send(block.subarray(sent % block.length, (sent % block.length) + block.length / 4), () => resolve()); });
  }
}

/** Stops reading for a moment every 4 MiB. */
function hashSlowly(socket: Socket, size: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    let heard = 0;
    socket.on('data', (data: Buffer) => {
      hash.update(data);
      if (Math.floor((heard + data.length) / (4 * MIB)) > Math.floor(heard / (4 * MIB))) pauseFor(socket);
      heard += data.length;
      if (heard >= size) resolve(hash.digest('hex'));
    });
    socket.on('error', reject);
  });
}

function hashSlowlyFromWebSocket(websocket: WebSocket, size: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    let heard = 0;
    websocket.on('message', (data: Buffer) => {
      hash.update(data);
      if (Math.floor((heard + data.length) / (4 * MIB)) > Math.floor(heard / (4 * MIB))) pauseFor(websocket);
      heard += data.length;
      if (heard >= size) resolve(hash.digest('hex'));
    });
    websocket.on('close', () => reject(new Error(`closed after ${heard} bytes`)));
  });
}

/** Reading is what is slow here, so the wait is part of the subject and synchronises nothing. */
function pauseFor(stream: { pause(): void; resume(): void }): void {
  stream.pause();
  setTimeout(() => stream.resume(), 30);
}
