/** TCP, for Node only: kept apart so that a browser's bundle holds none of it. */
import './polyfill-node-18.ts';
import { tcp } from '@libp2p/tcp';
import type { TransportFactory } from './libp2p-node.ts';

/** Nagle's algorithm is off, because a live item is a small packet that somebody waits for. */
export function tcpTransport(): TransportFactory {
  return tcp({ maxConnections: 512, backlog: 128, dialOpts: { noDelay: true }, listenOpts: { noDelay: true } });
}
