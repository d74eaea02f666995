/**
 * What has come and is offered to the replica: each chain in order, chains side by side, the log one item after the
 * other by time. What has to wait for the log or a session waits here, within bounds, and is offered again when those
 * have grown (ADMIT-4).
 */
import { equalBytes } from '../codec/bytes.ts';
import { LOG_DOCUMENT, type DocumentId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { decodeItem, itemLength, type Chain, type EncodedItem, type Item } from '../items/item.ts';
import type { Run, Verdict } from '../replica/replica.ts';
import { chainKey } from './session-context.ts';

const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Chains that wait; of those beyond the bytes only the name is kept, and the items are fetched again. */
const MAX_WAITING_CHAINS = 16_384;

/** How it went with one run, or with the part of it that was offered last. */
export type Outcome =
  | { readonly type: 'stored' | 'known' | 'waiting' | 'refused' }
  /** Items before these are missing here; these go up to `upTo`. */
  | { readonly type: 'gap'; readonly upTo: number };

export interface IntakeContext {
  /** Offers a run to the replica under a number; the verdict comes back to `verdict`. */
  readonly offer: (offer: number, run: Run, live: boolean) => void;
  /** The chain waits for the log, so far as `upTo`. */
  readonly hold: (chain: Chain, upTo: number) => void;
  /** What waited of the chain is through, or was let go. */
  readonly free: (chain: Chain) => void;
}

interface Lot {
  readonly run: Run;
  readonly key: string;
  readonly live: boolean;
  /** Of the log only: what to order by. Never less than that of the item before in the chain. */
  readonly time: number;
  readonly done: (outcome: Outcome) => void;
}

interface Waiting {
  readonly lots: Lot[];
  readonly chain: Chain;
}

export class Intake {
  readonly #context: IntakeContext;
  /** By chain; the first of each is being offered. */
  readonly #chains = new Map<string, Lot[]>();
  /** Items of the log that are to be offered, earliest first. */
  #log: Lot[] = [];
  #logOffered = false;
  readonly #offered = new Map<number, Lot>();
  readonly #waiting = new Map<string, Waiting>();
  #waitingBytes = 0;
  #retryDue = false;
  #nextOffer = 1;

  constructor(context: IntakeContext) {
    this.#context = context;
  }

  get busy(): boolean {
    return this.#offered.size > 0 || this.#log.length > 0;
  }

  /** Whether something waits for more of the log. */
  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Offers a run when its turn has come (the log's, at the next `pump`); `done` is called once. `live` tells a push from what was fetched. */
  take(run: Run, live: boolean, done: (outcome: Outcome) => void): void {
    const key = chainKey(run);
    if (run.items.length === 0) return done({ type: 'known' });
    if (isLog(run.document)) {
      const lots = logLots(run, key, live, done);
      if (lots === undefined) return done({ type: 'refused' });
      this.#log = [...this.#log, ...lots].sort((a, b) => a.time - b.time);
      return;
    }
    this.#takeChain({ run, key, live, time: 0, done });
  }

  verdict(offer: number, verdict: Verdict): void {
    const lot = this.#offered.get(offer);
    if (lot === undefined) return;
    this.#offered.delete(offer);
    this.#conclude(lot, verdict);
    if (isLog(lot.run.document)) this.#logOffered = false;
    else this.#nextOfChain(lot.key);
  }

  /** Goes on with the log, when all that has come together was taken. */
  pump(): void {
    this.#offerLog();
    this.#retry();
  }

  /** The log or the sessions document has grown: whatever waits is offered again. */
  foundationGrew(): void {
    this.#retryDue = true;
  }

  #takeChain(lot: Lot): void {
    const waiting = this.#waiting.get(lot.key);
    if (waiting !== undefined) return this.#wait(lot);
    const queue = this.#chains.get(lot.key);
    if (queue !== undefined) {
      queue.push(lot);
      return;
    }
    this.#chains.set(lot.key, [lot]);
    this.#offer(lot);
  }

  #nextOfChain(key: string): void {
    const queue = this.#chains.get(key);
    queue?.shift();
    const next = queue?.[0];
    if (next === undefined) this.#chains.delete(key);
    else this.#offer(next);
  }

  #offerLog(): void {
    if (this.#logOffered) return;
    const lot = this.#log.shift();
    if (lot === undefined) return;
    this.#logOffered = true;
    this.#offer(lot);
  }

  #offer(lot: Lot): void {
    const offer = this.#nextOffer++;
    this.#offered.set(offer, lot);
    this.#context.offer(offer, lot.run, lot.live);
  }

  #conclude(lot: Lot, verdict: Verdict): void {
    switch (verdict.outcome) {
      case 'stored':
      case 'known':
        return lot.done({ type: verdict.outcome });
      case 'refused':
        // The peer may not have heard of the erasure: no fault of its own.
        return lot.done({ type: verdict.reason === 'erased' ? 'known' : 'refused' });
      case 'waiting':
        // An item of the log whose predecessor is waiting itself waits with it.
        if (verdict.for === 'predecessor' && !this.#waiting.has(lot.key)) return lot.done({ type: 'gap', upTo: lastSeq(lot.run) ?? 0 });
        return this.#wait(lot);
    }
  }

  /** Beyond the bounds, the items are let go and fetched again later. */
  #wait(lot: Lot): void {
    const chain = { document: lot.run.document, author: lot.run.author };
    const upTo = lastSeq(lot.run);
    if (upTo === undefined) return lot.done({ type: 'refused' });
    lot.done({ type: 'waiting' });
    const known = this.#waiting.get(lot.key);
    if (known === undefined && this.#waiting.size >= MAX_WAITING_CHAINS) return;
    const waiting = known ?? { lots: [], chain };
    this.#waiting.set(lot.key, waiting);
    this.#context.hold(chain, upTo);
    const bytes = runLength(lot.run);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) this.#makeRoom(lot, bytes);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return;
    waiting.lots.push(lot);
    this.#waitingBytes += bytes;
  }

  /** The log goes before all else, and what is early in it before what is late. */
  #makeRoom(lot: Lot, bytes: number): void {
    if (!isLog(lot.run.document)) return;
    for (const waiting of [...this.#waiting.values()].reverse()) {
      if (this.#waitingBytes + bytes <= MAX_WAITING_BYTES) return;
      if (isLog(waiting.chain.document) && (waiting.lots[0]?.time ?? 0) <= lot.time) continue;
      for (const { run } of waiting.lots.splice(0)) this.#waitingBytes -= runLength(run);
    }
  }

  /** Once everything under way is through, so that one pass brings as much as it can. */
  #retry(): void {
    if (!this.#retryDue || this.#logOffered || this.#waiting.size === 0) return;
    this.#retryDue = false;
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#waitingBytes = 0;
    const lots = all.flatMap(({ lots: kept, chain }) => {
      if (kept.length === 0) this.#context.free(chain);
      const done = whenAll(kept.length, (outcome) => {
        if (outcome.type !== 'waiting') this.#context.free(chain);
      });
      return kept.map((lot) => ({ ...lot, done }));
    });
    this.#log = [...this.#log, ...lots.filter((lot) => isLog(lot.run.document))].sort((a, b) => a.time - b.time);
    this.#offerLog();
    for (const lot of lots) if (!isLog(lot.run.document)) this.#takeChain(lot);
  }
}

