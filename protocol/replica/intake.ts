/**
 * The way into a replica (ADMIT-1): bounds, parse, chain, signature, membership, and only then the store. One
 * signature check covers a run; in the ward log every operation bears its own and is let in by itself.
 */
import { equalBytes } from '../codec/bytes.ts';
import { CUSTODY_DOCUMENT, deviceId, hexOf, LOG_DOCUMENT, RECEIPTS_DOCUMENT, SESSIONS_DOCUMENT, type ItemId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { decodeItem, encodeItem, isSigned, itemLength, NO_WARD, type Chain, type EncodedItem, type Item } from '../items/item.ts';
import { admit } from '../membership/admission.ts';
import type { Certificate } from '../membership/certificate.ts';
import { decodeOperation, type OperationBody } from '../membership/operation.ts';
import { decodeSessionStart, SESSION_START } from '../membership/session-record.ts';
import type { Signatory } from '../membership/standing.ts';
import type { ChainHead } from '../store/item-store.ts';
import { keyOf, type Contents } from './contents.ts';
import { DisputedQuota } from './disputed-quota.ts';
import { KeyedLock } from './keyed-lock.ts';
import { loadLog } from './load-log.ts';
import { lastOf, readRun, type Items } from './read-run.ts';
import type { Admitted, Refusal, Run, Verdict } from './replica.ts';

export class Intake {
  readonly #contents: Contents;
  readonly #onStored: (admitted: Admitted) => void;
  readonly #lock = new KeyedLock();
  readonly #quota = new DisputedQuota();

  constructor(contents: Contents, onStored: (admitted: Admitted) => void) {
    this.#contents = contents;
    this.#onStored = onStored;
  }

  async offer(run: Run): Promise<Verdict> {
    const read = readRun(run);
    if (!read.ok) return refused(read.failure);
    // Operations of all chains go one by one: each may be in the past of the next.
    return this.#lock.run(isLog(run) ? 'log' : keyOf(run), () => this.#offerItems(run, read.value));
  }

  /** Resolves when everything offered so far is decided. */
  idle(): Promise<void> {
    return this.#lock.idle();
  }

  async #offerItems(chain: Chain, items: Items): Promise<Verdict> {
    if (this.#isErased(chain)) return refused('erased');
    const head = this.#contents.index.head(chain);
    const known = items.filter(({ fields }) => fields.seq <= (head?.seq ?? 0));
    const fresh = items.slice(known.length);
    const branch = head === undefined ? undefined : await this.#branchFrom(head, known, fresh[0]);
    if (branch === undefined) {
      const [next] = fresh;
      if (next === undefined) return { outcome: 'known' };
      if (next.fields.seq !== (head?.seq ?? 0) + 1) return { outcome: 'waiting', for: 'predecessor' };
    }
    if (this.#contents.forks.has(keyOf(chain))) return refused('forked');
    if (!this.#isSigned(lastOf(items))) return refused('bad-signature');
    if (branch !== undefined && head !== undefined) return this.#keepEvidence(head, branch);
    return isLog(chain) ? this.#offerOperations(chain, fresh) : this.#offerOthers(chain, fresh);
  }

  /** ITEM-5: an item in a place that another one has, or that follows another one than the last here. */
  async #branchFrom(head: ChainHead, known: readonly Item[], next: Item | undefined): Promise<Item | undefined> {
    const last = known[known.length - 1];
    if (last === undefined) return next?.fields.seq === head.seq + 1 && !equalBytes(next.fields.prev, head.id) ? next : undefined;
    const there = last.fields.seq === head.seq ? head.id : await this.#idAt(head, last.fields.seq);
    if (equalBytes(last.id, there)) return undefined;
    return known.findLast((item) => this.#isSigned(item)) ?? last;
  }

  async #idAt(chain: Chain, seq: number): Promise<ItemId> {
    const [stored] = await this.#contents.store.read(chain, seq, { maxItems: 1, maxBytes: 1 });
    if (stored === undefined) throw new Error('the store has lost an item');
    return decodeItem(stored.item).id;
  }

  async #keepEvidence({ document, author, seq, id }: ChainHead, branch: Item): Promise<Verdict> {
    const kept = branch.fields.seq > seq ? id : await this.#idAt({ document, author }, branch.fields.seq);
    const evidence = { document, author, seq: Math.min(branch.fields.seq, seq), kept, other: encodeItem(branch) };
    if (this.#isErased(evidence)) return refused('erased');
    await this.#contents.store.append({ items: [], heads: [], forks: [evidence] });
    if (this.#isErased(evidence)) return refused('erased');
    this.#contents.forks.set(keyOf(evidence), evidence);
    return refused('forked');
  }

  /** Signatures of operations are checked one by one, so that each can be let in, kept and served by itself. */
  async #offerOperations(chain: Chain, fresh: readonly Item[]): Promise<Verdict> {
    const { log } = this.#contents;
    const entered: Item[] = [];
    let rest: Verdict | undefined;
    for (const item of fresh) {
      const body = readOperation(item);
      if (body === undefined) rest = refused('malformed');
      else if (!this.#isSigned(item)) rest = refused('bad-signature');
      else {
        const verdict = log.consider(item, body);
        if (verdict.outcome === 'may-enter') log.add(verdict.placed);
        else rest = verdict;
      }
      if (rest !== undefined) break;
      entered.push(item);
    }
    if (entered.length > 0) {
      try {
        await this.#write(chain, entered, entered.map(encodeItem));
      } catch (error) {
        this.#contents.log = await loadLog(this.#contents.store, this.#contents.ward, this.#contents.index.heads(LOG_DOCUMENT));
        throw error;
      }
      return { outcome: 'stored', stored: entered.length, disputed: false, ...(rest === undefined ? {} : { rest }) };
    }
    return rest ?? { outcome: 'known' };
  }

  async #offerOthers(chain: Chain, fresh: readonly Item[]): Promise<Verdict> {
    const encoded = fresh.map((item, index) => (index === fresh.length - 1 ? encodeItem(item) : unsigned(encodeItem(item))));
    const { log, state, certificates, index } = this.#contents;
    let headsBefore = index.head(chain)?.heads;
    let disputed = 0;
    let signatory: Signatory | undefined;
    // The end of a session may come in one run with its start, which is not stored yet.
    let started: Certificate | undefined;
    for (const [at, item] of fresh.entries()) {
      const admission = admit(item, { log, state, headsBefore, certificateOf: (author) => started ?? certificates.get(hexOf(author)) });
      if (admission.outcome !== 'admitted') return admission;
      if (isSessionStart(item)) started = decodeSessionStart(item.body);
      const bytes = encoded[at];
      if (admission.standing === 'disputed' && bytes !== undefined) disputed += itemLength(bytes);
      signatory = admission.signatory;
      if (item.fields.heads.length > 0) headsBefore = item.fields.heads;
    }
    if (disputed === 0 || signatory === undefined) return this.#store(chain, fresh, encoded, false);
    const reserved = await this.#quota.reserve(chain, signatory, disputed, {
      store: this.#contents.store, state, heads: () => index.heads(), signatoryOf: (other) => signatoryOf(this.#contents, other),
    });
    if (reserved === null) return refused('disputed-quota');
    try {
      return await this.#store(chain, fresh, encoded, true);
    } catch (error) {
      reserved.undo();
      throw error;
    }
  }

  async #store(chain: Chain, items: readonly Item[], encoded: readonly EncodedItem[], disputed: boolean): Promise<Verdict> {
    // Asked in the turn in which it is written: an erasure destroys what was written before it.
    if (this.#isErased(chain)) return refused('erased');
    await this.#write(chain, items, encoded);
    return this.#isErased(chain) ? refused('erased') : { outcome: 'stored', stored: items.length, disputed };
  }

  /** Durable first, then known here, then told to others. */
  async #write(chain: Chain, items: readonly Item[], encoded: readonly EncodedItem[]): Promise<void> {
    const { document, author } = chain;
    const { index, store, certificates, log } = this.#contents;
    const last = items[items.length - 1];
    if (last === undefined) return;
    const before = index.head(chain);
    const heads = items.findLast(({ fields }) => fields.heads.length > 0)?.fields.heads ?? before?.heads ?? [];
    const bytes = (before?.bytes ?? 0) + encoded.reduce((sum, item) => sum + itemLength(item), 0);
    const head: ChainHead = { document, author, seq: last.fields.seq, id: last.id, heads, bytes };
    const stored = encoded.map((item, at) => ({ document, author, seq: (before?.seq ?? 0) + 1 + at, item }));
    await store.append({ items: stored, heads: [head] });
    if (this.#isErased(chain)) return;

    index.set(head);
    if (isLog(chain)) this.#contents.state = log.state();
    const [first] = items;
    if (first !== undefined && isSessionStart(first)) certificates.set(hexOf(author), decodeSessionStart(first.body));
    this.#onStored({ document, author, items });
  }

  #isErased({ document }: Chain): boolean {
    return this.#contents.state.erased.has(hexOf(document));
  }

  /** In the ward, or for what claims to be its genesis (which the log then checks) in no ward. */
  #isSigned(item: Item): boolean {
    const { document, seq, heads } = item.fields;
    const isGenesis = isLog({ document, author: item.fields.author }) && seq === 1 && heads.length === 0;
    return isSigned(item, isGenesis ? NO_WARD : this.#contents.ward);
  }
}

