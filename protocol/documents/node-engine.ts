/** An engine in a worker thread of Node. Browsers have their own in `tablet/app/worker/`. */
import { Worker } from 'node:worker_threads';
import type { Timers } from '../codec/environment.ts';
import type { DocumentEngine } from './engine.ts';
import { workerEngine, type EngineProcess } from './worker-engine.ts';

/** Enough for a ward; a document that needs more is stopped at the limit instead of stopping the process. */
const MAX_OLD_GENERATION_MB = 2048;

/** `actor` is the session id in hex. */
export function nodeEngine(actor: string, timers: Timers): DocumentEngine {
  return workerEngine(() => startThread(actor), timers);
}

function startThread(actor: string): EngineProcess {
  const worker = new Worker(THREAD_CODE, {
    eval: true,
    workerData: { actor },
    resourceLimits: { maxOldGenerationSizeMb: MAX_OLD_GENERATION_MB },
  });
  worker.unref();
  return {
    post: (request) => worker.postMessage(request),
    onAnswer: (listener) => worker.on('message', listener),
    onEnd: (listener) => {
      worker.on('error', (error) => listener(error.message));
      worker.on('exit', () => listener('the engine ended'));
    },
    terminate: () => void worker.terminate(),
  };
}

/**
 * A thread does not inherit the loader that runs TypeScript in development, so it registers its own. In a release both
 * files stand side by side as JavaScript.
 */
const THREAD_CODE = import.meta.url.endsWith('.ts')
  ? `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => { register(); return import(${threadUrl('./node-engine-thread.ts')}); });`
  : `import(${threadUrl('./node-engine-thread.js')});`;

function threadUrl(file: string): string {
  return JSON.stringify(new URL(file, import.meta.url).href);
}
