/**
 * The server of the ward app: the page's files over HTTPS, or over plain HTTP on loopback alone, and WebSockets on the
 * same port. The bridge and the tablet node are both built on it.
 *
 * It answers GET and HEAD of files that were there at start, to requests that pass the gate; sets no cookie, reads no
 * query, follows no path into a file system.
 */
import { createServer as createHttpServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import { BlockList, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import type { Log } from '../../protocol/codec/environment.ts';
import { fail, succeed, type Result } from '../../protocol/codec/result.ts';
import { loadAssets, negotiate, type Assets, type AssetsFailure } from './assets.ts';
import { checkRequest, type Origins } from './gate.ts';
import { refusalHeaders, securityHeaders } from './security-headers.ts';

/** PEM. */
export interface ServerCredentials {
  readonly key: string;
  readonly certificate: string;
}

/** Takes over a socket that asked for a WebSocket and passed the gate. `path` has no query. */
export type UpgradeHandler = (path: string, request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface PageServerOptions {
  /** The built app. */
  readonly folder: string;
  /** An address literal to listen on. */
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Host names and address literals by which browsers call; for plain HTTP the loopback's own, if left out. */
  readonly hosts?: readonly string[];
  /** Without it the server speaks plain HTTP, and listens on loopback only. */
  readonly credentials?: ServerCredentials;
  readonly onUpgrade?: UpgradeHandler;
  readonly log: Log;
  readonly limits?: Partial<PageServerLimits>;
}

export interface PageServerLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Milliseconds for a client to send its request's head. */
  readonly headTimeout: number;
  /** Milliseconds without a byte moving, before a WebSocket takes over. */
  readonly idleTimeout: number;
  /** Milliseconds for one answer to be taken whole. */
  readonly answerTimeout: number;
}

export const PAGE_SERVER_LIMITS: PageServerLimits = {
  connections: 1024, connectionsPerAddress: 128, headTimeout: 10_000, idleTimeout: 30_000, answerTimeout: 120_000,
};
const MAX_HEAD_BYTES = 8 * 1024;
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];

export type PageServerFailure =
  | AssetsFailure
  | { readonly code: 'port-taken' | 'address-not-here' | 'not-permitted' | 'plain-http-off-loopback' | 'bad-certificate' | 'cannot-listen'; readonly message: string };

export interface PageServer {
  readonly port: number;
  /** Where a browser finds it, under the first of its names. */
  readonly url: string;
  /** Serves new connections with another key and certificate; the old ones stay as they are. */
  setCredentials(credentials: ServerCredentials): Result<void, PageServerFailure>;
  /** Takes no more connections and ends the present ones: idle ones at once, answers on the way within a second. */
  stop(): Promise<void>;
}

export async function startPageServer(options: PageServerOptions): Promise<Result<PageServer, PageServerFailure>> {
  const { credentials, address, log } = options;
  const scheme = credentials === undefined ? 'http' : 'https';
  const hosts = (options.hosts ?? LOOPBACK_NAMES).map((host) => host.toLowerCase());
  if (isIP(address) === 0) return fail({ code: 'address-not-here', message: `not an address to listen on: ${address}` });
  if (scheme === 'http' && !(isLoopback(address) && hosts.every((host) => LOOPBACK_NAMES.includes(host) || isLoopback(host)))) {
    return fail({ code: 'plain-http-off-loopback', message: `refusing plain HTTP on ${address}: without HTTPS anyone on the network can change the page` });
  }
  const checked = credentials === undefined ? succeed(undefined) : checkCredentials(credentials);
  if (!checked.ok) return checked;
  const assets = await loadAssets(options.folder, { compress: scheme === 'https' });
  if (!assets.ok) return assets;

  const limits = { ...PAGE_SERVER_LIMITS, ...options.limits };
  const server = makeServer(limits, credentials);
  const stop = guardConnections(server, limits, log);
  const listening = await listen(server, options.port, address);
  if (!listening.ok) return listening;
  const origins: Origins = { scheme, port: listening.value, hosts };

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const deadline = setTimeout(() => response.destroy(), limits.answerTimeout);
    response.once('close', () => clearTimeout(deadline));
    answer(request, response, origins, assets.value, log);
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => finish(response, 417, { ...refusalHeaders(), Connection: 'close' }));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const verdict = checkRequest(request, origins);
    if (!verdict.allowed) {
      log.event('page-refused', { status: verdict.status, reason: verdict.reason });
      refuseUpgrade(socket, verdict.status);
    } else if (options.onUpgrade === undefined || request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      refuseUpgrade(socket, 404);
    } else {
      socket.setTimeout(0);
      options.onUpgrade(verdict.path, request, socket, head);
    }
  });

  const name = hosts[0] ?? address;
  return succeed({
    port: listening.value,
    url: `${scheme}://${isIP(name) === 6 ? `[${name}]` : name}:${listening.value}/`,
    setCredentials(next) {
      if (!(server instanceof HttpsServer)) return fail({ code: 'bad-certificate', message: 'plain HTTP has no certificate' });
      const valid = checkCredentials(next);
      if (valid.ok) server.setSecureContext({ key: next.key, cert: next.certificate, minVersion: 'TLSv1.3' });
      return valid;
    },
    stop,
  });
}

