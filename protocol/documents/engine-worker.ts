/** The worker's side of an engine: requests in, answers out. A WebAssembly trap ends the worker. */
import { automergeEngine } from './automerge-engine.ts';
import { EngineRefused, type DocumentEngine, type Patch } from './engine.ts';

export type EngineRequest = { readonly id: number } & (
  | { readonly method: 'open' | 'apply'; readonly document: string; readonly changes: readonly Uint8Array[] }
  | { readonly method: 'edit'; readonly document: string; readonly patches: readonly Patch[]; readonly time: number }
  | { readonly method: 'close'; readonly document: string }
);

export type EngineAnswer =
  | { readonly id: number; readonly outcome: 'done'; readonly result: unknown }
  | { readonly id: number; readonly outcome: 'refused' | 'died'; readonly message: string };

/** Answers requests one at a time. Returns the function that takes them. */
export function serveEngine(actor: string, answer: (answer: EngineAnswer) => void): (request: EngineRequest) => void {
  const engine = automergeEngine(actor);
  let last: Promise<void> = Promise.resolve();
  return (request) => {
    last = last.then(async () => {
      try {
        answer({ id: request.id, outcome: 'done', result: await perform(engine, request) });
      } catch (error) {
        const message = error instanceof Error ? error.message : 'failed';
        answer({ id: request.id, outcome: error instanceof EngineRefused ? 'refused' : 'died', message });
      }
    });
  };
}

async function perform(engine: DocumentEngine, request: EngineRequest): Promise<unknown> {
  switch (request.method) {
    case 'open': return engine.open(request.document, request.changes);
    case 'apply': return engine.apply(request.document, request.changes);
    case 'edit': return engine.edit(request.document, request.patches, request.time);
    case 'close': return engine.close(request.document);
  }
}
