/** Whether two peers show the same: a hash that does not depend on the order in which members of an object stand. */
import { createHash } from 'node:crypto';
import type { Json } from '../../protocol/documents/engine.ts';

export function fingerprint(value: Json): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join()}}`;
}

/** `Array.isArray` does not know read-only arrays. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
