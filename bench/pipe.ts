/**
 * What the bridge costs: bytes and round trips through browser end → TLS → bridge → TCP → peer, against TCP straight to
 * the same peer, in one run. Bridge and peer are processes of their own, as in a ward; what arrives is counted, and
 * hashed outside the measured part.
 *
 *     npx tsx bench/pipe.ts [MiB] [round trips]
 */
import { strict as assert } from 'node:assert';
import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { startBridge } from '../browser-bridge/bridge.ts';
import { createAuthority, issueCertificate, openAuthority } from '../protocol/authority/authority.ts';
import { makeCertificateRequest } from '../protocol/authority/certificate-request.ts';
import { toPem } from '../protocol/authority/pem.ts';

const MIB = 1024 * 1024;
const PEER = `12D3KooW${'A'.repeat(44)}`;
/** What the first byte of a connection asks the peer for. */
const ECHO = 1;
const SINK = 2;
const SOURCE = 3;
/** As yamux sends them. */
const CHUNK = 64 * 1024;

/** One connection, whichever way it goes. */
interface Line {
  /** Resolves when another may follow. */
  send(bytes: Buffer): Promise<void>;
  onBytes(listener: (bytes: Buffer) => void): void;
  close(): void;
}

await (process.argv[2] === 'bridge' ? runBridge() : process.argv[2] === 'peer' ? runPeer() : measure());

async function measure(): Promise<void> {
  const size = Number(process.argv[2] ?? 128) * MIB;
  const rounds = Number(process.argv[3] ?? 2000);
  const peer = fork(fileURLToPath(import.meta.url), ['peer']);
  const peerPort = Number(await said(peer));
  const bridge = fork(fileURLToPath(import.meta.url), ['bridge', String(peerPort)]);
  const bridgePort = Number(await said(bridge));
  bridge.send('authority?');
  const authorityPem = String(await said(bridge));
  try {
    const lines = {
      'direct TCP': () => openTcp(peerPort),
      'through the bridge': () => openPipe(bridgePort, authorityPem),
    };
    const rows: Record<string, Record<string, number>> = {};
    for (const [name, open] of Object.entries(lines)) {
      await measureRounds(open, 200);
      rows[name] = { 'up MiB/s': await measureUp(open, size), 'down MiB/s': await measureDown(open, size), 'round trips/s': await measureRounds(open, rounds) };
    }
    const [direct = {}, piped = {}] = Object.values(rows);
    rows['ratio'] = Object.fromEntries(Object.keys(direct).map((key) => [key, Number(((piped[key] ?? 0) / (direct[key] ?? 1)).toFixed(3))]));
    console.log(`${size / MIB} MiB each way in chunks of ${CHUNK / 1024} KiB, ${rounds} round trips of 100 bytes, results checked`);
    console.table(rows);
  } finally {
    bridge.kill();
    peer.kill();
  }
}

async function measureUp(open: () => Promise<Line>, size: number): Promise<number> {
  const line = await open();
  const block = randomBytes(CHUNK);
  const answer = new Promise<Buffer>((resolve) => { line.onBytes(resolve); });
  const header = Buffer.alloc(9, SINK);
  header.writeDoubleBE(size, 1);
  const started = performance.now();
  await line.send(header);
  for (let sent = 0; sent < size; sent += CHUNK) await line.send(block);
  const digest = await answer;
  const seconds = (performance.now() - started) / 1000;
  const expected = createHash('sha256');
  for (let sent = 0; sent < size; sent += CHUNK) expected.update(block);
  assert.deepEqual(digest, expected.digest(), 'what arrived is what was sent');
  line.close();
  return Math.round(size / MIB / seconds);
}

async function measureDown(open: () => Promise<Line>, size: number): Promise<number> {
  const line = await open();
  const header = Buffer.alloc(9, SOURCE);
  header.writeDoubleBE(size, 1);
  const started = performance.now();
  let heard = 0;
  const parts: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    line.onBytes((bytes) => {
      parts.push(bytes);
      heard += bytes.length;
      if (heard >= size) resolve();
    });
    line.send(header).catch(reject);
  });
  const seconds = (performance.now() - started) / 1000;
  const all = Buffer.concat(parts);
  assert(all.length === size && all.equals(Buffer.alloc(size, sourceBlock())), 'what arrived is what was sent');
  line.close();
  return Math.round(size / MIB / seconds);
}