/** Answers a WebSocket request with a plain HTTP refusal. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  if (!socket.writable) return;
  const headers = Object.entries({ Connection: 'close', 'Content-Length': '0', ...refusalHeaders() }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headers.join('')}\r\n`, () => socket.destroy());
}

export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function answer(request: IncomingMessage, response: ServerResponse, origins: Origins, assets: Assets, log: Log): void {
  const verdict = checkRequest(request, origins);
  if (!verdict.allowed) {
    log.event('page-refused', { status: verdict.status, reason: verdict.reason });
    return finish(response, verdict.status, { ...refusalHeaders(), Connection: 'close' });
  }
  const headers = securityHeaders(origins.scheme, verdict.host);
  if (request.method !== 'GET' && request.method !== 'HEAD') return finish(response, 405, { ...headers, Allow: 'GET, HEAD', Connection: 'close' });
  if (request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) !== 0) return finish(response, 400, { ...headers, Connection: 'close' });
  const asset = assets.get(verdict.path);
  if (asset === undefined) return finish(response, 404, headers);

  const { encoding, body, etag } = negotiate(asset, request.headers['accept-encoding']);
  // Always asked again and mostly answered 304: a new version is in use from the next load, whatever its files are called.
  const cached = { ...headers, ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' };
  if (matches(request.headers['if-none-match'], etag)) return finish(response, 304, cached);
  response.writeHead(200, {
    ...cached, 'Content-Type': asset.type, 'Content-Length': body.length, ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function finish(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { ...headers, ...(status === 304 ? {} : { 'Content-Length': 0 }) });
  response.end();
}

/** RFC 9110, section 13.1.2: weak comparison. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && ifNoneMatch.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}

function makeServer(limits: PageServerLimits, credentials: ServerCredentials | undefined): Server | HttpsServer {
  // A request without a host is the gate's to refuse, like all others.
  const options = {
    maxHeaderSize: MAX_HEAD_BYTES, headersTimeout: limits.headTimeout, requestTimeout: limits.headTimeout, keepAliveTimeout: 5000,
    connectionsCheckingInterval: Math.min(2000, limits.headTimeout), requireHostHeader: false, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000,
  };
  if (credentials === undefined) return createHttpServer(options);
  // Every browser that can run the app speaks TLS 1.3; HTTP/2 would need another way for WebSockets.
  return createHttpsServer({
    ...options, key: credentials.key, cert: credentials.certificate, minVersion: 'TLSv1.3', ALPNProtocols: ['http/1.1'], handshakeTimeout: limits.headTimeout,
  });
}

/** Bounds connections, in all and by address; returns how to end them. */
function guardConnections(server: Server | HttpsServer, limits: PageServerLimits, log: Log): () => Promise<void> {
  const sockets = new Set<Socket>();
  const byAddress = new Map<string, number>();
  server.maxConnections = limits.connections;
  server.timeout = limits.idleTimeout;
  server.on('error', (error: NodeJS.ErrnoException) => log.event('page-server-error', { code: error.code ?? error.name }));
  server.on('drop', () => log.event('page-connection-dropped', { reason: 'total' }));
  server.on('clientError', (_error: Error, socket: Duplex) => refuseUpgrade(socket, 400));
  server.on('tlsClientError', (_error: Error, socket: Duplex) => socket.destroy());
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const open = (byAddress.get(address) ?? 0) + 1;
    if (open > limits.connectionsPerAddress) {
      log.event('page-connection-dropped', { reason: 'address' });
      socket.destroy();
      return;
    }
    byAddress.set(address, open);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
    });
  });
  return () => new Promise((resolve) => {
    const deadline = setTimeout(() => sockets.forEach((socket) => socket.destroy()), 1000);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function checkCredentials({ key, certificate }: ServerCredentials): Result<void, PageServerFailure> {
  try {
    createSecureContext({ key, cert: certificate });
    return succeed(undefined);
  } catch (error) {
    return fail({ code: 'bad-certificate', message: `the certificate does not fit the key: ${error instanceof Error ? error.message : String(error)}` });
  }
}

function listen(server: Server | HttpsServer, port: number, address: string): Promise<Result<number, PageServerFailure>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(fail(listenFailure(error, port, address))));
    server.listen(port, address, () => {
      const bound = server.address();
      resolve(succeed(bound !== null && typeof bound === 'object' ? bound.port : port));
    });
  });
}

function listenFailure(error: NodeJS.ErrnoException, port: number, address: string): PageServerFailure {
  switch (error.code) {
    case 'EADDRINUSE': return { code: 'port-taken', message: `port ${port} on ${address} is taken by another program: stop that one, or choose another port` };
    case 'EADDRNOTAVAIL': return { code: 'address-not-here', message: `this machine has no address ${address}` };
    case 'EACCES': return { code: 'not-permitted', message: `not permitted to listen on port ${port}: choose one above 1023` };
    default: return { code: 'cannot-listen', message: `cannot listen on ${address} port ${port}: ${error.message}` };
  }
}
