/**
 * What is missing here and is asked for with `want` (SYNC-4, SYNC-5): the log before the sessions document before the
 * rest (SYNC-3), many chains in one request of about a mebibyte, two requests under way.
 */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, LOG_DOCUMENT, SESSIONS_DOCUMENT, type DocumentId } from '../codec/ids.ts';
import type { Chain } from '../items/item.ts';
import type { FrontierEntry, Run } from '../replica/replica.ts';
import { MAX_WANTS, type DocumentEntries, type Message, type MessageOf } from './messages.ts';
import { chainKey, Violation, type ReplicaView } from './session-context.ts';

/** Requests that are unanswered, or whose items are not dealt with yet. Each is answered by about a mebibyte. */
const MAX_REQUESTS = 2;
/** Items asked for in one request. Asking for more than the answer holds costs 50 bytes a chain; asking for less, a round trip. */
const ENOUGH_ITEMS = 3072;
/** Chains that may be known to be missing at once; beyond, comparing waits. */
const ENOUGH_CHAINS = 16_384;

interface Want extends Chain {
  /** Where to begin, when not after the own head: to find a fork. */
  readonly from?: number;
  /** As far as the peer has it. */
  readonly upTo: number;
}

interface Request {
  readonly asked: readonly Asked[];
  /** The first of them, that were answered; undefined until then. */
  answered: readonly Asked[] | undefined;
  /** Runs that are being dealt with; counted down. */
  unsettled: number;
}

interface Asked {
  readonly want: Want;
  readonly from: number;
}

/** A run that has come, and the request that it came for. */
export interface Fetched {
  readonly request: number;
  readonly run: Run;
}

export class Fetching {
  readonly #view: ReplicaView;
  /** By urgency: log, sessions, rest. */
  readonly #queues = [new Map<string, Want>(), new Map<string, Want>(), new Map<string, Want>()] as const;
  readonly #requests = new Map<number, Request>();
  /** Chains in a request, with what is known to be further by now. */
  readonly #busy = new Map<string, { readonly urgency: 0 | 1 | 2; readonly from: number; upTo: number }>();
  readonly #setAside = new Set<string>();
  /** Chains that wait for the log, with how far the peer has them (ADMIT-4). */
  readonly #held = new Map<string, number>();
  #nextRequest = 1;

  constructor(view: ReplicaView) {
    this.#view = view;
  }

  get busy(): boolean {
    return this.#busy.size > 0 || this.#queues.some((queue) => queue.size > 0);
  }

