/**
 * The engine: the one place where Automerge runs.
 *
 * It is asked over messages, so that it can live in a worker and die there without taking anything else along (DOC-3).
 * What goes in has been opened and checked; what comes out is a plain JSON value of the whole document.
 */

/** A JSON value. Documents hold objects at the top. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One step of an edit, in the form of RFC 6902 without `test`, `move` and `copy`. */
export interface Patch {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
}

export interface Opened {
  readonly value: JsonObject;
}

export interface Edited extends Opened {
  /** The Automerge change, or null when the edit changed nothing. */
  readonly change: Uint8Array | null;
}

/** An object with a member `author`, and whose sessions wrote it (DOC-9); sessions in hex. */
export interface EntryWriters {
  readonly path: readonly string[];
  readonly madeBy: string;
  /** Others that have written something in it. */
  readonly changedBy: readonly string[];
  /** It holds more prose than is looked through, so there may be others. */
  readonly isTooLong?: true;
}

export interface DocumentEngine {
  /** Forgets what it had of `document` and loads it from `changes`, in any order. Refuses unless all of them fit together. */
  open(document: string, changes: readonly Uint8Array[]): Promise<Opened>;
  /** Applies changes, none of which it has, to a document that is open. Refuses unless all that they rest on is there. */
  apply(document: string, changes: readonly Uint8Array[]): Promise<Opened>;
  /** Makes one change of one's own. `time` is milliseconds since 1970. */
  edit(document: string, patches: readonly Patch[], time: number): Promise<Edited>;
  /** Whose sessions wrote the entries of a document that is open. */
  writers(document: string): Promise<readonly EntryWriters[]>;
  close(document: string): Promise<void>;
  /** Ends the engine and everything it holds. */
  end(): void;
}

/** The engine died, or gave no answer, while it worked on `document`; it holds no document any more. */
export class EngineDied extends Error {
  override readonly name = 'EngineDied';
  readonly document: string;
  constructor(document: string, message: string) {
    super(message);
    this.document = document;
  }
}

/** Automerge refused the changes or the edit; the document is as it was before. */
export class EngineRefused extends Error {
  override readonly name = 'EngineRefused';
}
