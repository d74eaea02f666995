/** Automerge in a worker of its own, below the worker that holds the keys. */
import type { Timers } from '../../../protocol/codec/environment.ts';
import type { DocumentEngine } from '../../../protocol/documents/engine.ts';
import type { EngineAnswer, EngineRequest } from '../../../protocol/documents/engine-worker.ts';
import { workerEngine, type EngineProcess } from '../../../protocol/documents/worker-engine.ts';
import { ENGINE_UP } from './engine-up.ts';

export function pageEngine(actor: string, timers: Timers): DocumentEngine {
  return workerEngine(() => startEngine(actor), timers);
}

/** The actor, which is public, is the worker's name, so that it is there before any message; requests wait until the engine is up. */
function startEngine(actor: string): EngineProcess {
  const worker = new Worker(new URL('engine.js', self.location.href), { type: 'module', name: actor });
  let waiting: EngineRequest[] | undefined = [];
  let answerTo: (answer: EngineAnswer) => void = () => {};
  worker.addEventListener('message', ({ data }: MessageEvent<EngineAnswer | typeof ENGINE_UP>) => {
    if (data !== ENGINE_UP) return answerTo(data);
    for (const request of waiting ?? []) worker.postMessage(request);
    waiting = undefined;
  });
  return {
    post: (request) => {
      if (waiting === undefined) worker.postMessage(request);
      else waiting.push(request);
    },
    onAnswer: (listener) => { answerTo = listener; },
    onEnd: (listener) => worker.addEventListener('error', () => listener('the engine ended')),
    terminate: () => worker.terminate(),
  };
}
