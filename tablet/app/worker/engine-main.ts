/** Entry of the engine's worker, whose name is the actor. */
import { initializeWasm } from '@automerge/automerge/slim';
import { serveEngine, type EngineRequest } from '../../../protocol/documents/engine-worker.ts';
import { ENGINE_UP } from './engine-up.ts';

const scope = self as unknown as {
  readonly name: string;
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<EngineRequest>) => void): void;
};

const serve = serveEngine(scope.name, (answer) => scope.postMessage(answer));
scope.addEventListener('message', ({ data }) => serve(data));
void initializeWasm(new URL('automerge.wasm', self.location.href).href).then(() => scope.postMessage(ENGINE_UP));
