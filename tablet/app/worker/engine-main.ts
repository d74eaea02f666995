/** Entry of the engine's worker: the first message names the actor, every later one is a request. */
import { initializeWasm } from '@automerge/automerge/slim';
import { serveEngine, type EngineRequest } from '../../../protocol/documents/engine-worker.ts';

const scope = self as unknown as { postMessage(message: unknown): void; addEventListener(type: 'message', listener: (event: MessageEvent) => void): void };
const ready = initializeWasm(new URL('automerge.wasm', self.location.href).href);
let serve: ((request: EngineRequest) => void) | undefined;
let waiting: EngineRequest[] = [];
let actor: string | undefined;

scope.addEventListener('message', ({ data }: MessageEvent<EngineRequest | { readonly actor: string }>) => {
  if ('actor' in data) actor = data.actor;
  else if (serve === undefined) waiting.push(data);
  else serve(data);
});

void ready.then(() => {
  if (actor === undefined) throw new Error('the engine was given no actor');
  serve = serveEngine(actor, (answer) => scope.postMessage(answer));
  for (const request of waiting) serve(request);
  waiting = [];
});
