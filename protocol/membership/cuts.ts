/** Chains by name, and the cuts of removals (LOG-5). */
import { hexOf } from '../codec/ids.ts';
import type { CutEntry, Removal } from './ward-state.ts';

/** A chain's name: hex of the document and of the author. */
export function chainOf({ document, author }: Pick<CutEntry, 'document' | 'author'>): string {
  return hexOf(document) + hexOf(author);
}

/** Two removals at the same time: what one of them lets in is in. */
export function joined(before: Removal | undefined, removal: Removal): Removal {
  if (before === undefined) return removal;
  const byChain = new Map<string, CutEntry>();
  for (const entry of [...before.cut, ...removal.cut]) {
    const chain = chainOf(entry);
    const known = byChain.get(chain);
    if (known === undefined || known.seq < entry.seq) byChain.set(chain, entry);
  }
  return { operation: before.operation, cut: [...byChain.values()] };
}
