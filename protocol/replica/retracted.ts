/**
 * Chains of which a damaged part was given up (STORE-8): noted, so that what lies beyond it is let in again as soon as the
 * lost items have been fetched, by whatever way they came.
 */
import { authorId, documentId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fromBytes, list, record, toBytes, uint } from '../codec/shape.ts';
import type { Chain } from '../items/item.ts';
import { StoreError, type ItemStore } from '../store/item-store.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Run, type Verdict } from './replica.ts';

/** A chain that was longer once. */
export interface Retracted extends Chain {
  /** The number of its last item then. */
  readonly upTo: number;
}

export const MAX_RETRACTED = 10_000;
const MAX_NOTE_LENGTH = 1024 * 1024;
const NOTE = 'retracted';
const noteShape = list(record({ document: documentId.shape, author: authorId.shape, upTo: uint(0xffffffff) }), MAX_RETRACTED);

export async function readRetracted(store: ItemStore): Promise<readonly Retracted[]> {
  const note = await store.getLocal(NOTE);
  if (note === null) return [];
  try {
    return fromBytes(noteShape, note, MAX_NOTE_LENGTH, 'note of damaged chains');
  } catch (error) {
    if (error instanceof MalformedError) throw new StoreError('corrupt', `The note of damaged chains in the store is damaged: ${error.message}.`);
    throw error;
  }
}

export function noteRetracted(store: ItemStore, retracted: readonly Retracted[]): Promise<void> {
  return store.setLocal(NOTE, retracted.length === 0 ? null : toBytes(noteShape, [...retracted]));
}

/**
 * Offers what lies in the store beyond the chain's head, as if a peer had brought it: up to a gap, or to what is refused.
 * Resolves with whether the chain is as long as it was.
 */
export async function adoptTail(store: ItemStore, { document, author, upTo }: Retracted, headOf: () => number, offer: (run: Run) => Promise<Verdict>): Promise<boolean> {
  for (;;) {
    const head = headOf();
    if (head >= upTo) return true;
    const stored = await store.read({ document, author }, head + 1, { maxItems: MAX_RUN_ITEMS, maxBytes: MAX_RUN_BYTES });
    const next = stored.filter(({ seq }, at) => seq === head + 1 + at).map(({ item }) => item);
    const signed = next.findLastIndex(({ signature }) => signature.length > 0);
    if (signed < 0) return false;
    const verdict = await offer({ document, author, items: next.slice(0, signed + 1) });
    if (verdict.outcome !== 'stored' && headOf() <= head) return false;
  }
}
