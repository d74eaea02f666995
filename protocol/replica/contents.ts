/** What a replica knows of its store without reading it: chain heads, forks, the ward log, sessions. */
import { hexOf, LOG_DOCUMENT, SESSIONS_DOCUMENT, type AuthorId, type Hex, type WardId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { decodeItem, type Chain, type EncodedItem } from '../items/item.ts';
import type { Certificate } from '../membership/certificate.ts';
import { decodeSessionStart, SESSION_START } from '../membership/session-record.ts';
import type { WardLog } from '../membership/ward-log.ts';
import type { WardState } from '../membership/ward-state.ts';
import { StoreError, type ForkEvidence, type ItemStore } from '../store/item-store.ts';
import { ChainIndex } from './chain-index.ts';
import { readErased, type Erased } from './erasing.ts';
import { loadLog } from './load-log.ts';
import { MAX_RUN_BYTES } from './replica.ts';
import { readRetracted, type Retracted } from './retracted.ts';

export interface Contents {
  readonly ward: WardId;
  readonly store: ItemStore;
  readonly index: ChainIndex;
  /** By chain. */
  readonly forks: Map<string, ForkEvidence>;
  /** Certificates of the sessions document. */
  readonly certificates: Map<Hex<AuthorId>, Certificate>;
  readonly erased: Erased;
  /** Chains that are to become longer again, by chain. */
  readonly retracted: Map<string, Retracted>;
  /** May be ahead of what is durable while operations are being written. */
  log: WardLog;
  /** The ward after the operations that are durable. */
  state: WardState;
}

export async function loadContents(store: ItemStore, ward: WardId): Promise<Contents> {
  const index = new ChainIndex();
  for await (const head of store.heads()) index.set(head);
  const forks = new Map<string, ForkEvidence>();
  for await (const fork of store.forks()) forks.set(keyOf(fork), fork);
  const log = await loadLog(store, ward, index.heads(LOG_DOCUMENT));
  const certificates = new Map<Hex<AuthorId>, Certificate>();
  for (const { document, author } of index.heads(SESSIONS_DOCUMENT)) {
    const [start] = await store.read({ document, author }, SESSION_START, { maxItems: 1, maxBytes: MAX_RUN_BYTES });
    if (start === undefined) throw new StoreError('corrupt', 'A session in the store has no certificate.');
    certificates.set(hexOf(author), readCertificate(start.item));
  }
  const retracted = new Map((await readRetracted(store)).map((each) => [keyOf(each), each]));
  return { ward, store, index, forks, certificates, erased: await readErased(store), retracted, log, state: log.state() };
}

export function keyOf({ document, author }: Chain): string {
  return hexOf(document) + hexOf(author);
}

function readCertificate(stored: EncodedItem): Certificate {
  try {
    return decodeSessionStart(decodeItem(stored).body);
  } catch (error) {
    if (error instanceof MalformedError) throw new StoreError('corrupt', `A session in the store is damaged: ${error.message}.`);
    throw error;
  }
}
