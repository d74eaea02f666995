/**
 * Whose sessions wrote an entry (DOC-9). An entry is an object that says who wrote it, in a member `author`; who really
 * did stands in Automerge's own ids of its operations, which are bound to the session that signed them (DOC-1).
 */
import * as Automerge from '@automerge/automerge/slim';
import type { EntryWriters } from './engine.ts';

/** What Automerge left as it is keeps its identity, so that each entry is looked at once. */
const known = new WeakMap<object, EntryWriters>();

/** Letters that are looked at in one entry, and in one go; each takes some microseconds, and the engine does nothing else meanwhile. */
export const MAX_LETTERS = 20_000;
const MAX_LETTERS_IN_ALL = 200_000;

/** Who wrote in an entry, as far as it has been looked through. */
interface Looked {
  readonly writers: Set<string>;
  letters: number;
  isTooLong: boolean;
}

/** Of every entry in the document, at whatever depth. */
export function writersIn(document: Automerge.Doc<Record<string, unknown>>): readonly EntryWriters[] {
  const handle = Automerge.getBackend(document);
  const found: EntryWriters[] = [];
  let lettersLeft = MAX_LETTERS_IN_ALL;

  /** Goes through a container; `looked` is of the entry that it is part of. */
  function visit(container: object, path: readonly string[], looked: Looked): void {
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
      for (const operation of operations) looked.writers.add(writerOf(operation));
      for (const [datatype, text] of values) if (datatype === 'text') visitText(text, looked);
      if (isContainer(value)) visit(value, [...path, key], looked);
    }
  }

  function visitEntry(entry: object, path: readonly string[], operations: readonly string[]): void {
    const before = known.get(entry);
    if (before === undefined) {
      const own = idOf(entry) ?? operations[0] ?? '';
      const looked = nothingSeen();
      const inside = found.length;
      visit(entry, path, looked);
      const madeBy = writerOf(own);
      looked.writers.delete(madeBy);
      const entered: EntryWriters = { path, madeBy, changedBy: [...looked.writers].sort(), ...(looked.isTooLong && { isTooLong: true }) };
      // One with others inside is looked at again for their sake, and one that was too much for this time for its own.
      if (found.length === inside && !looked.isTooLong) known.set(entry, entered);
      found.push(entered);
    } else {
      found.push({ ...before, path });
    }
  }

  /** Prose: each letter has a writer of its own. Outside of entries nobody asks. */
  function visitText(text: string, looked: Looked): void {
    const length = handle.length(text);
    looked.letters += length;
    looked.isTooLong ||= looked.letters > MAX_LETTERS || length > lettersLeft;
    if (looked === outside || looked.isTooLong) return;
    lettersLeft -= length;
    for (let at = 0; at < length; at++) for (const letter of handle.getAll(text, at)) looked.writers.add(writerOf(String(letter.at(-1))));
  }

  const outside = nothingSeen();
  if (isContainer(document)) visit(document, [], outside);
  return found;
}

function nothingSeen(): Looked {
  return { writers: new Set(), letters: 0, isTooLong: false };
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
