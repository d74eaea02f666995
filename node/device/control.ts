/**
 * How a command asks a running process of the same folder: one JSON line each way over a socket in the folder, which
 * only the folder's owner can open. Nothing secret is asked or answered.
 */
import { chmod, open, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { systemCode } from './system-error.ts';

const MAX_LINE = 64 * 1024;
const MAX_SOCKET_PATH = 104;

/** Answers are JSON values; what is thrown becomes `{ error }`. `progress` may be called any number of times before. */
export type ControlHandlers = Readonly<Record<string, (argument: unknown, progress: (value: unknown) => void) => Promise<unknown>>>;

export interface ControlServer {
  stop(): Promise<void>;
}

export async function serveControl(folder: string, handlers: ControlHandlers): Promise<ControlServer> {
  const place = await socketIn(folder);
  const { path } = place;
  // The items' own lock says that no other process lives here, so a socket that is left over is nobody's.
  await unlink(path).catch(() => {});
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    void answer(socket, handlers);
  });
  await new Promise<void>((listening, reject) => {
    server.once('error', reject);
    server.listen(path, listening);
  });
  await chmod(path, 0o600);
  return {
    stop: () => new Promise((closed) => {
      for (const socket of sockets) socket.destroy();
      // Which removes the socket, for which its path has to be good still.
      server.close(() => void place.leave().then(closed));
    }),
  };
}

export type ControlReply = { readonly running: false } | { readonly running: true; readonly value?: unknown; readonly error?: string };

/** `running: false` when no process answers in the folder. */
export async function askControl(folder: string, command: string, argument: unknown, onProgress: (value: unknown) => void = () => {}): Promise<ControlReply> {
  let socket: Socket;
  try {
    socket = await connectTo(folder);
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(systemCode(error))) return { running: false };
    return { running: true, error: `the process that runs in ${folder} cannot be asked (${systemCode(error)}): run this as the user that it runs as` };
  }
  socket.write(`${JSON.stringify({ command, argument })}\n`);
  try {
    for await (const line of lines(socket)) {
      const reply = JSON.parse(line) as { progress?: unknown; value?: unknown; error?: string };
      if ('progress' in reply) onProgress(reply.progress);
      else return { running: true, ...reply };
    }
    return { running: true, error: 'the process ended before it answered' };
  } catch {
    return { running: true, error: `the process that runs in ${folder} gave no answer that can be read` };
  } finally {
    socket.destroy();
  }
}

async function answer(socket: Socket, handlers: ControlHandlers): Promise<void> {
  const say = (reply: object): void => { socket.write(`${JSON.stringify(reply)}\n`); };
  try {
    for await (const line of lines(socket)) {
      const { command, argument } = JSON.parse(line) as { command: string; argument: unknown };
      const handler = Object.hasOwn(handlers, command) ? handlers[command] : undefined;
      if (handler === undefined) say({ error: 'unknown command' });
      else say({ value: await handler(argument, (progress) => say({ progress })) ?? null });
      break;
    }
  } catch (error) {
    say({ error: error instanceof Error ? error.message : 'failed' });
  }
  socket.end();
}

async function* lines(socket: Socket): AsyncIterable<string> {
  let rest = '';
  // Whoever stops reading may still want to answer.
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
    rest += chunk;
    if (rest.length > MAX_LINE) throw new Error('line too long');
    const parts = rest.split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

async function connectTo(folder: string): Promise<Socket> {
  const place = await socketIn(folder);
  const socket = createConnection(place.path);
  try {
    await new Promise<void>((connected, reject) => {
      socket.once('connect', connected);
      socket.once('error', reject);
    });
  } finally {
    await place.leave();
  }
  return socket;
}

interface SocketPlace {
  readonly path: string;
  /** After it the path is good no longer. */
  leave(): Promise<void>;
}

/** A socket's path has at most 107 bytes; in a folder that lies deeper it is reached through the open folder (Linux). */
async function socketIn(folder: string): Promise<SocketPlace> {
  const path = resolve(folder, 'control.sock');
  if (Buffer.byteLength(path) < MAX_SOCKET_PATH) return { path, leave: () => Promise.resolve() };
  const directory = await open(folder);
  return { path: `/proc/self/fd/${directory.fd}/control.sock`, leave: () => directory.close() };
}
