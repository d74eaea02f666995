/** The engine itself, on Automerge. Runs as it is in tests, and inside a worker in every client. */
import * as Automerge from '@automerge/automerge/slim';
import { concatBytes } from '../codec/bytes.ts';
import { EngineRefused, type DocumentEngine, type Edited, type EntryWriters, type Opened, type Patch } from './engine.ts';
import { writersIn } from './entry-writers.ts';
import { fromPlain, PROSE_KEY, toPlainObject } from './plain.ts';

type Root = Record<string, unknown>;

/** `actor` is the session id in hex; `initializeWasm` of Automerge must have been done. */
export function automergeEngine(actor: string): DocumentEngine {
  const documents = new Map<string, Automerge.Doc<Root>>();

  function need(document: string): Automerge.Doc<Root> {
    const found = documents.get(document);
    if (found === undefined) throw new EngineRefused('document is not open');
    return found;
  }

  async function open(document: string, changes: readonly Uint8Array[]): Promise<Opened> {
    const loaded = changes.length === 0
      ? Automerge.init<Root>({ actor })
      : refusing(() => Automerge.load<Root>(concatBytes(...changes), { actor, allowMissingChanges: true }));
    complete(loaded, changes.length);
    return keep(document, loaded);
  }

  async function apply(document: string, changes: readonly Uint8Array[]): Promise<Opened> {
    const before = need(document);
    const expected = Automerge.stats(before).numChanges + changes.length;
    const [after] = refusing(() => Automerge.applyChanges(before, [...changes]));
    complete(after, expected);
    return keep(document, after);
  }

  async function edit(document: string, patches: readonly Patch[], time: number): Promise<Edited> {
    const before = need(document);
    const after = refusing(() => Automerge.change(before, { time: Math.floor(time / 1000) }, (draft) => {
      for (const patch of patches) applyPatch(draft, patch);
    }));
    const change = after === before ? undefined : Automerge.getLastLocalChange(after);
    return { ...keep(document, after), change: change ?? null };
  }

  async function writers(document: string): Promise<readonly EntryWriters[]> {
    const doc = need(document);
    return refusing(() => writersIn(doc));
  }

  function keep(document: string, doc: Automerge.Doc<Root>): Opened {
    documents.set(document, doc);
    return { value: toPlainObject(doc) };
  }

  async function close(document: string): Promise<void> {
    const doc = documents.get(document);
    if (doc === undefined) return;
    documents.delete(document);
    Automerge.free(doc);
  }

  return { open, apply, edit, writers, close, end: () => documents.clear() };
}

/** Automerge leaves out, without a word, what it cannot load or what rests on changes that are not there (DOC-8). */
function complete(doc: Automerge.Doc<Root>, changes: number): void {
  if (Automerge.stats(doc).numChanges !== changes) throw new EngineRefused('some changes were left out');
}

/**
 * Errors that Automerge reports are refusals. A WebAssembly trap or a panic of its Rust code is not: the instance's
 * memory cannot be trusted after one, so it passes through and ends the worker.
 */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof EngineRefused || isPanic(error)) throw error;
    throw new EngineRefused(error instanceof Error ? error.message : 'Automerge refused');
  }
}

function isPanic(error: unknown): boolean {
  return error instanceof Error && error.name === 'PanicError';
}

function applyPatch(draft: Root, patch: Patch): void {
  const key = patch.path.at(-1);
  if (key === undefined) throw new EngineRefused('a document is changed, not replaced');
  let parent: unknown = draft;
  for (const step of patch.path.slice(0, -1)) parent = childOf(parent, step);

  if (Array.isArray(parent) && typeof key === 'number') {
    if (patch.op === 'remove') parent.splice(key, 1);
    else if (patch.op === 'add') parent.splice(key, 0, fromPlain(patch.value, undefined));
    else parent[key] = fromPlain(patch.value, undefined);
  } else if (isObject(parent)) {
    if (patch.op === 'remove' || patch.value === undefined) delete parent[key];
    else if (key === PROSE_KEY && typeof patch.value === 'string' && typeof parent[key] === 'string') {
      Automerge.updateText(draft, [...patch.path], patch.value);
    } else parent[key] = fromPlain(patch.value, key);
  } else {
    throw new EngineRefused('an edit points at nothing');
  }
}

function childOf(parent: unknown, step: string | number): unknown {
  return isObject(parent) ? parent[step] : undefined;
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
