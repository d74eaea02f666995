/** A built app, a bridge and a peer behind it, all on loopback. */
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { startBridge, type Bridge, type BridgeOptions } from '../../browser-bridge/bridge.ts';
import type { Target } from '../../browser-bridge/pipe.ts';
import { toPem } from '../../protocol/authority/pem.ts';
import { testAuthority, testCredentials } from '../authority/support.ts';

export const PEER = `12D3KooW${'A'.repeat(43)}1`;
export const STRANGER = `12D3KooW${'A'.repeat(43)}2`;

export const authority = await testAuthority();
export const authorityPem = toPem('CERTIFICATE', authority.certificate);
export const credentials = await testCredentials(authority, { dns: ['localhost', 'bridge.ward.local'], ips: ['127.0.0.1'] });

export const SECRET_FILE = 'nobody may fetch this';

/** A folder with what the app's build leaves, next to a file that is not the app's. */
export async function appFolder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'wardsync-bridge-'));
  t.after(() => rm(root, { recursive: true }));
  const folder = join(root, 'app');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await Promise.all([
    writeFile(join(root, 'secret.txt'), SECRET_FILE),
    writeFile(join(folder, 'index.html'), '<!doctype html><meta charset="utf-8"><title>app</title><link rel="icon" href="data:,"><link rel="stylesheet" href="main.css"><script type="module" src="main.js"></script>'),
    writeFile(join(folder, 'main.js'), `document.title = 'script ran';\n${'// padding that compresses\n'.repeat(200)}`),
    writeFile(join(folder, 'main.css'), 'body { color: rgb(1, 2, 3) }'),
    writeFile(join(folder, 'assets', 'automerge.wasm'), Buffer.from('0061736d01000000', 'hex')),
    writeFile(join(folder, '.env'), SECRET_FILE),
    writeFile(join(folder, 'key.pem'), SECRET_FILE),
  ]);
  await symlink(join(root, 'secret.txt'), join(folder, 'link.txt'));
  return folder;
}

export interface Harness {
  readonly bridge: Bridge;
  readonly events: readonly string[];
}

/** A bridge that knows `PEER` at `target`, and nobody else. */
export async function bridgeTo(t: TestContext, target: Target | undefined, options: Partial<BridgeOptions> = {}): Promise<Harness> {
  const events: string[] = [];
  const started = await startBridge({
    folder: await appFolder(t), address: '127.0.0.1', port: 0, hosts: ['localhost', '127.0.0.1', 'bridge.ward.local'], credentials,
    proven: { addressOf: (peerId) => (peerId === PEER ? target : undefined) },
    log: { event: (name, fields) => { events.push(`${name} ${JSON.stringify(fields ?? {})}`); } },
    ...options,
  });
  assert(started.ok, JSON.stringify(started));
  t.after(() => started.value.stop());
  return { bridge: started.value, events };
}

/** A TCP peer that does `serve` with each connection. */
export async function peer(t: TestContext, serve: (socket: Socket) => void): Promise<Target> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  return { host: '127.0.0.1', port: portOf(server) };
}

export function portOf(server: Server): number {
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  return address.port;
}

/** A WebSocket as the ward's own page would open it. */
export function openPipe(t: TestContext, bridge: Bridge, peerId = PEER): WebSocket {
  const websocket = new WebSocket(`wss://localhost:${bridge.port}/pipe/${peerId}`, {
    ca: authorityPem, origin: `https://localhost:${bridge.port}`, perMessageDeflate: false,
  });
  websocket.on('error', () => undefined);
  t.after(() => websocket.terminate());
  return websocket;
}

/** The status of a request for a WebSocket whose path goes out as it stands: 101 if it opens. */
export function upgradeStatus(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const ask = requestTls({
      host: '127.0.0.1', port, path, agent: false, ca: authorityPem, servername: 'localhost',
      headers: {
        Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', Host: `127.0.0.1:${port}`, ...headers,
      },
    });
    ask.on('error', reject);
    ask.on('upgrade', (_response, socket) => { socket.destroy(); resolve(101); });
    ask.on('response', (response) => { response.resume(); resolve(response.statusCode ?? 0); });
    ask.end();
  });
}

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

export function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => { settle = { resolve, reject }; });
  assert(settle !== undefined);
  return { promise, ...settle };
}

/** Lets the event loop turn until something has come about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => { setImmediate(resolve); });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export function get(port: number, path: string, options: { method?: string; headers?: Record<string, string>; plain?: boolean; body?: string } = {}): Promise<Answer> {
  const settings = {
    host: '127.0.0.1', port, path, method: options.method ?? 'GET', agent: false as const,
    headers: { Host: `localhost:${port}`, ...options.headers },
  };
  return new Promise((resolve, reject) => {
    const take = options.plain === true ? request(settings) : requestTls({ ...settings, ca: authorityPem, servername: 'localhost' });
    take.on('error', reject);
    take.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }));
      response.on('error', reject);
    });
    take.end(options.body);
  });
}

/** Everything that a server says to raw bytes until it closes. */
export function say(port: number, text: string, plain = false): Promise<string> {
  return new Promise((resolve) => {
    const socket = plain ? connectTcp(port, '127.0.0.1') : connectTls({ host: '127.0.0.1', port, ca: authorityPem, servername: 'localhost' });
    let heard = '';
    socket.on('data', (part: Buffer) => { heard += part.toString('latin1'); });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
    socket.write(text);
  });
}
