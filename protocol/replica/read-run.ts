/** The first steps of admission: bounds, parse, and the links inside a run (ADMIT-1, SYNC-5). */
import { equalBytes } from '../codec/bytes.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { decodeItem, itemLength, MAX_BODY_LENGTH, MAX_FIELDS_LENGTH, SIGNATURE_LENGTH, type Item } from '../items/item.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Refusal, type Run } from './replica.ts';

/** At least one item. */
export type Items = readonly [Item, ...Item[]];

export function readRun(run: Run): Result<Items, Refusal> {
  if (!isWithinBounds(run)) return fail('too-large');
  try {
    const [first, ...others] = run.items.map(decodeItem);
    if (first === undefined) return fail('malformed');
    const items: Items = [first, ...others];
    return isLinked(run, items) ? succeed(items) : fail('broken-chain');
  } catch (error) {
    if (error instanceof MalformedError) return fail('malformed');
    throw error;
  }
}

export function lastOf(items: Items): Item {
  return items[items.length - 1] ?? items[0];
}

/** At most 256 items and 1 MiB together; a single larger item travels alone. */
function isWithinBounds({ items }: Run): boolean {
  if (items.length > MAX_RUN_ITEMS) return false;
  const bytes = items.reduce((sum, item) => sum + itemLength(item), 0);
  return bytes <= (items.length === 1 ? MAX_FIELDS_LENGTH + MAX_BODY_LENGTH + SIGNATURE_LENGTH : MAX_RUN_BYTES);
}

function isLinked({ document, author }: Run, items: Items): boolean {
  return items.every(({ fields }, index) => {
    const before = items[index - 1];
    const follows = before === undefined || (fields.seq === before.fields.seq + 1 && equalBytes(fields.prev, before.id));
    return follows && equalBytes(fields.document, document) && equalBytes(fields.author, author);
  });
}
