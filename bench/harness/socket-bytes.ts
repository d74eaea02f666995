/** Bytes over the TCP sockets that this process opened: the same count for every peer, whatever runs inside them. */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

export interface Bytes {
  readonly sent: number;
  readonly received: number;
}

const sockets: Socket[] = [];

/** To be called before the first socket opens. */
export function countSocketBytes(): void {
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { readonly socket: Socket };
    sockets.push(socket);
  });
}

/** Of all sockets since `forgetSockets`, open or closed. */
export function socketBytes(): Bytes {
  return {
    sent: sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    received: sockets.reduce((sum, socket) => sum + socket.bytesRead, 0),
  };
}

export function forgetSockets(): void {
  sockets.length = 0;
}
