/**
 * A sync session whose peer has greeted: what to make of each message, and what to do next.
 *
 * The parts know one thing each (comparing, fetching, letting in, serving, pushing); this joins them.
 */
import { compareBytes, equalBytes } from '../codec/bytes.ts';
import type { DocumentId } from '../codec/ids.ts';
import { itemLength, type Chain } from '../items/item.ts';
import type { Admitted, Run, Verdict } from '../replica/replica.ts';
import { Allowance } from './allowance.ts';
import { answerNodes, answerRanges, type Answer } from './answering.ts';
import { Comparison } from './comparison.ts';
import type { DigestTrie } from './digest-trie.ts';
import { Fetching } from './fetching.ts';
import { Intake, type Outcome } from './intake.ts';
import type { LinkEvent, Subscription } from './link.ts';
import { encodeMessage, heartbeatContent, MAX_WANTS, type Message, type MessageOf } from './messages.ts';
import { Pushing } from './pushing.ts';
import { RootWatch } from './root-watch.ts';
import { Serving } from './serving.ts';
import { Violation, type Effect, type SessionOptions } from './session-context.ts';
import { documentFilter, isFoundation } from './subscription.ts';

const HEARTBEAT_MS = 10_000;
/** A peer that lives but leaves requests unanswered, and asks for nothing itself, is of no use. */
const UNANSWERED_MS = 60_000;
/** The log and the sessions are compared at most so often because an item names what is not here. */
const FOUNDATION_MS = 1_000;
/** Requests of the peer that wait for wants to be worked off; an honest peer has four under way. */
const MAX_DEFERRED = 8;

export interface OpenOptions extends SessionOptions {
  readonly agreed: Subscription;
  readonly trie: DigestTrie;
  readonly foundation: DigestTrie;
  readonly perform: (effect: Effect) => void;
}

/** A session whose peer has greeted. */
export class OpenSession {
  readonly #options: OpenOptions;
  readonly #includes: (document: DocumentId) => boolean;
  readonly #comparison: Comparison;
  readonly #fetching: Fetching;
  readonly #intake: Intake;
  readonly #serving: Serving;
  readonly #pushing = new Pushing();
  readonly #leads: boolean;
  readonly #deferred: MessageOf<'frontiers'>[] = [];
  #now: number;
  #inSync = false;

  readonly #roots: RootWatch;
  readonly #allowance: Allowance;
  #theirFoundation: Uint8Array = new Uint8Array(0);
  #comparing = false;
  /** Everything was compared at least once. */
  #compared = false;
  /** Whether the comparison under way has brought something to either side. */
  #broughtSomething = false;
  #foundationAsked = -Infinity;
  #foundationDue = false;

  /** When the last heartbeat was sent, and whether anything has changed since. */
  #sentAt = -Infinity;
  #changed = false;
  /** Whether both hold the same, and the app knows. */
  #toldEqual = false;
  /** When the peer last did something about what it was asked. */
  #answeredAt: number;
  #highestCount: number;
  #reportedRollback = false;

