/** Processes of their own, so that what is measured shares no event loop and no heap: questions and answers over IPC. */
import { fork, type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProfiler } from './profile.ts';

/** What a child can be asked. Arguments and results are whatever the structured clone takes. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

type Question = { readonly id: number; readonly name: string; readonly argument: unknown };
type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });
type Telling = { readonly told: unknown };

export interface Child<H extends Handlers> {
  ask<Name extends keyof H & string>(name: Name, ...argument: Parameters<H[Name]>): Promise<Awaited<ReturnType<H[Name]>>>;
  /** What the child says unasked. Returns what takes the listener off. */
  onTold(listener: (told: unknown) => void): () => void;
  stop(): Promise<void>;
}

const TSX = import.meta.resolve('tsx');

/** Starts `file` (a URL) with Node's own flags. What it prints to standard error is shown. */
export function startChild<H extends Handlers>(file: URL, flags: readonly string[] = []): Child<H> {
  const path = fileURLToPath(file);
  const child = fork(path, [], { execArgv: [...flags, '--import', TSX], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners = new Set<(told: unknown) => void>();
  let nextId = 1;
  child.on('message', (message: Answer | Telling) => {
    if ('told' in message) {
      for (const listener of listeners) listener(message.told);
      return;
    }
    const question = pending.get(message.id);
    pending.delete(message.id);
    if ('error' in message) question?.reject(new Error(message.error));
    else question?.resolve(message.value);
  });
  const ended = exitOf(child);
  void ended.then((code) => {
    for (const question of pending.values()) question.reject(new Error(`${path} ended with ${code}`));
    pending.clear();
  });
  return {
    ask: (name, ...[argument]) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        pending.set(id, { resolve: (value) => resolve(value as Awaited<ReturnType<H[typeof name]>>), reject });
        child.send({ id, name, argument } satisfies Question, (error) => { if (error !== null) reject(error); });
      }),
    onTold(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** The child's side: answers until the parent ends it, or goes. */
export function serveParent(handlers: Handlers): void {
  const profiling = startProfiler(basename(process.argv[1] ?? 'child'));
  process.on('message', (question: Question) => {
    void (async () => {
      const profiler = await profiling;
      await profiler?.cut(`before-${question.name}`);
      try {
        const handler = handlers[question.name] as ((argument: unknown) => unknown) | undefined;
        if (handler === undefined) throw new Error(`no handler ${question.name}`);
        const value = await handler(question.argument);
        await profiler?.cut(question.name);
        say({ id: question.id, value });
      } catch (error) {
        say({ id: question.id, error: error instanceof Error ? error.stack ?? error.message : String(error) });
      }
    })();
  });
  process.on('disconnect', () => process.exit());
  process.on('SIGTERM', () => void profiling.then((profiler) => profiler?.cut('end')).finally(() => process.exit()));
}

/** The child's side: something that nobody asked for. */
export function tell(told: unknown): void {
  say({ told });
}

function say(message: Answer | Telling): void {
  process.send?.(message);
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(String(code ?? signal)));
  });
}