  /** The peer has a request to answer. */
  get waiting(): boolean {
    return [...this.#requests.values()].some((request) => request.answered === undefined);
  }

  get saturated(): boolean {
    return this.#queues[2].size >= ENOUGH_CHAINS;
  }

  /** The peer has these chains so far. Returns whether something of it is missing here. */
  ahead({ document, entries }: DocumentEntries): boolean {
    let missing = false;
    for (const entry of entries) missing = this.#aheadIn(document, entry) || missing;
    return missing;
  }

  /** Items of a chain up to `upTo` exist, and those before are missing here. */
  gap(chain: Chain, upTo: number): void {
    if ((this.#view.head(chain)?.seq ?? 0) < upTo) this.#enqueue({ ...chain, upTo });
  }

  /** The requests to send now. */
  requests(): readonly Message[] {
    const messages: Message[] = [];
    while (this.#requests.size < MAX_REQUESTS) {
      const message = this.#nextRequestMessage();
      if (message === undefined) break;
      messages.push(message);
    }
    return messages;
  }

  /** Takes an answer apart. Each run is to be reported by `settled`, when it has been dealt with. */
  take({ request: number, runs }: MessageOf<'runs'>): readonly Fetched[] {
    const request = this.#requests.get(number);
    if (request === undefined || request.answered !== undefined) throw new Violation('malformed', 'runs that were not asked for');
    if (runs.length === 0) throw new Violation('malformed', 'runs without a run');
    let index = 0;
    const fetched = runs.map((run, position): Fetched => {
      const key = chainKey(run);
      if (position > 0 && chainOf(request.asked[index]) !== key) index++;
      if (chainOf(request.asked[index]) !== key) throw new Violation('malformed', 'run of a chain that was not asked for');
      if (run.items.length === 0) this.#enough(key);
      return { request: number, run };
    });
    request.answered = request.asked.slice(0, index + 1);
    request.unsettled = fetched.length;
    for (const { want } of request.asked.slice(index + 1)) {
      const upTo = this.#busy.get(chainKey(want))?.upTo ?? want.upTo;
      this.#busy.delete(chainKey(want));
      this.#enqueue({ ...want, upTo });
    }
    return fetched;
  }

  /** A fetched run is dealt with: stored, known, refused or put to wait. Returns the request's chains when it was the last. */
  settled({ request: number }: Fetched): readonly Chain[] | undefined {
    const request = this.#requests.get(number);
    if (request?.answered === undefined || --request.unsettled > 0) return undefined;
    this.#requests.delete(number);
    for (const asked of request.answered) this.#release(asked);
    return request.answered.map(({ want: { document, author } }) => ({ document, author }));
  }

  /** The chain waits for the log: it is not asked for until `free`. */
  hold(chain: Chain, upTo: number): void {
    const key = chainKey(chain);
    const busy = this.#busy.get(key);
    this.#held.set(key, Math.max(upTo, busy?.upTo ?? 0, this.#held.get(key) ?? 0));
    this.#enough(key);
  }

  /** The chain waits no longer: what is missing of it is asked for. */
  free(chain: Chain): void {
    const upTo = this.#held.get(chainKey(chain));
    if (upTo === undefined) return;
    this.#held.delete(chainKey(chain));
    this.gap(chain, upTo);
  }

  /** The replica takes no more of the chain: it is forked, or its author may not write it. This peer is asked for no more of it. */
  setAside(chain: Chain): void {
    const key = chainKey(chain);
    this.#setAside.add(key);
    this.#queues[urgencyOf(chain.document)].delete(key);
    this.#enough(key);
  }

  #aheadIn(document: DocumentId, entry: FrontierEntry): boolean {
    const chain = { document, author: entry.author };
    if (this.#view.isForked(chain) || this.#view.isErased(document)) return false;
    const head = this.#view.head(chain);
    if (head === undefined || head.seq < entry.seq) return this.#enqueue({ ...chain, upTo: entry.seq });
    // Another item in the own head's place: fetched as evidence of the fork (ITEM-5).
    if (head.seq === entry.seq && !equalBytes(head.id, entry.id)) return this.#enqueue({ ...chain, from: entry.seq, upTo: entry.seq });
    return false;
  }

  /** Returns whether this was not known to be missing. */
  #enqueue(want: Want): boolean {
    const key = chainKey(want);
    if (this.#setAside.has(key)) return false;
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#held.set(key, Math.max(held, want.upTo));
      return false;
    }
    const busy = this.#busy.get(key);
    if (busy !== undefined) {
      const further = want.upTo > busy.upTo;
      busy.upTo = Math.max(busy.upTo, want.upTo);
      return further;
    }
    const queue = this.#queues[urgencyOf(want.document)];
    const queued = queue.get(key);
    if (queued !== undefined && queued.upTo >= want.upTo) return false;
    queue.set(key, want);
    return true;
  }

  #nextRequestMessage(): Message | undefined {
    const urgency = ([0, 1, 2] as const).find((level) => this.#queues[level].size > 0);
    if (urgency === undefined) return undefined;
    for (const busy of this.#busy.values()) if (busy.urgency < urgency) return undefined;
    const queue = this.#queues[urgency];
    const asked: Asked[] = [];
    let items = 0;
    for (const [key, want] of queue) {
      if (asked.length >= MAX_WANTS || items >= ENOUGH_ITEMS) break;
      if (this.#busy.has(key)) continue;
      queue.delete(key);
      const from = want.from ?? (this.#view.head(want)?.seq ?? 0) + 1;
      if (from > want.upTo || this.#view.isForked(want) || this.#view.isErased(want.document)) continue;
      asked.push({ want, from });
      this.#busy.set(key, { urgency, from, upTo: want.upTo });
      items += want.upTo - from + 1;
    }
    // All that was queued had come by other ways.
    if (asked.length === 0) return queue.size === 0 ? this.#nextRequestMessage() : undefined;
    const request = this.#nextRequest++;
    this.#requests.set(request, { asked, answered: undefined, unsettled: 0 });
    return { type: 'want', request, wants: asked.map(({ want: { document, author }, from }) => ({ document, author, from })) };
  }

  /** The chain may be asked for again; it is, when this brought some of it and more is known. */
  #release({ want: { document, author }, from }: Asked): void {
    const key = chainKey({ document, author });
    const upTo = this.#busy.get(key)?.upTo ?? 0;
    this.#busy.delete(key);
    if ((this.#view.head({ document, author })?.seq ?? 0) >= from) this.gap({ document, author }, upTo);
  }

  /** No more of the chain is known to be missing. */
  #enough(key: string): void {
    const busy = this.#busy.get(key);
    if (busy !== undefined) busy.upTo = 0;
  }
}

function chainOf(asked: Asked | undefined): string | undefined {
  return asked && chainKey(asked.want);
}

function urgencyOf(document: DocumentId): 0 | 1 | 2 {
  const hex = hexOf(document);
  if (hex === hexOf(LOG_DOCUMENT)) return 0;
  return hex === hexOf(SESSIONS_DOCUMENT) ? 1 : 2;
}
