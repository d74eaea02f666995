/**
 * The client's side of an engine in a worker: starts it when needed, gives up on it when it dies or hangs, and starts a
 * fresh one for the next call. The caller then opens its documents anew, without the culprit (DOC-3).
 */
import type { CancelTimer, Timers } from '../codec/environment.ts';
import { EngineDied, EngineRefused, type DocumentEngine, type Edited, type EntryWriters, type Json, type JsonObject } from './engine.ts';
import type { EngineAnswer, EngineRequest } from './engine-worker.ts';
import { withDifference } from './value-difference.ts';

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

interface Answered extends Edited {
  readonly writers: readonly EntryWriters[];
}

interface Pending {
  readonly request: Call;
  readonly resolve: (result: Answered) => void;
  readonly reject: (error: Error) => void;
}

type Call = EngineRequest extends infer R ? (R extends EngineRequest ? Omit<R, 'id'> : never) : never;

export function workerEngine(start: () => EngineProcess, timers: Timers): DocumentEngine {
  let running: EngineProcess | undefined;
  let pending = new Map<number, Pending>();
  /** Values as the running engine answered them last. */
  let values = new Map<string, JsonObject>();
  let nextId = 1;
  let cancelWatch: CancelTimer = () => {};

  function call(request: Call): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const id = nextId++;
      pending.set(id, { request, resolve, reject });
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
    if (answer.outcome === 'done') answered.resolve({ value: valueAfter(answered.request, answer), change: answer.change ?? null, writers: [] });
    else if (answer.outcome === 'writers') answered.resolve({ value: NOTHING, change: null, writers: answer.writers });
    else answered.reject(new EngineRefused(answer.message));
  }

  function valueAfter({ method, document }: Call, { difference }: Extract<EngineAnswer, { outcome: 'done' }>): JsonObject {
    if (method === 'close') values.delete(document);
    const value = withDifference(method === 'open' ? undefined : values.get(document), difference);
    if (!isObject(value)) return NOTHING;
    if (method !== 'close') values.set(document, value);
    return value;
  }

  /** The oldest call is the one that was being worked on; the others only lost their engine. */
  function giveUp(reason: string): void {
    cancelWatch();
    running?.terminate();
    running = undefined;
    const lost = [...pending.values()];
    pending = new Map();
    values = new Map();
    const culprit = lost[0]?.request.document ?? '';
    for (const { reject } of lost) reject(new EngineDied(culprit, reason));
  }

  function watch(): void {
    cancelWatch();
    if (pending.size > 0) cancelWatch = timers.after(HANG_MILLISECONDS, () => giveUp('no answer'));
  }

  return {
    open: async (document, changes) => ({ value: (await call({ method: 'open', document, changes })).value }),
    apply: async (document, changes) => ({ value: (await call({ method: 'apply', document, changes })).value }),
    edit: async (document, patches, time) => {
      const { value, change } = await call({ method: 'edit', document, patches, time });
      return { value, change };
    },
    writers: async (document) => (await call({ method: 'writers', document })).writers,
    close: async (document) => void await call({ method: 'close', document }),
    end: () => giveUp('ended'),
  };
}

/** What a closed document shows. */
const NOTHING: JsonObject = {};

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
