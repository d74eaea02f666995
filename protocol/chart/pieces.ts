/** Cuts a large first value of a document into pieces that each fit a changeset. */
import type { Json, JsonObject } from '../documents/engine.ts';

/** Characters of JSON; an Automerge change of as much takes fewer bytes than an item may have. */
const PIECE = 200_000;

/**
 * The first piece is the document with what fits; each later one has entries of its collections. A value that is small
 * enough is one piece.
 */
export function inPieces(value: JsonObject): readonly [JsonObject, ...JsonObject[]] {
  if (JSON.stringify(value).length <= PIECE) return [value];
  const first: Record<string, Json> = {};
  const entries: [collection: string, key: string, entry: Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (isCollection(member)) {
      first[name] = {};
      for (const [key, entry] of Object.entries(member)) entries.push([name, key, entry]);
    } else {
      first[name] = member;
    }
  }

  const pieces: Record<string, Record<string, Json>>[] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const [collection, key, entry] of entries) {
    const size = JSON.stringify(entry).length + key.length;
    if (length + size > PIECE) {
      pieces.push({});
      length = 0;
    }
    length += size;
    const piece = pieces.at(-1) ?? {};
    (piece[collection] ??= {})[key] = entry;
  }
  return [first, ...pieces];
}

function isCollection(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    && Object.values(value).every((entry) => typeof entry === 'object' && entry !== null);
}
