/** Everything of one replica into another, by the same admission that a peer's items pass. */
import { hexOf, LOG_DOCUMENT, SESSIONS_DOCUMENT, type DocumentId } from '../../protocol/codec/ids.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Replica } from '../../protocol/replica/replica.ts';

export async function copyItems(from: Replica, into: Replica): Promise<void> {
  const first = [LOG_DOCUMENT, SESSIONS_DOCUMENT];
  const named = new Set(first.map(hexOf));
  const documents = [...first, ...[...from.documents()].filter((document) => !named.has(hexOf(document)))];
  for (const document of documents) while (await copyDocument(from, into, document));
}

/** One pass over a document's chains; operations may wait for those of another chain. True when something waits. */
async function copyDocument(from: Replica, into: Replica, document: DocumentId): Promise<boolean> {
  let stored = 0;
  let waiting = 0;
  for (const { author, seq } of from.frontier(document)) {
    for (let next = (into.head({ document, author })?.seq ?? 0) + 1; next <= seq;) {
      const run = await from.run({ document, author }, next, { maxItems: MAX_RUN_ITEMS, maxBytes: MAX_RUN_BYTES });
      const verdict = await into.offer(run);
      if (verdict.outcome === 'waiting') waiting += 1;
      else if (verdict.outcome === 'refused') throw new Error(`own item refused: ${verdict.reason}`);
      else stored += run.items.length;
      const reached = into.head({ document, author })?.seq ?? 0;
      if (reached < next) break;
      next = reached + 1;
    }
  }
  if (waiting > 0 && stored === 0) throw new Error('items wait for what is not here');
  return waiting > 0;
}
