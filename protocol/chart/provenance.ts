/**
 * Who really wrote an entry (DOC-9). What a document says of its authors anybody of the team can write; whose session
 * signed it cannot be made up. Told is only where the two differ, or where somebody else has changed an entry since.
 */
import { documentId } from '../codec/ids.ts';
import type { Json } from '../documents/engine.ts';
import type { Session } from '../ward/session.ts';

export interface Provenance {
  /** Who signed it, where the entry names somebody else, or nobody of this ward (what was imported); empty for who is not known here. */
  readonly madeBy?: string;
  /** The entry names nobody of this ward. */
  readonly isImported?: boolean;
  /** Who else has changed it. */
  readonly changedBy?: readonly string[];
  /** Its prose is too long to say so of each part. */
  readonly isTooLong?: true;
}

/** By the entry's place: `notes/<id>`, `notes/<id>/enteredInError`. */
export type Provenances = ReadonlyMap<string, Provenance>;

/** Undefined while the document is not open. `version` is the document's that was looked at. */
export async function provenancesOf(session: Session, document: string): Promise<{ readonly version: number; readonly entries: Provenances } | undefined> {
  const id = documentId.fromHex(document);
  const written = await session.writers(id);
  const value = session.document(id)?.value;
  if (written === undefined || value === undefined) return undefined;
  const found = new Map<string, Provenance>();
  for (const { path, madeBy, changedBy, isTooLong } of written.entries) {
    const named = authorNamed(value, path);
    if (named === undefined) continue;
    const maker = session.writerOf(madeBy);
    const isNamed = maker !== undefined && maker.user === named.user && maker.name === named.name;
    const others = changedBy.map((each) => session.writerOf(each)).filter((each) => each?.user !== maker?.user && each?.user !== named.user);
    if (isNamed && others.length === 0 && isTooLong !== true) continue;
    found.set(path.join('/'), {
      ...(!isNamed && { madeBy: maker?.name ?? '', isImported: named.user === undefined }),
      ...(isTooLong === true && { isTooLong }),
      ...(others.length > 0 && { changedBy: [...new Set(others.map((each) => each?.name ?? ''))] }),
    });
  }
  return { version: written.version, entries: found };
}

/** Whom the entry at `path` says to have written it: a user of this ward, by id in hex, or a name alone. */
function authorNamed(value: Json, path: readonly string[]): { readonly user: Json | undefined; readonly name: Json | undefined } | undefined {
  let entry: Json | undefined = value;
  for (const key of [...path, 'author']) entry = isObject(entry) && Object.hasOwn(entry, key) ? entry[key] : undefined;
  return isObject(entry) ? { user: entry['user'], name: entry['name'] } : undefined;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
