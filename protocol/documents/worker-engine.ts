/**
 * The client's side of an engine in a worker: starts it when needed, gives up on it when it dies or hangs, and starts a
 * fresh one for the next call. The caller then opens its documents anew, without the culprit (DOC-3).
 */
import type { CancelTimer, Timers } from '../codec/environment.ts';
import { EngineDied, EngineRefused, type DocumentEngine, type Edited, type Opened } from './engine.ts';
import type { EngineAnswer, EngineRequest } from './engine-worker.ts';

/** A worker of either platform, reduced to what is used here. */
export interface EngineProcess {
  post(request: EngineRequest): void;
  onAnswer(listener: (answer: EngineAnswer) => void): void;
  /** Called once when the worker ends by itself. */
  onEnd(listener: (reason: string) => void): void;
  terminate(): void;
}

/** A change that keeps an engine busy for longer has hung it. Opening a 10,000-change document takes well under a second. */
const HANG_MILLISECONDS = 60_000;

interface Pending {
  readonly document: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Call = EngineRequest extends infer R ? (R extends EngineRequest ? Omit<R, 'id'> : never) : never;

export function workerEngine(start: () => EngineProcess, timers: Timers): DocumentEngine {
  let running: EngineProcess | undefined;
  let pending = new Map<number, Pending>();
  let nextId = 1;
  let cancelWatch: CancelTimer = () => {};

  function call(request: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = nextId++;
      pending.set(id, { document: request.document, resolve, reject });
      if (pending.size === 1) watch();
      process().post({ ...request, id });
    });
  }

  function process(): EngineProcess {
    if (running !== undefined) return running;
    const started = start();
    started.onAnswer((answer) => { if (running === started) settle(answer); });
    started.onEnd((reason) => { if (running === started) giveUp(reason); });
    running = started;
    return started;
  }

  function settle(answer: EngineAnswer): void {
    const answered = pending.get(answer.id);
    if (answered === undefined) return;
    if (answer.outcome === 'died') return giveUp(answer.message);
    pending.delete(answer.id);
    watch();
    if (answer.outcome === 'done') answered.resolve(answer.result);
    else answered.reject(new EngineRefused(answer.message));
  }

  /** The oldest call is the one that was being worked on; the others only lost their engine. */
  function giveUp(reason: string): void {
    cancelWatch();
    running?.terminate();
    running = undefined;
    const lost = [...pending.values()];
    pending = new Map();
    const culprit = lost[0]?.document ?? '';
    for (const { reject } of lost) reject(new EngineDied(culprit, reason));
  }

  function watch(): void {
    cancelWatch();
    if (pending.size > 0) cancelWatch = timers.after(HANG_MILLISECONDS, () => giveUp('no answer'));
  }

  return {
    open: async (document, changes) => await call({ method: 'open', document, changes }) as Opened,
    apply: async (document, changes) => await call({ method: 'apply', document, changes }) as Opened,
    edit: async (document, patches, time) => await call({ method: 'edit', document, patches, time }) as Edited,
    close: async (document) => void await call({ method: 'close', document }),
    end: () => giveUp('ended'),
  };
}
