/** A replica over an item store. */
import type { Log } from '../codec/environment.ts';
import { hexOf, type AuthorId, type DocumentId, type WardId } from '../codec/ids.ts';
import { decodeItem, type Chain, type EncodedItem, type Item } from '../items/item.ts';
import type { Certificate } from '../membership/certificate.ts';
import { standingOf, type Signatory, type Standing } from '../membership/standing.ts';
import type { WardState } from '../membership/ward-state.ts';
import { StoreError, type ChainHead, type ItemStore, type ReadLimit } from '../store/item-store.ts';
import { keyOf, loadContents, type Contents } from './contents.ts';
import { Erasing } from './erasing.ts';
import { Intake, isLog, signatoryOf, unsigned } from './intake.ts';
import { adoptTail, noteRetracted } from './retracted.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Admitted, type FrontierEntry, type Replica, type Run, type Verdict } from './replica.ts';

export interface ReplicaOptions {
  /** The replica closes it. */
  readonly store: ItemStore;
  /** Known beforehand: the first item that is let in is the genesis that hashes to it. */
  readonly ward: WardId;
  /** Told of what was refused, and why. */
  readonly log: Log;
}

/**
 * Loads chain heads, ward log and session certificates. Throws `StoreError`; `corrupt` also for the store of another
 * ward.
 */
export async function openReplica({ store, ward, log }: ReplicaOptions): Promise<Replica> {
  const replica = new LocalReplica(await loadContents(store, ward), log);
  await replica.finishErasures();
  await replica.adoptTails();
  return replica;
}

class LocalReplica implements Replica {
  readonly #contents: Contents;
  readonly #log: Log;
  readonly #intake: Intake;
  readonly #erasing: Erasing;
  readonly #listeners = new Set<(admitted: Admitted) => void>();
  readonly #dropListeners = new Set<(documents: readonly DocumentId[]) => void>();
  readonly #destroyListeners = new Set<() => void>();
  #adopting: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(contents: Contents, log: Log) {
    this.#contents = contents;
    this.#log = log;
    this.#erasing = new Erasing(contents, log, (documents) => {
      for (const listener of this.#dropListeners) listener(documents);
    }, () => {
      for (const listener of this.#destroyListeners) listener();
    });
    this.#intake = new Intake(contents, (admitted) => {
      if (isLog(admitted)) this.#erasing.follow();
      if (contents.retracted.has(keyOf(admitted))) this.#adopting = this.#adopting.then(() => this.#adopt(keyOf(admitted)));
      for (const listener of this.#listeners) listener(admitted);
    });
  }

  get ward(): WardId { return this.#contents.ward; }
  get count(): number { return this.#contents.index.count + this.#contents.erased.items; }

  state(): WardState { return this.#contents.state; }
  head(chain: Chain): ChainHead | undefined { return this.#contents.index.head(chain); }
  frontier(document: DocumentId): readonly FrontierEntry[] { return this.#contents.index.frontier(document); }
  documents(): Iterable<DocumentId> { return this.#contents.index.documents(); }
  digest(document: DocumentId): Uint8Array { return this.#contents.index.digest(document); }
  isForked(chain: Chain): boolean { return this.#contents.forks.has(keyOf(chain)); }
  certificateOf(author: AuthorId): Certificate | undefined { return this.#contents.certificates.get(hexOf(author)); }
  isErased(document: DocumentId): boolean { return this.#contents.state.erased.has(hexOf(document)); }
  signatoryOf(chain: Chain): Signatory | undefined { return signatoryOf(this.#contents, chain); }

  standingOf({ id, fields: { document, author, seq } }: Item): Standing {
    if (isLog({ document, author })) return 'accepted';
    const signatory = this.signatoryOf({ document, author });
    return signatory === undefined ? 'disputed' : standingOf({ document, author, seq, id }, signatory, this.state());
  }

  async offer(run: Run): Promise<Verdict> {
    if (this.#closed) throw new StoreError('closed', 'The replica is closed.');
    const verdict = await this.#intake.offer(run);
    const refusal = verdict.outcome === 'stored' ? verdict.rest : verdict;
    if (refusal?.outcome === 'refused') {
      this.#log.event('run-refused', { reason: refusal.reason, document: hexOf(run.document), author: hexOf(run.author) });
    }
    return verdict;
  }

  async run(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<Run> {
    const { document, author } = chain;
    const small = { maxItems: Math.min(limit.maxItems, MAX_RUN_ITEMS), maxBytes: Math.min(limit.maxBytes, MAX_RUN_BYTES) };
    let items = upTo(await this.#readEncoded(chain, fromSeq, small), 'last-signed');
    // The next signature may lie beyond a small limit, but never beyond the largest run (SYNC-5).
    if (items.length === 0) items = upTo(await this.#readEncoded(chain, fromSeq, { maxItems: MAX_RUN_ITEMS, maxBytes: MAX_RUN_BYTES }), 'first-signed');
    return { document, author, items: isLog(chain) ? items : items.map((item, at) => (at === items.length - 1 ? item : unsigned(item))) };
  }

  async read(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<readonly Item[]> {
    return (await this.#readEncoded(chain, fromSeq, limit)).map(decodeItem);
  }

  onAdmitted(listener: (admitted: Admitted) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  isDestroyed(documents: readonly DocumentId[]): boolean {
    return documents.every((document) => this.#contents.erased.documents.has(hexOf(document)));
  }

  onDropped(listener: (documents: readonly DocumentId[]) => void): () => void {
    this.#dropListeners.add(listener);
    return () => { this.#dropListeners.delete(listener); };
  }

  onDestroyed(listener: () => void): () => void {
    this.#destroyListeners.add(listener);
    return () => { this.#destroyListeners.delete(listener); };
  }

  /** What the log says is erased, and an interrupted run or a restored backup has left here. */
  async finishErasures(): Promise<void> {
    this.#erasing.follow();
    await this.#erasing.idle();
  }

  /** What lies in the store beyond a damaged part that was given up, and is fetched again by now. */
  async adoptTails(): Promise<void> {
    for (const chain of this.#contents.retracted.keys()) await this.#adopt(chain);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#intake.idle();
    await this.#adopting;
    await this.#erasing.idle();
    await this.#contents.store.close();
  }

  async #adopt(key: string): Promise<void> {
    const { retracted, index, store } = this.#contents;
    const chain = retracted.get(key);
    if (chain === undefined || this.#closed) return;
    try {
      if (!await adoptTail(store, chain, () => index.head(chain)?.seq ?? 0, (run) => this.offer(run))) return;
      retracted.delete(key);
      await noteRetracted(store, [...retracted.values()]);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#log.event('tail-not-adopted', { code: error.code });
    }
  }

  async #readEncoded(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<readonly EncodedItem[]> {
    if (this.isErased(chain.document)) return [];
    // Beyond the head may lie what a damaged part has cut off.
    const { seq: last = 0 } = this.#contents.index.head(chain) ?? {};
    return (await this.#contents.store.read(chain, fromSeq, limit)).filter(({ seq }) => seq <= last).map(({ item }) => item);
  }
}

function upTo(items: readonly EncodedItem[], end: 'first-signed' | 'last-signed'): readonly EncodedItem[] {
  const isItemSigned = ({ signature }: EncodedItem): boolean => signature.length > 0;
  return items.slice(0, (end === 'first-signed' ? items.findIndex(isItemSigned) : items.findLastIndex(isItemSigned)) + 1);
}