  constructor(options: OpenOptions) {
    this.#options = options;
    const { view, trie, perform } = options;
    this.#now = options.now;
    this.#answeredAt = options.now;
    this.#highestCount = options.remembered;
    this.#includes = documentFilter(options.agreed);
    this.#leads = compareBytes(options.device, options.remote) < 0;
    this.#roots = new RootWatch(trie, this.#leads);
    this.#allowance = new Allowance(trie);
    const send = (message: Message): void => this.#send(message);
    this.#fetching = new Fetching(view);
    this.#comparison = new Comparison({ view, trie, includes: this.#includes, ahead: (entries) => this.#fetching.ahead(entries) });
    this.#intake = new Intake({
      offer: (offer, run, live) => perform({ type: 'offer', offer, run, live }),
      hold: (chain, upTo) => {
        this.#fetching.hold(chain, upTo);
        this.#foundationDue = true;
      },
      free: (chain) => {
        this.#fetching.free(chain);
        this.#acknowledge([], [chain]);
      },
    });
    this.#serving = new Serving({ view, includes: this.#includes, send, load: (load, chain, from) => perform({ type: 'load', load, chain, from }) });
  }

  get inSync(): boolean {
    return this.#inSync;
  }

  /** `theirRoot` where the peer's own subscription is the agreed one. */
  start(theirFoundation: Uint8Array, theirRoot: Uint8Array | undefined): void {
    this.#theirFoundation = theirFoundation;
    this.#roots.greeted(theirRoot);
    this.#compare();
    this.#heartbeat();
  }

  receive(message: Exclude<Message, { readonly type: 'end' }>): void {
    if (message.type !== 'heartbeat') this.#answeredAt = this.#now;
    switch (message.type) {
      case 'hello':
        throw new Violation('malformed', 'second hello');
      case 'heartbeat':
        return this.#takeHeartbeat(message);
      case 'nodes':
        this.#allowance.answer(message.nodes.length);
        return this.#answer(message.request, answerNodes(this.#options.view, this.#options.trie, message.nodes));
      case 'frontiers':
        if (this.#deferred.length >= MAX_DEFERRED) throw new Violation('overload', 'too many requests at once');
        this.#deferred.push(message);
        return;
      case 'answer':
        return this.#comparison.take(message);
      case 'want':
        return this.#serving.take(message);
      case 'runs':
        return this.#takeRuns(message);
      case 'push':
        return this.#takePush(message);
      case 'stored':
        return this.#takeStored(message);
    }
  }

  admitted(admitted: Admitted, toPush: boolean): void {
    if (!this.#includes(admitted.document)) return;
    if (this.#options.trie !== this.#options.trieOfAll) this.#options.trie.touch(admitted.document);
    this.#changed = true;
    this.#toldEqual = false;
    if (isFoundation(admitted.document)) this.#intake.foundationGrew();
    if (!toPush) return;
    const wasBehind = this.#pushing.behind;
    const message = this.#pushing.push(admitted);
    if (message !== undefined) {
      this.#roots.pushed();
      this.#send(message);
    } else if (!wasBehind) {
      this.#emit({ type: 'behind' });
    }
  }

  /** Documents were erased: they are compared, fetched and served no more. */
  dropped(documents: readonly DocumentId[]): void {
    if (this.#options.trie !== this.#options.trieOfAll) for (const document of documents) this.#options.trie.remove(document);
    this.#changed = true;
    this.#toldEqual = false;
  }

  offered(offer: number, verdict: Verdict): void {
    this.#intake.verdict(offer, verdict);
  }

  loaded(load: number, run: Run): void {
    this.#serving.loaded(load, run);
  }

  tick(now: number): void {
    this.#now = now;
    this.#allowance.tick();
    if (now - this.#sentAt >= HEARTBEAT_MS || now < this.#sentAt) this.#heartbeat();
    else if (this.#changed && this.#quiet() && this.#pushing.idle) this.#heartbeat();
    if (!this.#comparison.waiting && !this.#fetching.waiting) this.#answeredAt = now;
    if (now - this.#answeredAt > UNANSWERED_MS) throw new Violation('timeout', 'a request is not answered');
    this.#compare();
  }

  /** Whatever has become possible. Called after each input. */
  pump(): void {
    this.#intake.pump();
    if (this.#foundationDue && this.#now - this.#foundationAsked >= FOUNDATION_MS) {
      this.#foundationDue = false;
      this.#foundationAsked = this.#now;
      this.#comparison.compareFoundation();
    }
    while (this.#deferred.length > 0 && !this.#fetching.saturated) this.#answerFrontiers(this.#deferred.shift());
    if (!this.#fetching.saturated) for (const request of this.#comparison.requests()) this.#send(request);
    for (const want of this.#fetching.requests()) this.#send(want);
    if (this.#comparing && this.#quiet()) this.#finishComparing();
    this.#settle();
  }

  #takeHeartbeat(heartbeat: MessageOf<'heartbeat'>): void {
    const { count, root, time, signature, foundation, settled } = heartbeat;
    this.#allowance.heartbeat();
    if (!this.#options.verifyHeartbeat(heartbeatContent(heartbeat), signature)) throw new Violation('malformed', 'heartbeat signature');
    if (count < this.#highestCount && !this.#reportedRollback) {
      this.#reportedRollback = true;
      this.#emit({ type: 'rolled-back', before: this.#highestCount, now: count });
    }
    if (count >= this.#highestCount) {
      this.#highestCount = count;
      this.#options.perform({ type: 'remember', heartbeat: { count, root, time, signature } });
    }
    this.#theirFoundation = foundation;
    const quiet = this.#quiet();
    if (settled === 'yes' && quiet && !this.#leads) this.#compared = true;
    if (this.#roots.heard(root, settled === 'yes', quiet)) this.#emit({ type: 'diverged' });
    this.#tellEqual();
    this.#compare();
  }

  /** Compares when the roots differ, unless something is under way that would make them equal. */
  #compare(): void {
    if (this.#comparing || !this.#quiet() || !this.#pushing.idle || !this.#roots.shouldCompare(this.#now)) return;
    this.#comparing = true;
    this.#broughtSomething = false;
    this.#roots.comparing();
    if (!equalBytes(this.#options.foundation.root(), this.#theirFoundation)) this.#comparison.compareFoundation();
    this.#comparison.compareAll();
  }

  #finishComparing(): void {
    this.#comparing = false;
    this.#compared = true;
    this.#roots.compared(this.#now, this.#broughtSomething);
    this.#heartbeat();
  }

  #answer(request: number, answer: Answer): void {
    this.#send({ type: 'answer', request, ...answer });
  }

  #answerFrontiers(message: MessageOf<'frontiers'> | undefined): void {
    if (message === undefined) return;
    const { request, ranges, ahead } = message;
    for (const { document } of [...ranges, ...ahead]) if (!this.#includes(document)) throw new Violation('malformed', 'document outside the subscription');
    this.#allowance.answer(ranges.length);
    for (const entries of [...ranges, ...ahead]) this.#fetching.ahead(entries);
    this.#answer(request, answerRanges(this.#options.view, ranges));
  }

  #takeRuns(message: MessageOf<'runs'>): void {
    for (const fetched of this.#fetching.take(message)) {
      this.#intake.take(fetched.run, false, (outcome) => {
        this.#conclude(fetched.run, outcome);
        if (outcome.type === 'stored') this.#broughtSomething = true;
        if (outcome.type === 'gap') this.#fetching.setAside(fetched.run);
        const chains = this.#fetching.settled(fetched);
        if (chains !== undefined) this.#acknowledge([], chains);
      });
    }
  }

  #takePush({ push, runs }: MessageOf<'push'>): void {
    const bytes = runs.reduce((sum, run) => run.items.reduce((length, item) => length + itemLength(item), sum), 0);
    this.#allowance.push(bytes);
    if (runs.some(({ document }) => !this.#includes(document))) throw new Violation('malformed', 'document outside the subscription');
    if (runs.length === 0) throw new Violation('malformed', 'push of nothing');
    this.#roots.pushed();
    let left = runs.length;
    for (const run of runs) {
      this.#intake.take(run, true, (outcome) => {
        this.#conclude(run, outcome);
        if (outcome.type === 'gap') this.#fetching.gap(run, outcome.upTo);
        if (--left > 0) return;
        this.#allowance.pushDone(bytes);
        this.#acknowledge([push], runs);
      });
    }
  }

  #conclude(run: Run, outcome: Outcome): void {
    if (outcome.type !== 'refused') return;
    this.#fetching.setAside(run);
    this.#allowance.refusal();
  }

  /** Tells the peer what is durable here. */
  #acknowledge(pushes: readonly number[], chains: readonly Chain[]): void {
    const durable = chains.flatMap(({ document, author }) => {
      const head = this.#options.view.head({ document, author });
      return head === undefined ? [] : [{ document, author, seq: head.seq }];
    });
    for (let from = 0; from === 0 || from < durable.length; from += MAX_WANTS) {
      const part = durable.slice(from, from + MAX_WANTS);
      const acknowledged = from === 0 ? pushes : [];
      if (part.length > 0 || acknowledged.length > 0) this.#send({ type: 'stored', pushes: acknowledged, chains: part });
    }
  }

  #takeStored({ pushes, chains }: MessageOf<'stored'>): void {
    for (const { document, author, seq } of chains) {
      // What is not here cannot be news from there.
      const head = this.#options.view.head({ document, author });
      if (head !== undefined && this.#includes(document)) this.#emit({ type: 'stored-by-peer', chain: { document, author }, seq: Math.min(seq, head.seq) });
    }
    if (chains.length > 0) this.#broughtSomething = true;
    if (this.#pushing.acknowledge(pushes)) this.#heartbeat();
  }

  /** SYNC-6: on a heartbeat alone, because the root of a greeting is not signed. */
  #tellEqual(): void {
    if (this.#toldEqual || !this.#roots.equal) return;
    this.#toldEqual = true;
    this.#emit({ type: 'equal', includes: this.#includes });
  }

  /** Nothing is being asked, offered or compared by this side. */
  #quiet(): boolean {
    return !this.#comparison.active && !this.#fetching.busy && !this.#intake.busy && this.#deferred.length === 0;
  }

  /** In sync: nothing under way, and the roots equal or everything compared. */
  #settle(): void {
    const searching = this.#comparison.active || this.#fetching.busy || this.#deferred.length > 0 || this.#comparing;
    const inSync = !searching && (this.#compared || this.#roots.equal);
    if (inSync && !this.#inSync) {
      this.#compared = true;
      this.#emit({ type: 'in-sync' });
      // What was fetched shows in the root: the peer need not wait for the next tick to see it.
      if (this.#changed) this.#heartbeat();
    }
    this.#inSync = inSync;
  }

  #heartbeat(): void {
    const { view, trie, foundation, perform } = this.#options;
    const settled = this.#quiet() && this.#roots.known && (!this.#leads || this.#compared || this.#roots.equal);
    const heartbeat = { count: view.count, root: trie.root(), time: this.#now, foundation: foundation.root(), settled: settled ? 'yes' : 'no' } as const;
    this.#sentAt = this.#now;
    this.#changed = false;
    perform({ type: 'sign', content: heartbeatContent(heartbeat), heartbeat: { type: 'heartbeat', ...heartbeat } });
  }

  #send(message: Message): void {
    this.#options.perform({ type: 'send', frame: encodeMessage(message) });
  }

  #emit(event: LinkEvent): void {
    this.#options.perform({ type: 'event', event });
  }
}
