/**
 * The worker's side of an engine: requests in, answers out. A WebAssembly trap ends the worker.
 *
 * Of a document's value only what has changed since the last answer goes out; `worker-engine.ts` puts it together.
 */
import { automergeEngine } from './automerge-engine.ts';
import { EngineRefused, type DocumentEngine, type Edited, type EntryWriters, type Json, type Opened, type Patch } from './engine.ts';
import { differenceOf, type Difference } from './value-difference.ts';

export type EngineRequest = { readonly id: number } & (
  | { readonly method: 'open' | 'apply'; readonly document: string; readonly changes: readonly Uint8Array[] }
  | { readonly method: 'edit'; readonly document: string; readonly patches: readonly Patch[]; readonly time: number }
  | { readonly method: 'writers'; readonly document: string }
  | { readonly method: 'close'; readonly document: string }
);

export type EngineAnswer =
  /** From the value that was answered last, or from nothing after `open`; absent when that has not changed. */
  | { readonly id: number; readonly outcome: 'done'; readonly difference?: Difference | undefined; readonly change?: Uint8Array | null }
  | { readonly id: number; readonly outcome: 'writers'; readonly writers: readonly EntryWriters[] }
  | { readonly id: number; readonly outcome: 'refused' | 'died'; readonly message: string };

/** Answers requests one at a time. Returns the function that takes them. */
export function serveEngine(actor: string, answer: (answer: EngineAnswer) => void): (request: EngineRequest) => void {
  const engine = automergeEngine(actor);
  const answered = new Map<string, Json>();
  let last: Promise<void> = Promise.resolve();
  return (request) => {
    last = last.then(async () => {
      try {
        if (request.method === 'writers') return answer({ id: request.id, outcome: 'writers', writers: await engine.writers(request.document) });
        const result = await perform(engine, request);
        const before = request.method === 'open' ? undefined : answered.get(request.document);
        if (result === undefined) answered.delete(request.document);
        else answered.set(request.document, result.value);
        answer({
          id: request.id, outcome: 'done',
          ...(result !== undefined && { difference: differenceOf(before, result.value) }),
          ...(result !== undefined && 'change' in result && { change: result.change }),
        });
      } catch (error) {
        const message = error instanceof Error ? error.message : 'failed';
        answer({ id: request.id, outcome: error instanceof EngineRefused ? 'refused' : 'died', message });
      }
    });
  };
}

async function perform(engine: DocumentEngine, request: Exclude<EngineRequest, { method: 'writers' }>): Promise<Opened | Edited | undefined> {
  switch (request.method) {
    case 'open': return engine.open(request.document, request.changes);
    case 'apply': return engine.apply(request.document, request.changes);
    case 'edit': return engine.edit(request.document, request.patches, request.time);
    case 'close': await engine.close(request.document); return undefined;
  }
}
