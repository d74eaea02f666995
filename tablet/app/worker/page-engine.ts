/** Automerge in a worker of its own, below the worker that holds the keys. */
import type { Timers } from '../../../protocol/codec/environment.ts';
import type { DocumentEngine } from '../../../protocol/documents/engine.ts';
import type { EngineAnswer } from '../../../protocol/documents/engine-worker.ts';
import { workerEngine, type EngineProcess } from '../../../protocol/documents/worker-engine.ts';

export function pageEngine(actor: string, timers: Timers): DocumentEngine {
  return workerEngine(() => startEngine(actor), timers);
}

function startEngine(actor: string): EngineProcess {
  const worker = new Worker(new URL('engine.js', self.location.href), { type: 'module', name: 'wardsync-engine' });
  worker.postMessage({ actor });
  return {
    post: (request) => worker.postMessage(request),
    onAnswer: (listener) => worker.addEventListener('message', ({ data }: MessageEvent<EngineAnswer>) => listener(data)),
    onEnd: (listener) => worker.addEventListener('error', () => listener('the engine ended')),
    terminate: () => worker.terminate(),
  };
}
