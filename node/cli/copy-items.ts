/** Everything of one replica into another, by the same admission that a peer's items pass. */
import { hexOf, LOG_DOCUMENT, SESSIONS_DOCUMENT, type DocumentId } from '../../protocol/codec/ids.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Replica } from '../../protocol/replica/replica.ts';

/** The log and the sessions document first; the others side by side, so that they share flushes. */
export async function copyItems(from: Replica, into: Replica): Promise<void> {
  const first = [LOG_DOCUMENT, SESSIONS_DOCUMENT];
  const named = new Set(first.map(hexOf));
  for (const document of first) await copyDocument(from, into, document);
  const rest = [...from.documents()].filter((document) => !named.has(hexOf(document)))[Symbol.iterator]();
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (const document of rest) await copyDocument(from, into, document);
  }));
}

const SIDE_BY_SIDE = 64;

/** All of one document, whose items may wait for none but its own and those of the log and the sessions document. */
export async function copyDocument(from: Replica, into: Replica, document: DocumentId): Promise<void> {
  while (await copyChains(from, into, document));
}

/** One pass over a document's chains; operations may wait for those of another chain. True when something waits. */
async function copyChains(from: Replica, into: Replica, document: DocumentId): Promise<boolean> {
  let stored = 0;
  let waiting = 0;
  for (const { author, seq } of from.frontier(document)) {
    for (let next = (into.head({ document, author })?.seq ?? 0) + 1; next <= seq;) {
      const run = await from.run({ document, author }, next, { maxItems: MAX_RUN_ITEMS, maxBytes: MAX_RUN_BYTES });
      const verdict = await into.offer(run);
      if (verdict.outcome === 'waiting') waiting += 1;
      else if (verdict.outcome === 'refused' && verdict.reason === 'erased') break; // erased there, and not heard of here yet
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