/** Who answers for a chain: the user and device of a session, or the device itself. */
export function signatoryOf({ certificates, state }: Contents, { document, author }: Chain): Signatory | undefined {
  if (equalBytes(document, RECEIPTS_DOCUMENT) || equalBytes(document, CUSTODY_DOCUMENT)) {
    const device = deviceId.from(author);
    return state.devices.has(hexOf(device)) ? { user: undefined, device, certificate: undefined } : undefined;
  }
  const certificate = certificates.get(hexOf(author));
  return certificate === undefined ? undefined : { user: certificate.user, device: certificate.device, certificate };
}

export function isLog({ document }: Chain): boolean {
  return equalBytes(document, LOG_DOCUMENT);
}

function isSessionStart({ fields: { document, seq } }: Item): boolean {
  return equalBytes(document, SESSIONS_DOCUMENT) && seq === SESSION_START;
}

export function unsigned(item: EncodedItem): EncodedItem {
  return { ...item, signature: new Uint8Array(0) };
}

function readOperation({ fields, body }: Item): OperationBody | undefined {
  if (fields.content.type !== 'operation') return undefined;
  try {
    return decodeOperation(body);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function refused(reason: Refusal): Verdict & { readonly outcome: 'refused' } {
  return { outcome: 'refused', reason };
}
