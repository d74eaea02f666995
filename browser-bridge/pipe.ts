/**
 * `/pipe/<PeerId>`: a browser's WebSocket, joined byte for byte to the TCP port of one peer.
 *
 * Noise runs from the page to the peer through it, so the pipe sees neither payload nor keys, and logs neither. It is
 * no proxy: a peer is named, never an address, and only an address that was proven to be that peer's is dialled.
 *
 * A peer that ends its side ends the WebSocket (code 1000) when all has been delivered; one that breaks off breaks the
 * WebSocket off too (1006). A browser that closes, or breaks off, does the same to the peer, and what the peer still
 * sends after a browser's close is dropped.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipe } from 'it-pipe';
import { WebSocketServer } from 'ws';
import type { Log } from '../protocol/codec/environment.ts';
import { tcpEnd, webSocketEnd, type ByteEnd } from './byte-ends.ts';
import { refuseUpgrade } from '../node/page/page-server.ts';

export interface Target {
  /** An address literal: names are not resolved. */
  readonly host: string;
  readonly port: number;
}

export interface PipeLimits {
  readonly pipes: number;
  readonly pipesPerAddress: number;
  /** Milliseconds without a byte in either direction. */
  readonly idleTimeout: number;
  /** Milliseconds to reach the peer. */
  readonly dialTimeout: number;
  /** Milliseconds for the second direction to end after the first. */
  readonly closeTimeout: number;
  /** Bytes of one WebSocket message. Noise frames are 64 KiB, and libp2p sends few of them in one message. */
  readonly message: number;
}

export const PIPE_LIMITS: PipeLimits = {
  pipes: 256, pipesPerAddress: 16, idleTimeout: 120_000, dialTimeout: 5000, closeTimeout: 5000, message: 1024 * 1024,
};

export interface PipeOptions {
  /** The proven address of a peer; undefined for everyone else. Proving may take a handshake. */
  readonly targetOf: (peerId: string) => Target | undefined | Promise<Target | undefined>;
  readonly log: Log;
  readonly limits?: Partial<PipeLimits>;
}

export interface Pipes {
  /** Number of pipes that are open or being opened. */
  readonly open: number;
  /** Serves a WebSocket request that has passed the gate; answers 404 for what is no pipe to a known peer. */
  handle(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Breaks off every pipe to a peer, as when its device was removed from the ward. */
  drop(peerId: string): void;
  /** Breaks off every pipe. */
  stop(): void;
}

/** The PeerId of an Ed25519 key, which every device of a ward has: base58 of 38 bytes. */
const PIPE_PATH = /^\/pipe\/(12D3KooW[1-9A-HJ-NP-Za-km-z]{44})$/;

export function createPipes({ targetOf, log, ...options }: PipeOptions): Pipes {
  const limits = { ...PIPE_LIMITS, ...options.limits };
  const upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false, maxPayload: limits.message });
  upgrader.on('wsClientError', (_error, socket) => refuseUpgrade(socket, 400));
  const open = new Set<OpenPipe>();
  /** Taken before anything is waited for, so that a crowd that comes at once is counted too. */
  const places = new Set<{ readonly browser: string }>();

  async function admit(path: string, browser: string): Promise<OpenPipe | 404 | 429 | 503> {
    const peerId = PIPE_PATH.exec(path)?.[1];
    if (peerId === undefined) return 404;
    if (places.size >= limits.pipes) return 503;
    if (Array.from(places).filter((other) => other.browser === browser).length >= limits.pipesPerAddress) return 429;
    const place = { browser };
    places.add(place);
    let tcp: Socket | undefined;
    try {
      const target = await targetOf(peerId);
      if (target === undefined || isIP(target.host) === 0) return 404;
      tcp = connect({ host: target.host, port: target.port, allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 });
    } finally {
      if (tcp === undefined) places.delete(place);
    }
    // Whoever dials, reads or writes sees the error too; this keeps one that nobody waits for from being fatal.
    tcp.on('error', () => tcp.destroy());
    const admitted = { peerId, tcp };
    open.add(admitted);
    tcp.once('close', () => {
      open.delete(admitted);
      places.delete(place);
    });
    return admitted;
  }

  async function serve(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const opened = await admit(path, request.socket.remoteAddress ?? '');
    if (typeof opened === 'number') {
      log.event('pipe-refused', { status: opened });
      refuseUpgrade(socket, opened);
      return;
    }
    const { tcp } = opened;
    const abandon = (): void => { tcp.destroy(); };
    socket.once('close', abandon);
    try {
      await dial(tcp, limits.dialTimeout);
    } catch {
      log.event('pipe-refused', { status: 502 });
      refuseUpgrade(socket, 502);
      return;
    }
    if (socket.destroyed) return abandon();
    upgrader.handleUpgrade(request, socket, head, (websocket) => {
      socket.off('close', abandon);
      log.event('pipe-opened', { peer: opened.peerId, open: open.size });
      tcp.setTimeout(limits.idleTimeout, () => tcp.destroy(new Error('nothing moved')));
      join(webSocketEnd(websocket), tcpEnd(tcp), limits.closeTimeout).then(
        () => log.event('pipe-closed', { peer: opened.peerId, broken: false }),
        () => log.event('pipe-closed', { peer: opened.peerId, broken: true }),
      );
    });
  }

  return {
    get open() { return open.size; },

    handle(path, request, socket, head) {
      serve(path, request, socket, head).catch(() => {
        log.event('pipe-refused', { status: 500 });
        refuseUpgrade(socket, 500);
      });
    },

    drop: (peerId) => open.forEach((opened) => { if (opened.peerId === peerId) opened.tcp.destroy(new Error('dropped')); }),
    stop: () => open.forEach(({ tcp }) => tcp.destroy(new Error('stopped'))),
  };
}

interface OpenPipe {
  readonly peerId: string;
  readonly tcp: Socket;
}

async function dial(tcp: Socket, timeout: number): Promise<void> {
  const deadline = setTimeout(() => tcp.destroy(new Error('no answer')), timeout);
  try {
    await once(tcp, 'connect');
  } finally {
    clearTimeout(deadline);
  }
}

/** Carries bytes both ways until both sides have ended. Rejects, with both broken off, when one of them breaks off first. */
async function join(browser: ByteEnd, peer: ByteEnd, closeTimeout: number): Promise<void> {
  let allSaid = false;
  let closing: NodeJS.Timeout | undefined;
  const breakOff = (): void => {
    browser.breakOff();
    peer.breakOff();
  };
  async function* untilAllSaid(): AsyncGenerator<Uint8Array> {
    yield* peer.source;
    allSaid = true;
    closing ??= setTimeout(breakOff, closeTimeout);
  }
  const toPeer = async (): Promise<void> => {
    try {
      await pipe(browser.source, peer.sink);
      closing ??= setTimeout(breakOff, closeTimeout);
    } catch (error) {
      // A peer that has ended may refuse what is still on its way to it; the browser gets the peer's last words all the same.
      if (!allSaid) throw error;
    }
  };
  try {
    await Promise.all([pipe(untilAllSaid(), browser.sink), toPeer()]);
  } catch (error) {
    breakOff();
    throw error;
  } finally {
    clearTimeout(closing);
  }
}