async function measureRounds(open: () => Promise<Line>, rounds: number): Promise<number> {
  const line = await open();
  let heard: ((bytes: Buffer) => void) | undefined;
  line.onBytes((bytes) => heard?.(bytes));
  await line.send(Buffer.from([ECHO]));
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    const message = Buffer.alloc(100, round & 0xff);
    const answered = new Promise<Buffer>((resolve) => { heard = resolve; });
    await line.send(message);
    assert((await answered).equals(message));
  }
  const seconds = (performance.now() - started) / 1000;
  line.close();
  return Math.round(rounds / seconds);
}

async function openTcp(port: number): Promise<Line> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return {
    send: async (bytes) => { if (!socket.write(bytes)) await once(socket, 'drain'); },
    onBytes: (listener) => { socket.on('data', listener); },
    close: () => { socket.destroy(); },
  };
}

async function openPipe(port: number, ca: string): Promise<Line> {
  const websocket = new WebSocket(`wss://localhost:${port}/pipe/${PEER}`, { ca, origin: `https://localhost:${port}`, perMessageDeflate: false });
  await once(websocket, 'open');
  return {
    send: (bytes) => new Promise((resolve, reject) => {
      // As a browser does it: several messages may be on their way.
      const waits = websocket.bufferedAmount > MIB;
      websocket.send(bytes, (error) => { if (error) reject(error); else if (waits) resolve(); });
      if (!waits) resolve();
    }),
    onBytes: (listener) => { websocket.on('message', listener); },
    close: () => websocket.close(),
  };
}

/** A peer that echoes, or hashes so many bytes and answers the digest, or sends so many. */
async function runPeer(): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      if (first[0] === ECHO) {
        socket.pipe(socket);
        if (first.length > 1) socket.write(first.subarray(1));
        return;
      }
      const size = first.readDoubleBE(1);
      if (first[0] === SOURCE) void sendAll(socket, size);
      else hashAll(socket, first.subarray(9), size);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  process.send?.(address !== null && typeof address === 'object' ? address.port : 0);
}

function hashAll(socket: Socket, first: Buffer, size: number): void {
  const hash = createHash('sha256').update(first);
  let heard = first.length;
  socket.on('data', (bytes: Buffer) => {
    hash.update(bytes);
    heard += bytes.length;
    if (heard >= size) socket.write(hash.digest());
  });
}

async function sendAll(socket: Socket, size: number): Promise<void> {
  const block = sourceBlock();
  for (let sent = 0; sent < size; sent += block.length) if (!socket.write(block)) await once(socket, 'drain');
}

/** Both processes know it, so that what arrives can be compared. */
function sourceBlock(): Buffer {
  return Buffer.from(Uint8Array.from({ length: CHUNK }, (_, index) => (index * 31) & 0xff));
}

async function runBridge(): Promise<void> {
  const peerPort = Number(process.argv[3]);
  const { authorityPem, credentials } = await makeCredentials();
  const folder = await mkdtemp(join(tmpdir(), 'wardsync-bench-'));
  await writeFile(join(folder, 'index.html'), '');
  const started = await startBridge({
    folder, address: '127.0.0.1', port: 0, hosts: ['localhost'], credentials, log: { event: () => undefined },
    proven: { addressOf: (peerId) => (peerId === PEER ? { host: '127.0.0.1', port: peerPort } : undefined) },
  });
  await rm(folder, { recursive: true });
  assert(started.ok);
  process.send?.(started.value.port);
  process.once('message', () => process.send?.(authorityPem));
}

async function makeCredentials(): Promise<{ authorityPem: string; credentials: { key: string; certificate: string } }> {
  const entropy = { randomBytes: (length: number) => new Uint8Array(randomBytes(length)) };
  const period = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3600_000 };
  const made = await createAuthority({ entropy, ...period });
  const { request, privateKeyPem } = await makeCertificateRequest({ dns: ['localhost'], ips: [] });
  const issued = await issueCertificate(await openAuthority(made), request, { entropy, ...period });
  assert(issued.ok);
  return { authorityPem: toPem('CERTIFICATE', made.certificate), credentials: { key: privateKeyPem, certificate: toPem('CERTIFICATE', issued.value) } };
}

async function said(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message');
  return message;
}
