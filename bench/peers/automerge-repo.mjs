/**
 * automerge-repo as a user would set it up: unencrypted, WebSocket adapter, documents in memory. Server or client, in a
 * process of its own, driven by `bench/bulk/automerge-repo.ts`.
 */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import * as Automerge from '@automerge/automerge';
import { Repo } from '@automerge/automerge-repo';
import { WebSocketClientAdapter, WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket';
import { WebSocketServer } from 'ws';
import { serveParent } from '../harness/child.ts';
import { countSocketBytes, forgetSockets, socketBytes } from '../harness/socket-bytes.ts';
import { now } from '../harness/statistics.ts';

/** A connection on which nothing has come for so many milliseconds has nothing more to say. */
const QUIET = 500;

countSocketBytes();

// Its own patience of a minute ends in a promise that nobody holds; what counts is when the documents have come.
process.on('unhandledRejection', (error) => {
  if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
});

let repo;
let adapter;
const handles = new Map();

serveParent({
  /** Loads the documents of a file and listens. Gives the port and the documents' URLs, in the file's order. */
  async serve(file) {
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => { sockets.once('listening', resolve); });
    repo = new Repo({ network: [new WebSocketServerAdapter(sockets)] });
    const urls = deserialize(readFileSync(file)).map((changes) => repo.import(new Uint8Array(Buffer.concat(changes))).url);
    return { port: sockets.address().port, urls };
  },

  /** Milliseconds from connecting until every document is here and has its heads. */
  async fetch({ port, documents }) {
    const start = now();
    adapter = new WebSocketClientAdapter(`ws://127.0.0.1:${String(port)}`);
    repo = new Repo({ network: [adapter] });
    // Documents that are asked for before there is a peer are given up as unavailable.
    await new Promise((resolve) => { repo.networkSubsystem.once('peer', resolve); });
    await Promise.all(documents.map(async ({ url, heads }) => {
      // What has not come within a minute is called unavailable, and becomes ready when it comes after all.
      const handle = await repo.find(url, { allowableStates: ['ready', 'unavailable'] });
      handles.set(url, handle);
      while (headsOf(handle) !== heads) await new Promise((resolve) => { handle.once('heads-changed', resolve); });
    }));
    return now() - start;
  },

  /** Drops the connection and makes another; nothing has changed meanwhile. Milliseconds until the last byte came, and bytes. */
  async reconnect(port) {
    repo.networkSubsystem.removeNetworkAdapter(adapter);
    await silence();
    forgetSockets();
    const start = now();
    adapter = new WebSocketClientAdapter(`ws://127.0.0.1:${String(port)}`);
    repo.networkSubsystem.addNetworkAdapter(adapter);
    const end = await silence();
    return { whole: end - start, sockets: socketBytes() };
  },

  processorTime() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },

  peakMemory() {
    return process.resourceUsage().maxRSS * 1024;
  },
});

function headsOf(handle) {
  return handle.isReady() ? Automerge.getHeads(handle.doc()).toSorted().join() : undefined;
}

/** When the last byte came or went, once it has been quiet for a while. */
async function silence() {
  let last = now();
  let before = '';
  while (now() - last < QUIET) {
    const bytes = JSON.stringify(socketBytes());
    if (bytes !== before) last = now();
    before = bytes;
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
  return last;
}
