/**
 * The two ends of a pipe as it-pipe has them: a source that is read only as fast as it is asked, and a sink that takes
 * only as fast as it can pass on.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

export interface ByteEnd {
  /** Ends when the far side has ended, throws when it broke off. */
  readonly source: AsyncIterable<Uint8Array>;
  /** Resolves when all is handed on and the end is announced to the far side. */
  readonly sink: (source: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Breaks off so that the far side notices an error, not an end. Harmless when all is over. */
  breakOff(): void;
}

/** Bytes that may wait at a WebSocket, in each direction, before the sender is held up. */
const BUFFER = 256 * 1024;
const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
/** What `ws` reports for a connection that was lost or broken off without a close frame. */
const ABNORMAL = 1006;

export function tcpEnd(socket: Socket): ByteEnd {
  return {
    source: socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
    sink: async (source) => {
      for await (const chunk of source) {
        if (!socket.write(chunk)) await drained(socket);
      }
      await new Promise<void>((resolve) => { socket.end(resolve); });
    },
    breakOff: () => { if (!socket.destroyed) socket.resetAndDestroy(); },
  };
}

export function webSocketEnd(websocket: WebSocket): ByteEnd {
  const arrived: Uint8Array[] = [];
  let waiting = 0;
  let ended: 'cleanly' | 'broken' | undefined;
  let wake: (() => void) | undefined;

  websocket.on('error', () => websocket.terminate());
  websocket.on('message', (data, isBinary) => {
    // A byte pipe: text would arrive as other bytes than those that were sent.
    if (!isBinary || !(data instanceof Uint8Array)) return websocket.close(UNSUPPORTED_DATA);
    arrived.push(data);
    waiting += data.length;
    if (waiting > BUFFER) websocket.pause();
    wake?.();
  });
  websocket.on('close', (code) => {
    ended = code === ABNORMAL || code === UNSUPPORTED_DATA ? 'broken' : 'cleanly';
    wake?.();
  });

  async function* source(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = arrived.shift();
      if (chunk !== undefined) {
        waiting -= chunk.length;
        if (waiting <= BUFFER / 2 && websocket.isPaused) websocket.resume();
        yield chunk;
      } else if (ended === undefined) {
        await new Promise<void>((resolve) => { wake = resolve; });
      } else {
        if (ended === 'broken') throw new Error('the browser broke off');
        return;
      }
    }
  }

  return {
    source: source(),
    sink: async (chunks) => {
      for await (const chunk of chunks) {
        // WebSockets have no half-closed state: a browser that has closed takes nothing more.
        if (websocket.readyState !== WebSocket.OPEN) continue;
        const passedOn = new Promise<void>((resolve) => { websocket.send(chunk, { binary: true }, () => resolve()); });
        if (websocket.bufferedAmount > BUFFER) await passedOn;
      }
      if (websocket.readyState === WebSocket.CLOSED) return;
      websocket.close(NORMAL);
      await once(websocket, 'close');
    },
    breakOff: () => websocket.terminate(),
  };
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => (): void => {
      socket.off('drain', onDrain).off('close', onClose);
      finish();
    };
    const onDrain = settle(resolve);
    const onClose = settle(() => reject(new Error('the peer is gone')));
    socket.on('drain', onDrain).on('close', onClose);
    if (socket.destroyed) onClose();
  });
}
