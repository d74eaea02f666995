/** The thread of `node-engine.ts`: loads Automerge's WASM from its package and serves the engine. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { initializeWasm } from '@automerge/automerge/slim';
import { serveEngine, type EngineRequest } from './engine-worker.ts';

const wasm = readFileSync(createRequire(import.meta.url).resolve('@automerge/automerge/automerge.wasm'));
await initializeWasm(new Uint8Array(wasm));

const port = parentPort;
if (port === null) throw new Error('runs in a worker thread only');
const { actor } = workerData as { readonly actor: string };
const serve = serveEngine(actor, (answer) => port.postMessage(answer));
port.on('message', (request: EngineRequest) => serve(request));
