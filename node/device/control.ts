/**
 * How a command asks a running process of the same folder: one JSON line each way over a socket in the folder, which
 * only the folder's owner can open. Nothing secret is asked or answered.
 */
import { createHash } from 'node:crypto';
import { chmod, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemCode } from './system-error.ts';

const MAX_LINE = 64 * 1024;
const MAX_SOCKET_PATH = 104;

/** Answers are JSON values; what is thrown becomes `{ error }`. `progress` may be called any number of times before. */
export type ControlHandlers = Readonly<Record<string, (argument: unknown, progress: (value: unknown) => void) => Promise<unknown>>>;

export interface ControlServer {
  stop(): Promise<void>;
}

export async function serveControl(folder: string, handlers: ControlHandlers): Promise<ControlServer> {
  const path = socketPath(folder);
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
      server.close(() => closed());
    }),
  };
}

export type ControlReply = { readonly running: false } | { readonly running: true; readonly value?: unknown; readonly error?: string };

/** `running: false` when no process answers in the folder. */
export async function askControl(folder: string, command: string, argument: unknown, onProgress: (value: unknown) => void = () => {}): Promise<ControlReply> {
  const socket = createConnection(socketPath(folder));
  try {
    await new Promise<void>((connected, reject) => {
      socket.once('connect', connected);
      socket.once('error', reject);
    });
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

/** A socket's path has at most 107 bytes; a folder that lies deeper has its socket in the system's place for such things. */
function socketPath(folder: string): string {
  const path = resolve(folder, 'control.sock');
  if (Buffer.byteLength(path) < MAX_SOCKET_PATH) return path;
  return join(tmpdir(), `wardsync-${createHash('sha256').update(path).digest('hex').slice(0, 32)}.sock`);
}
