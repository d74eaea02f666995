/**
 * What the machine alone takes for the same way: 500 bytes over plain TCP through the same processes, flushed to disk at
 * each of them. Taken before each change, so that both have met the same weather.
 */
import { open, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { now } from '../harness/statistics.ts';

const LENGTH = 500;

export interface FloorStop {
  /** Port of the next process; the last has none. */
  readonly next: number | undefined;
}

/** Passes packets on, and gives the port to send them to. `onArrived` is called where nobody is next. */
export async function passOn({ next }: FloorStop, onArrived: (at: number) => void): Promise<number> {
  const out = next === undefined ? undefined : await dial(next);
  const flush = await flusher();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    eachPacket(socket, (packet) => {
      void (async () => {
        await flush(packet);
        if (out === undefined) onArrived(now());
        else out.write(packet);
      })();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return (server.address() as AddressInfo).port;
}

/** Gives the function that flushes a packet, sends it and says when it began. */
export async function packetSender(next: number): Promise<() => number> {
  const socket = await dial(next);
  const flush = await flusher();
  const packet = Buffer.alloc(LENGTH, 1);
  return () => {
    const sent = now();
    void flush(packet).then(() => socket.write(packet));
    return sent;
  };
}

async function flusher(): Promise<(packet: Buffer) => Promise<void>> {
  const path = join(tmpdir(), `wardsync-bench-floor-${process.pid}`);
  const file = await open(path, 'w');
  // Open, it goes with the process.
  await rm(path);
  return async (packet) => {
    await file.write(packet, 0, LENGTH, 0);
    await file.datasync();
  };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

function eachPacket(socket: Socket, take: (packet: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (; rest.length >= LENGTH; rest = rest.subarray(LENGTH)) take(rest.subarray(0, LENGTH));
  });
}
