/**
 * The answering half of a comparison (SYNC-4): what of the asker's nodes and frontiers is different here.
 *
 * Stateless. An answer is bounded by what was asked and by `FRONTIER_BUDGET`; what does not fit is named in `resume`.
 */
import { compareBytes, equalBytes } from '../codec/bytes.ts';
import { hexOf, type DocumentId } from '../codec/ids.ts';
import type { FrontierEntry } from '../replica/replica.ts';
import type { DigestTrie } from './digest-trie.ts';
import { MAX_ANSWERED_DOCUMENTS, MAX_ENTRIES, type DocumentEntries, type FrontierRange, type MessageOf, type PlacedNode } from './messages.ts';
import type { ReplicaView } from './session-context.ts';

/** A subtree of at most this many documents is compared by their digests rather than by nodes. */
export const SMALL_SUBTREE = 64;
/** Entries (about 70 bytes each) in one message. */
export const FRONTIER_BUDGET = 8192;

export type Answer = Omit<MessageOf<'answer'>, 'type' | 'request'>;

const BEGINNING = new Uint8Array(0);

/**
 * For each of the asker's nodes: this side's nodes where children differ, and the frontiers of documents that differ
 * where either side has so few that they can be told one by one.
 */
export function answerNodes(view: ReplicaView, trie: DigestTrie, asked: readonly PlacedNode[]): Answer {
  const nodes: PlacedNode[] = [];
  const documents: DocumentId[] = [];
  const addNode = (prefix: string): void => {
    nodes.push({ prefix, node: trie.nodeAt(prefix) });
  };
  const addDocuments = (prefix: string, theirs: readonly { readonly document: DocumentId; readonly digest: Uint8Array }[]): void => {
    const mine = trie.documentsAt(prefix, SMALL_SUBTREE);
    if (mine === undefined || documents.length + mine.length + theirs.length > MAX_ANSWERED_DOCUMENTS) return addNode(prefix);
    documents.push(...differing(mine, theirs));
  };
  for (const { prefix, node: theirs } of asked) {
    if (theirs.type === 'leaf') {
      addDocuments(prefix, theirs.documents);
      continue;
    }
    const mine = trie.nodeAt(prefix);
    if (mine.type === 'leaf') {
      nodes.push({ prefix, node: mine });
      continue;
    }
    mine.children.forEach((digest, index) => {
      const theirDigest = theirs.children[index] ?? BEGINNING;
      if (equalBytes(digest, theirDigest)) return;
      const child = prefix + index.toString(16);
      if (theirDigest.length === 0) addDocuments(child, []);
      else addNode(child);
    });
  }
  return { nodes, ahead: [], ...wholeFrontiers(view, documents) };
}

/** What the asker lacks within its ranges. */
export function answerRanges(view: ReplicaView, ranges: readonly FrontierRange[]): Answer {
  const ahead: DocumentEntries[] = [];
  const resume: { document: DocumentId; after: Uint8Array }[] = [];
  let budget = FRONTIER_BUDGET;
  for (const range of ranges) {
    const entries = entriesAhead(entriesWithin(view.frontier(range.document), range), range.entries);
    const fitting = entries.slice(0, Math.min(budget, MAX_ENTRIES));
    if (fitting.length > 0) ahead.push({ document: range.document, entries: fitting });
    if (fitting.length < entries.length) resume.push({ document: range.document, after: fitting.at(-1)?.author ?? range.after });
    budget -= fitting.length;
  }
  return { nodes: [], frontiers: [], ahead, resume };
}

/** Entries of `mine` that are further than `theirs`, or as far with another item (a fork). */
export function entriesAhead(mine: readonly FrontierEntry[], theirs: readonly FrontierEntry[]): readonly FrontierEntry[] {
  const known = new Map(theirs.map((entry) => [hexOf(entry.author), entry]));
  return mine.filter((entry) => {
    const other = known.get(hexOf(entry.author));
    return other === undefined || entry.seq > other.seq || (entry.seq === other.seq && !equalBytes(entry.id, other.id));
  });
}

/** Documents that one of two lists has alone, or with another digest. */
export function differing(
  mine: readonly { readonly document: DocumentId; readonly digest: Uint8Array }[],
  theirs: readonly { readonly document: DocumentId; readonly digest: Uint8Array }[],
): readonly DocumentId[] {
  const rest = new Map(theirs.map((entry) => [hexOf(entry.document), entry]));
  const different: DocumentId[] = [];
  for (const { document, digest } of mine) {
    const other = rest.get(hexOf(document));
    rest.delete(hexOf(document));
    if (other === undefined || !equalBytes(other.digest, digest)) different.push(document);
  }
  return [...different, ...[...rest.values()].map((entry) => entry.document)];
}

function wholeFrontiers(view: ReplicaView, documents: readonly DocumentId[]): Pick<Answer, 'frontiers' | 'resume'> {
  const frontiers: DocumentEntries[] = [];
  const resume: { document: DocumentId; after: Uint8Array }[] = [];
  let budget = FRONTIER_BUDGET;
  for (const document of documents) {
    const entries = view.frontier(document);
    if (entries.length > Math.min(budget, MAX_ENTRIES)) {
      resume.push({ document, after: BEGINNING });
    } else {
      frontiers.push({ document, entries });
      budget -= entries.length;
    }
  }
  return { frontiers, resume };
}

function entriesWithin(entries: readonly FrontierEntry[], { after, entries: theirs, complete }: FrontierRange): readonly FrontierEntry[] {
  const last = theirs.at(-1)?.author;
  return entries.filter(
    ({ author }) => compareBytes(author, after) > 0 && (complete === 'yes' || (last !== undefined && compareBytes(author, last) <= 0)),
  );
}
