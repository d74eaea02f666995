/**
 * An imported record or stay against the document that is already here.
 *
 * Nothing on the ward is overwritten or removed by an import: what is absent here is added, and where both have a value
 * and the two differ, the one here stays and the difference is listed for somebody to look at.
 */
import type { PatientRecord, Stay } from '../model.ts';
import { canonical } from './source.ts';

export interface MergeEdit {
  /** Property names from the document's root. */
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface MergeDifference {
  readonly path: readonly string[];
  readonly here: unknown;
  readonly imported: unknown;
}

export interface Merge<D> {
  readonly state: 'unchanged' | 'changed';
  /** The document after the edits; the very same object when unchanged. */
  readonly value: D;
  /** What to set, for a caller that writes changes instead of whole documents. */
  readonly edits: readonly MergeEdit[];
  readonly differing: readonly MergeDifference[];
}

/** How deep names lead to separate facts: collection → entry → field. What lies below is one value. */
const FIELD_DEPTH = 3;
const COLLECTIONS = new Set([
  'allergies', 'conditions', 'medications', 'immunizations', 'procedures', 'measurements', 'encounters', 'stays', 'observations', 'notes', 'orders', 'administrations',
]);
const MAPS = new Set(['identifiers', 'contact']);
/** Facts of which one is worth nothing without the other: a stay that is in progress here does not get an end. */
const HANGS_ON: ReadonlyMap<string, string> = new Map([['end', 'status']]);

/** Throws if the two are not of the same kind: their document ids cannot be the same. */
export function mergeImported<D extends PatientRecord | Stay>(here: D, imported: D): Merge<D> {
  if (here.kind !== imported.kind) throw new TypeError(`a ${imported.kind} cannot be imported into a ${here.kind}`);
  const edits: MergeEdit[] = [];
  const differing: MergeDifference[] = [];
  compare(here, imported, [], edits, differing);
  if (edits.length === 0) return { state: 'unchanged', value: here, edits, differing };
  return { state: 'changed', value: applied(here, edits), edits, differing };
}

function compare(here: object, imported: object, path: readonly string[], edits: MergeEdit[], differing: MergeDifference[]): void {
  for (const key of Object.keys(imported)) {
    const theirs: unknown = Reflect.get(imported, key);
    const ours: unknown = Object.hasOwn(here, key) ? Reflect.get(here, key) : undefined;
    const place = [...path, key];
    if (ours === undefined && hangsOnWhatDiffers(here, imported, place)) differing.push({ path: place, here: ours, imported: theirs });
    else if (ours === undefined) edits.push({ path: place, value: theirs });
    else if (isMap(ours) && isMap(theirs) && leadsOn(place)) compare(ours, theirs, place, edits, differing);
    else if (canonical(ours) !== canonical(theirs)) differing.push({ path: place, here: ours, imported: theirs });
  }
}

function hangsOnWhatDiffers(here: object, imported: object, path: readonly string[]): boolean {
  const other = path.length === 1 ? HANGS_ON.get(path[0] ?? '') : undefined;
  return other !== undefined && Reflect.get(here, other) !== Reflect.get(imported, other);
}

function leadsOn(path: readonly string[]): boolean {
  const [root = ''] = path;
  return MAPS.has(root) ? path.length === 1 : COLLECTIONS.has(root) && path.length < FIELD_DEPTH;
}

/** Does one edit to a document or to a draft of it. */
export function setAt(document: object, { path, value }: MergeEdit): void {
  let place = document;
  for (const key of path.slice(0, -1)) {
    const next: unknown = Reflect.get(place, key);
    if (!isMap(next)) throw new TypeError(`no such place: ${path.join('.')}`);
    place = next;
  }
  const last = path.at(-1);
  if (last !== undefined) Reflect.set(place, last, value);
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function applied<D extends object>(document: D, edits: readonly MergeEdit[]): D {
  const copy = structuredClone(document);
  for (const { path, value } of edits) setAt(copy, { path, value: structuredClone(value) });
  return copy;
}