/**
 * Items of the log hang on items of other chains, so each is offered by itself as soon as those are here; the time its
 * author wrote is a good guess at the order. Undefined when an item is malformed.
 */
function logLots(run: Run, key: string, live: boolean, done: (outcome: Outcome) => void): readonly Lot[] | undefined {
  const pieces: { items: EncodedItem[]; time: number }[] = [];
  let open: EncodedItem[] = [];
  let latest = 0;
  for (const item of run.items) {
    const decoded = decode(item);
    if (decoded === undefined) return undefined;
    latest = Math.max(latest, decoded.fields.time);
    open.push(item);
    if (decoded.signature === undefined) continue;
    pieces.push({ items: open, time: latest });
    open = [];
  }
  if (open.length > 0) return undefined;
  const pieceDone = whenAll(pieces.length, done);
  return pieces.map(({ items, time }) => ({ run: { document: run.document, author: run.author, items }, key, live, time, done: pieceDone }));
}

const GRAVITY = { known: 0, stored: 1, waiting: 2, gap: 3, refused: 4 } as const;

/** Calls `done` once, with the gravest of `count` outcomes. */
function whenAll(count: number, done: (outcome: Outcome) => void): (outcome: Outcome) => void {
  let left = count;
  let gravest: Outcome = { type: 'known' };
  return (outcome) => {
    if (GRAVITY[outcome.type] > GRAVITY[gravest.type]) gravest = outcome;
    if (--left === 0) done(gravest);
  };
}

function lastSeq(run: Run): number | undefined {
  const last = run.items.at(-1);
  return last && decode(last)?.fields.seq;
}

function decode(item: EncodedItem): Item | undefined {
  try {
    return decodeItem(item);
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

function runLength(run: Run): number {
  return run.items.reduce((bytes, item) => bytes + itemLength(item), 0);
}

function isLog(document: DocumentId): boolean {
  return equalBytes(document, LOG_DOCUMENT);
}
