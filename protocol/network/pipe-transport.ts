/**
 * The way from a page to a peer: a WebSocket to `/pipe/<PeerId>` of the page's own origin, which the bridge (or the
 * tablet's own node) joins to that peer's TCP port. Noise runs from the page to the peer, so the pipe sees ciphertext.
 *
 * An address is `/dns4/host/tcp/port/tls/ws` (`pipeAddress`); the peer to ask for stands behind it as `/p2p/<PeerId>`.
 */
import './polyfill.ts';
import { transportSymbol, type Connection, type Transport } from '@libp2p/interface';
import { AbstractMultiaddrConnection, type AbstractMultiaddrConnectionInit, type SendResult } from '@libp2p/utils';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import type { Timers } from '../codec/environment.ts';
import type { TransportFactory } from './libp2p-node.ts';

/** The part of the platform's `WebSocket` that is used. */
export interface PipeSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { readonly wasClean: boolean }) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export interface PipeTransportInit {
  readonly timers: Timers;
  readonly openSocket?: (url: string) => PipeSocket;
}

/** Bytes that the browser may hold unsent before senders wait. */
const MAX_BUFFERED = 1024 * 1024;
const DRAIN_CHECK = 5;

/** Unlike `@libp2p/websockets`, which knows no path in an address. Dials only. */
export function pipeTransport({ timers, openSocket = (url) => new WebSocket(url) }: PipeTransportInit): TransportFactory {
  return ({ logger }): Transport => ({
    [transportSymbol]: true,
    [Symbol.toStringTag]: 'wardsync-pipe',
    listenFilter: () => [],
    dialFilter: (addresses) => addresses.filter((address) => pipeUrl(address) !== undefined),
    createListener() {
      throw new Error('a page cannot listen');
    },
    async dial(address, options): Promise<Connection> {
      const url = pipeUrl(address);
      if (url === undefined) throw new RangeError(`no pipe at ${address.toString()}`);
      const socket = openSocket(url);
      socket.binaryType = 'arraybuffer';
      await opened(socket, options.signal);
      const log = logger.forComponent('wardsync:pipe');
      const connection = new PipeConnection(socket, timers, { remoteAddr: address, direction: 'outbound', log });
      try {
        return await options.upgrader.upgradeOutbound(connection, options);
      } catch (error) {
        connection.abort(error instanceof Error ? error : new Error('upgrade failed'));
        throw error;
      }
    },
  });
}

/** The multiaddr of an origin's pipe: `https://ward.local:8443` → `/dns4/ward.local/tcp/8443/tls/ws`. */
export function pipeAddress(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === 'https:';
  const number = port === '' ? (secure ? 443 : 80) : Number(port);
  const host = hostname.startsWith('[') ? `/ip6/${hostname.slice(1, -1)}` : `/${/^[\d.]+$/.test(hostname) ? 'ip4' : 'dns4'}/${hostname}`;
  return multiaddr(`${host}/tcp/${number}${secure ? '/tls' : ''}/ws`).toString();
}

/** Undefined for an address that is no pipe with a peer behind it. */
function pipeUrl(address: Multiaddr): string | undefined {
  const [host, tcp, ...rest] = address.getComponents();
  const secure = rest[0]?.name === 'tls';
  const [ws, p2p, ...more] = secure ? rest.slice(1) : rest;
  if (host?.value === undefined || tcp?.name !== 'tcp' || tcp.value === undefined) return undefined;
  if (ws?.name !== 'ws' || p2p?.name !== 'p2p' || p2p.value === undefined || more.length > 0) return undefined;
  const name = host.name === 'ip6' ? `[${host.value}]` : host.value;
  return `${secure ? 'wss' : 'ws'}://${name}:${tcp.value}/pipe/${p2p.value}`;
}

function opened(socket: PipeSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(new Error('the pipe did not open'));
      socket.close();
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    socket.addEventListener('error', giveUp);
    socket.addEventListener('close', giveUp);
    socket.addEventListener('open', () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
  });
}

class PipeConnection extends AbstractMultiaddrConnection {
  readonly #socket: PipeSocket;
  readonly #timers: Timers;
  #cancelCheck: (() => void) | undefined;

  constructor(socket: PipeSocket, timers: Timers, init: AbstractMultiaddrConnectionInit) {
    super(init);
    this.#socket = socket;
    this.#timers = timers;
    socket.addEventListener('message', ({ data }) => {
      if (data instanceof ArrayBuffer) this.onData(new Uint8Array(data));
      else this.abort(new Error('a pipe carries bytes'));
    });
    socket.addEventListener('close', ({ wasClean }) => {
      this.#cancelCheck?.();
      if (wasClean) this.onTransportClosed();
      else this.onRemoteReset();
    });
  }

  override sendData(data: Parameters<AbstractMultiaddrConnection['sendData']>[0]): SendResult {
    this.#socket.send(new Uint8Array(data.subarray()));
    const canSendMore = this.#socket.bufferedAmount < MAX_BUFFERED;
    if (!canSendMore) this.#checkLater();
    return { sentBytes: data.byteLength, canSendMore };
  }

  override sendReset(): void {
    this.#socket.close();
  }

  override sendClose(): Promise<void> {
    this.#socket.close();
    return Promise.resolve();
  }

  /** A WebSocket cannot be paused; the windows of the streams bound what is read. */
  override sendPause(): void {}

  override sendResume(): void {}

  /** A WebSocket does not tell when it has sent what it held. */
  #checkLater(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = this.#timers.after(DRAIN_CHECK, () => {
      if (this.#socket.bufferedAmount < MAX_BUFFERED / 2) this.safeDispatchEvent('drain');
      else this.#checkLater();
    });
  }
}
