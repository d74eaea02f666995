/** What two peers replicate with each other: the documents that both subscribe to. */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, LOG_DOCUMENT, SESSIONS_DOCUMENT, type DocumentId } from '../codec/ids.ts';
import type { Replica } from '../replica/replica.ts';
import { DigestTrie } from './digest-trie.ts';
import type { Subscription } from './link.ts';
import type { DocumentHex } from './messages.ts';

/** The log and the sessions document: part of every subscription, and reconciled before the rest (SYNC-3). */
export const FOUNDATION: Subscription = { type: 'documents', documents: [] };

const FOUNDATION_DOCUMENTS: readonly DocumentId[] = [LOG_DOCUMENT, SESSIONS_DOCUMENT];

export function isFoundation(document: DocumentId): boolean {
  return FOUNDATION_DOCUMENTS.some((other) => equalBytes(document, other));
}

/** The documents that both want. */
export function agreedSubscription(mine: Subscription, theirs: Subscription): Subscription {
  if (mine.type === 'all') return theirs;
  if (theirs.type === 'all') return mine;
  const wanted = new Set(theirs.documents.map(hexOf));
  return { type: 'documents', documents: mine.documents.filter((document) => wanted.has(hexOf(document))) };
}

/** Whether the two name the same documents. */
export function sameSubscription(a: Subscription, b: Subscription): boolean {
  if (a.type === 'all' || b.type === 'all') return a.type === b.type;
  const first = documentSet(a.documents);
  const second = documentSet(b.documents);
  return first.size === second.size && [...first].every((hex) => second.has(hex));
}

/** A test of what belongs to the subscription. */
export function documentFilter(subscription: Subscription): (document: DocumentId) => boolean {
  if (subscription.type === 'all') return () => true;
  const documents = documentSet(subscription.documents);
  return (document) => documents.has(hexOf(document));
}

/** The digest trie of a subscription over what the replica holds now. */
export function trieOf(replica: Pick<Replica, 'documents' | 'digest' | 'frontier'>, subscription: Subscription): DigestTrie {
  const documents =
    subscription.type === 'all'
      ? replica.documents()
      : [...FOUNDATION_DOCUMENTS, ...subscription.documents].filter((document) => replica.frontier(document).length > 0);
  return new DigestTrie(documents, (document) => replica.digest(document));
}

function documentSet(documents: readonly DocumentId[]): ReadonlySet<DocumentHex> {
  return new Set([...FOUNDATION_DOCUMENTS, ...documents].map(hexOf));
}
