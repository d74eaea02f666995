/**
 * Whose sessions wrote an entry (DOC-9). An entry is an object that says who wrote it, in a member `author`; who really
 * did stands in Automerge's own ids of its operations, which are bound to the session that signed them (DOC-1).
 */
import * as Automerge from '@automerge/automerge/slim';
import type { EntryWriters } from './engine.ts';

type Handle = ReturnType<typeof Automerge.getBackend>;

/** What Automerge left as it is keeps its identity, so that each entry is looked at once. */
const known = new WeakMap<object, EntryWriters>();

/** Of every entry in the document, at whatever depth. */
export function writersIn(document: Automerge.Doc<Record<string, unknown>>): readonly EntryWriters[] {
  const handle = Automerge.getBackend(document);
  const found: EntryWriters[] = [];

  /** Goes through a container; `writers` are those of the entry that it is part of. */
  function visit(container: object, path: readonly string[], writers: Set<string>): void {
    const id = idOf(container);
    if (id === undefined) return;
    for (const [key, value] of Object.entries(container)) {
      const place = Array.isArray(container) ? Number(key) : key;
      const values = handle.getAll(id, place);
      const operations = values.map((each) => String(each.at(-1)));
      if (isEntry(value)) {
        visitEntry(value, [...path, key], operations);
        continue;
      }
      for (const operation of operations) writers.add(writerOf(operation));
      for (const [datatype, text] of values) if (datatype === 'text') visitText(handle, text, writers);
      if (isContainer(value)) visit(value, [...path, key], writers);
    }
  }

  function visitEntry(entry: object, path: readonly string[], operations: readonly string[]): void {
    const before = known.get(entry);
    if (before === undefined) {
      const own = idOf(entry) ?? operations[0] ?? '';
      const writers = new Set<string>();
      const inside = found.length;
      visit(entry, path, writers);
      const madeBy = writerOf(own);
      writers.delete(madeBy);
      const entered: EntryWriters = { path, madeBy, changedBy: [...writers].sort() };
      // An entry with others inside is looked at again for their sake.
      if (found.length === inside) known.set(entry, entered);
      found.push(entered);
    } else {
      found.push({ ...before, path });
    }
  }

  if (isContainer(document)) visit(document, [], new Set());
  return found;
}

/** Prose: each letter has a writer of its own. */
function visitText(handle: Handle, text: string, writers: Set<string>): void {
  const length = handle.length(text);
  for (let at = 0; at < length; at++) for (const letter of handle.getAll(text, at)) writers.add(writerOf(String(letter.at(-1))));
}

function isEntry(value: unknown): value is object {
  return isContainer(value) && 'author' in value && isContainer(value.author);
}

/** A map or a list; not a string, a date, bytes or a counter. */
function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && idOf(value) !== undefined;
}

function idOf(container: object): string | undefined {
  const id: unknown = Automerge.getObjectId(container);
  return typeof id === 'string' ? id : undefined;
}

/** An operation's id is its number and its actor. */
function writerOf(operation: string): string {
  return operation.slice(operation.indexOf('@') + 1);
}
