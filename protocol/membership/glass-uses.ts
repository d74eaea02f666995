/** The uses of break-glass in a log (GLASS-3): all of them, with what ended and what reviewed each. */
import { deviceId, hexOf, sessionId, userId, type Hex, type ItemId } from '../codec/ids.ts';
import type { GlassUse } from './glass.ts';
import type { LogEntries } from './log-entries.ts';

/** In the order of replay; of the log's first `size` entries. What ends or reviews a use has to count for that. */
export function glassUsesIn(entries: LogEntries, size: number, counts: (index: number) => boolean): ReadonlyMap<Hex<ItemId>, GlassUse> {
  const uses = new Map<Hex<ItemId>, GlassUse>();
  const there = entries.glass.filter(({ index }) => index < size).sort((a, b) => entries.graph.compare(a.index, b.index));
  for (const { id, index, author, operation, signer, time } of there) {
    if (signer === undefined) continue;
    const by = userId.fromHex(signer.user);
    if (operation.type === 'break-glass') {
      uses.set(hexOf(id), {
        id, user: by, device: deviceId.fromHex(signer.device), session: sessionId.from(author), renewal: signer.renewal, documents: operation.documents,
        sealedReason: operation.sealedReason, time, until: operation.until, counts: counts(index), ended: undefined, reviews: [],
      });
    } else if ((operation.type === 'end-glass' || operation.type === 'review-glass') && counts(index)) {
      const use = uses.get(hexOf(operation.use));
      if (use === undefined) continue;
      if (operation.type === 'end-glass') uses.set(hexOf(use.id), { ...use, ended: use.ended ?? { operation: id, by, time } });
      else uses.set(hexOf(use.id), { ...use, reviews: [...use.reviews, { by, time, finding: operation.finding }] });
    }
  }
  return uses;
}
