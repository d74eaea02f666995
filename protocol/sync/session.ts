/**
 * The sync session with one peer: a state machine without I/O, clock, timers or keys (SYNC-7).
 *
 * What happens comes in through its methods; each returns what is to be done. The replica is read, never written; what
 * the peer sends is bounded, and a peer that breaks a rule is ended with a short code.
 */
import { compareBytes, equalBytes } from '../codec/bytes.ts';
import { LOG_DOCUMENT, SESSIONS_DOCUMENT, type DeviceId, type DocumentId } from '../codec/ids.ts';
import { itemLength, type Chain } from '../items/item.ts';
import type { Admitted, Run, Verdict } from '../replica/replica.ts';
import { answerNodes, answerRanges, type Answer } from './answering.ts';
import { Comparison } from './comparison.ts';
import type { DigestTrie } from './digest-trie.ts';
import { Fetching } from './fetching.ts';
import { Intake, type Outcome } from './intake.ts';
import type { LinkEvent, Subscription } from './link.ts';
import { encodeMessage, heartbeatContent, MAX_WANTS, parseMessage, SYNC_VERSION, type EndReason, type Message, type MessageOf } from './messages.ts';
import { PUSH_CREDIT, Pushing } from './pushing.ts';
import { Serving } from './serving.ts';
import { Violation, type ReplicaView } from './session-context.ts';
import { agreedSubscription, documentFilter, FOUNDATION, sameSubscription, trieOf } from './subscription.ts';

const HEARTBEAT_MS = 10_000;
/** Silence after which a peer counts as gone: three heartbeats and a little. */
const SILENCE_MS = 35_000;
/** A peer that lives but leaves requests unanswered, and asks for nothing itself, is of no use. */
const UNANSWERED_MS = 60_000;
const MAX_CLOCK_SKEW_MS = 5 * 60_000;
/** A comparison that changed nothing is repeated after this long at first, at most after the second. */
const FRUITLESS_MS = 1_000;
const MAX_FRUITLESS_MS = 60_000;
const MAX_HEARTBEATS_A_TICK = 64;
/** Requests of the peer that wait for wants to be worked off; an honest peer has four under way. */
const MAX_DEFERRED = 8;
/** Work that a peer may cause by asking for nodes: so many at once for each document, and a part of it again each tick. */
const ANSWERS_A_DOCUMENT = 8;
const FREE_ANSWERS = 8192;
/** Runs of the peer that may be refused at once; one more with each tick. */
const MAX_REFUSALS = 1024;
/** Heartbeats with another root, after which the side that does not lead compares by itself. */
const PATIENCE = 3;

/** A heartbeat as the peer signed it. */
export interface SignedHeartbeat {
  readonly count: number;
  readonly root: Uint8Array;
  readonly time: number;
  readonly signature: Uint8Array;
}

/** What is to be done. `offer`, `load` and `sign` are answered by `offered`, `loaded` and `signed`. */
export type Effect =
  | { readonly type: 'send'; readonly frame: Uint8Array }
  | { readonly type: 'offer'; readonly offer: number; readonly run: Run; readonly live: boolean }
  | { readonly type: 'load'; readonly load: number; readonly chain: Chain; readonly from: number }
  | { readonly type: 'sign'; readonly content: Uint8Array; readonly heartbeat: Omit<MessageOf<'heartbeat'>, 'signature'> }
  /** The peer signed this; it is worth keeping. */
  | { readonly type: 'remember'; readonly heartbeat: SignedHeartbeat }
  | { readonly type: 'event'; readonly event: LinkEvent }
  /** For the local operator alone: the peer learns only a short code. */
  | { readonly type: 'log'; readonly name: string; readonly detail: string }
  /** After what was to be sent before. */
  | { readonly type: 'close' };

export interface SessionOptions {
  readonly view: ReplicaView;
  readonly device: DeviceId;
  readonly remote: DeviceId;
  readonly subscription: Subscription;
  /** Trie of the whole replica, kept up to date by its owner; sessions about everything share it. */
  readonly trieOfAll: DigestTrie;
  readonly now: number;
  /** The items the peer had when it last signed. */
  readonly remembered: number;
  readonly verifyHeartbeat: (content: Uint8Array, signature: Uint8Array) => boolean;
}

export class SyncSession {
  readonly #options: SessionOptions;
  readonly #foundation: DigestTrie;
  #effects: Effect[] = [];
  #open: OpenSession | undefined;
  #ended = false;
  #now: number;
  #heardAt: number;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#now = options.now;
    this.#heardAt = options.now;
    this.#foundation = trieOf(options.view, FOUNDATION);
  }

  get inSync(): boolean {
    return !this.#ended && this.#open?.inSync === true;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The first thing to do. */
  start(): readonly Effect[] {
    return this.#guarded(() => {
      const { view, device, subscription, trieOfAll, now } = this.#options;
      const trie = subscription.type === 'all' ? trieOfAll : trieOf(view, subscription);
      this.#send({
        type: 'hello', version: SYNC_VERSION, ward: view.ward, device, time: now, subscription,
        foundation: this.#foundation.root(), root: trie.root(),
      });
    });
  }

  /** A frame of the peer. */
  receive(frame: Uint8Array): readonly Effect[] {
    return this.#guarded(() => {
      this.#heardAt = this.#now;
      const parsed = parseMessage(frame);
      if (!parsed.ok) throw new Violation(parsed.failure, 'frame');
      const message = parsed.value;
      if (message.type === 'end') return this.#close(message.reason, 'them');
      if (this.#open !== undefined) this.#open.receive(message);
      else if (message.type === 'hello') this.#greet(message);
      else throw new Violation('malformed', 'no hello');
    });
  }

  /** Items were admitted to the replica. `toPush` unless the peer has them, or they came in bulk. */
  admitted(admitted: Admitted, toPush: boolean): readonly Effect[] {
    return this.#guarded(() => {
      if (isFoundation(admitted.document)) this.#foundation.touch(admitted.document);
      this.#open?.admitted(admitted, toPush);
    });
  }

  offered(offer: number, verdict: Verdict): readonly Effect[] {
    return this.#guarded(() => this.#open?.offered(offer, verdict));
  }

  loaded(load: number, run: Run): readonly Effect[] {
    return this.#guarded(() => this.#open?.loaded(load, run));
  }

  signed(heartbeat: Omit<MessageOf<'heartbeat'>, 'signature'>, signature: Uint8Array): readonly Effect[] {
    return this.#guarded(() => this.#send({ ...heartbeat, signature }));
  }

  /** Time has passed: about once a second. `now` in milliseconds since 1970. */
  tick(now: number): readonly Effect[] {
    return this.#guarded(() => {
      // A clock that is set back or jumps is no silence.
      const passed = now - this.#now;
      this.#now = now;
      if (passed < 0 || passed > SILENCE_MS) this.#heardAt = now;
      if (now - this.#heardAt > SILENCE_MS) return this.#fail('timeout');
      this.#open?.tick(now);
    });
  }

  /** Ends the session: the peer is told. */
  end(reason: EndReason): readonly Effect[] {
    return this.#guarded(() => this.#fail(reason));
  }

  /** The channel has closed. */
  cut(): readonly Effect[] {
    return this.#guarded(() => this.#close('cut', 'them'));
  }

  #greet(hello: MessageOf<'hello'>): void {
    const { view, remote, subscription, trieOfAll } = this.#options;
    if (!equalBytes(hello.ward, view.ward)) throw new Violation('ward', 'another ward');
    if (!equalBytes(hello.device, remote)) throw new Violation('malformed', 'another device than the channel has proven');
    const skew = hello.time - this.#now;
    if (Math.abs(skew) > MAX_CLOCK_SKEW_MS) this.#emit({ type: 'clock-skew', milliseconds: skew });
    const agreed = agreedSubscription(subscription, hello.subscription);
    this.#open = new OpenSession({
      ...this.#options,
      agreed,
      trie: agreed.type === 'all' ? trieOfAll : trieOf(view, agreed),
      foundation: this.#foundation,
      now: this.#now,
      perform: (effect) => this.#effects.push(effect),
    });
    this.#open.start(hello.foundation, sameSubscription(agreed, hello.subscription) ? hello.root : undefined);
  }

  #guarded(step: () => void): readonly Effect[] {
    if (!this.#ended) {
      try {
        step();
        if (!this.#ended) this.#open?.pump();
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        this.#effects.push({ type: 'log', name: 'sync-violation', detail: error.message });
        this.#fail(error.reason);
      }
    }
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #fail(reason: EndReason): void {
    this.#send({ type: 'end', reason });
    this.#close(reason, 'us');
  }

  #close(reason: EndReason | 'cut', by: 'us' | 'them'): void {
    this.#ended = true;
    this.#effects.push({ type: 'close' });
    this.#emit({ type: 'ended', reason, by });
  }

  #send(message: Message): void {
    this.#effects.push({ type: 'send', frame: encodeMessage(message) });
  }

  #emit(event: LinkEvent): void {
    this.#effects.push({ type: 'event', event });
  }
}

interface OpenOptions extends SessionOptions {
  readonly agreed: Subscription;
  readonly trie: DigestTrie;
  readonly foundation: DigestTrie;
  readonly perform: (effect: Effect) => void;
}

/** A session whose peer has greeted. */
class OpenSession {
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

  #theirRoot: Uint8Array | undefined;
  /** Something was pushed since, so that they have another by now, and will say so. */
  #theirRootIsOld = false;
  #theyAreSettled = true;
  #theirFoundation: Uint8Array;
  /** Heartbeats in a row that showed another root while this side did not lead. */
  #unlike = 0;
  /** Whether they have said anything since the last comparison began. */
  #heardSince = true;
  /** Roots for which a comparison has brought nothing to this side. */
  #inVainFor: { readonly mine: Uint8Array; readonly theirs: Uint8Array } | undefined;
  #diverged = false;
  #comparing: { readonly theirs: Uint8Array; admittedBefore: number } | undefined;
  #compared = false;
  #fruitless = 0;
  #notBefore = 0;
  #foundationAsked = -Infinity;
  #foundationDue = false;
  /** Items admitted or acknowledged in this session: whether comparing bears fruit. */
  #progress = 0;

  #sentAt = -Infinity;
  #answeredAt: number;
  #changed = false;
  #heartbeats = 0;
  #answerBudget: number;
  #refusals = MAX_REFUSALS;
  #receivedPushBytes = 0;
  #highestCount: number;
  #reportedRollback = false;

  constructor(options: OpenOptions) {
    this.#options = options;
    const { view, trie, perform } = options;
    this.#now = options.now;
    this.#answeredAt = options.now;
    this.#highestCount = options.remembered;
    this.#theirFoundation = new Uint8Array(0);
    this.#includes = documentFilter(options.agreed);
    this.#leads = compareBytes(options.device, options.remote) < 0;
    this.#answerBudget = this.#fullAnswerBudget();
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
    this.#theirRoot = theirRoot;
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
        this.#charge(message.nodes.length);
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
    this.#progress++;
    if (isFoundation(admitted.document)) this.#intake.foundationGrew();
    if (!toPush) return;
    const wasBehind = this.#pushing.behind;
    const message = this.#pushing.push(admitted);
    if (message !== undefined) {
      this.#theirRootIsOld = true;
      this.#send(message);
    } else if (!wasBehind) {
      this.#emit({ type: 'behind' });
    }
  }

  offered(offer: number, verdict: Verdict): void {
    this.#intake.verdict(offer, verdict);
  }

  loaded(load: number, run: Run): void {
    this.#serving.loaded(load, run);
  }

  tick(now: number): void {
    this.#now = now;
    this.#heartbeats = 0;
    this.#refusals = Math.min(MAX_REFUSALS, this.#refusals + 1);
    const full = this.#fullAnswerBudget();
    this.#answerBudget = Math.min(full, this.#answerBudget + full / 16);
    if (now - this.#sentAt >= HEARTBEAT_MS || now < this.#sentAt) this.#heartbeat();
    else if (this.#changed && this.#quiet() && this.#pushing.idle) this.#heartbeat();
    if (!this.#waitsForPeer()) this.#answeredAt = now;
    if (now - this.#answeredAt > UNANSWERED_MS) throw new Violation('timeout', 'a request is not answered');
    this.#compare();
  }

  /** Whatever has become possible. Called after each input. */
  pump(): void {
    this.#intake.pump();
    if (this.#foundationDue && this.#now - this.#foundationAsked >= FRUITLESS_MS) {
      this.#foundationDue = false;
      this.#foundationAsked = this.#now;
      this.#comparison.compareFoundation();
    }
    while (this.#deferred.length > 0 && !this.#fetching.saturated) this.#answerFrontiers(this.#deferred.shift());
    if (!this.#fetching.saturated) for (const request of this.#comparison.requests()) this.#send(request);
    for (const want of this.#fetching.requests()) this.#send(want);
    if (this.#comparing !== undefined && !this.#comparison.active) this.#finishComparing(this.#comparing);
    this.#settle();
  }

  #takeHeartbeat(heartbeat: MessageOf<'heartbeat'>): void {
    const { count, root, time, signature, foundation, settled } = heartbeat;
    if (++this.#heartbeats > MAX_HEARTBEATS_A_TICK) throw new Violation('overload', 'heartbeats');
    if (!this.#options.verifyHeartbeat(heartbeatContent(heartbeat), signature)) throw new Violation('malformed', 'heartbeat signature');
    if (count < this.#highestCount && !this.#reportedRollback) {
      this.#reportedRollback = true;
      this.#emit({ type: 'rolled-back', before: this.#highestCount, now: count });
    }
    if (count >= this.#highestCount) {
      this.#highestCount = count;
      this.#options.perform({ type: 'remember', heartbeat: { count, root, time, signature } });
    }
    this.#theirRoot = root;
    this.#theirFoundation = foundation;
    this.#theirRootIsOld = false;
    this.#theyAreSettled = settled === 'yes';
    if (this.#theyAreSettled && !this.#leads && this.#quiet()) this.#compared = true;
    this.#heardSince = true;
    this.#unlike = this.#rootsAreEqual() ? 0 : this.#unlike + 1;
    this.#judgeDivergence();
    this.#compare();
  }

  /** Compares when the roots differ, nothing is under way that would make them equal, and it has not just been in vain. */
  #compare(): void {
    const theirs = this.#theirRoot;
    if (theirs === undefined || this.#theirRootIsOld || this.#comparing !== undefined || !this.#quiet() || !this.#pushing.idle) return;
    if (!(this.#leads && this.#theyAreSettled) && this.#unlike < PATIENCE) return;
    const mine = this.#options.trie.root();
    if (equalBytes(mine, theirs) || this.#diverged || !this.#heardSince || this.#now < this.#notBefore) return;
    this.#heardSince = false;
    this.#unlike = 0;
    this.#comparing = { theirs, admittedBefore: this.#progress };
    if (!equalBytes(this.#options.foundation.root(), this.#theirFoundation)) this.#comparison.compareFoundation();
    this.#comparison.compareAll();
  }

  /** Everything was compared, they took what they lacked and say so, and both are where they were: then it is left at that. */
  #judgeDivergence(): void {
    const stuck =
      this.#inVainFor !== undefined &&
      this.#theyAreSettled &&
      this.#quiet() &&
      equalBytes(this.#options.trie.root(), this.#inVainFor.mine) &&
      this.#theirRoot !== undefined &&
      equalBytes(this.#theirRoot, this.#inVainFor.theirs);
    if (stuck && !this.#diverged) this.#emit({ type: 'diverged' });
    this.#diverged = stuck;
  }

  #finishComparing({ theirs, admittedBefore }: { readonly theirs: Uint8Array; readonly admittedBefore: number }): void {
    if (this.#fetching.busy || this.#intake.busy) return;
    this.#comparing = undefined;
    this.#compared = true;
    this.#inVainFor = undefined;
    if (this.#progress > admittedBefore) {
      this.#fruitless = 0;
    } else {
      this.#notBefore = this.#now + Math.min(MAX_FRUITLESS_MS, FRUITLESS_MS * 2 ** this.#fruitless);
      this.#fruitless = Math.min(this.#fruitless + 1, 6);
      this.#inVainFor = { mine: this.#options.trie.root(), theirs };
    }
    this.#heartbeat();
  }

  #answer(request: number, answer: Answer): void {
    this.#send({ type: 'answer', request, ...answer });
  }

  #answerFrontiers(message: MessageOf<'frontiers'> | undefined): void {
    if (message === undefined) return;
    const { request, ranges, ahead } = message;
    for (const { document } of [...ranges, ...ahead]) if (!this.#includes(document)) throw new Violation('malformed', 'document outside the subscription');
    this.#charge(ranges.length);
    for (const entries of [...ranges, ...ahead]) this.#fetching.ahead(entries);
    this.#answer(request, answerRanges(this.#options.view, ranges));
  }

  #takeRuns(message: MessageOf<'runs'>): void {
    for (const fetched of this.#fetching.take(message)) {
      this.#intake.take(fetched.run, false, (outcome) => {
        this.#conclude(fetched.run, outcome);
        if (outcome.type === 'gap') this.#fetching.setAside(fetched.run);
        const chains = this.#fetching.settled(fetched);
        if (chains !== undefined) this.#acknowledge([], chains);
      });
    }
  }

  #takePush({ push, runs }: MessageOf<'push'>): void {
    const bytes = runs.reduce((sum, run) => run.items.reduce((length, item) => length + itemLength(item), sum), 0);
    if (this.#receivedPushBytes > 0 && this.#receivedPushBytes + bytes > 2 * PUSH_CREDIT) throw new Violation('overload', 'pushes beyond the credit');
    if (runs.some(({ document }) => !this.#includes(document))) throw new Violation('malformed', 'document outside the subscription');
    if (runs.length === 0) throw new Violation('malformed', 'push of nothing');
    this.#receivedPushBytes += bytes;
    this.#theirRootIsOld = true;
    let left = runs.length;
    for (const run of runs) {
      this.#intake.take(run, true, (outcome) => {
        this.#conclude(run, outcome);
        if (outcome.type === 'gap') this.#fetching.gap(run, outcome.upTo);
        if (--left > 0) return;
        this.#receivedPushBytes -= bytes;
        this.#acknowledge([push], runs);
      });
    }
  }

  #conclude(run: Run, outcome: Outcome): void {
    if (outcome.type !== 'refused') return;
    this.#fetching.setAside(run);
    if (--this.#refusals < 0) throw new Violation('overload', 'too much is refused');
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
    this.#progress += chains.length;
    if (this.#pushing.acknowledge(pushes)) this.#heartbeat();
  }

  /** Nothing is being asked, offered or compared by this side. */
  #quiet(): boolean {
    return !this.#comparison.active && !this.#fetching.busy && !this.#intake.busy && this.#deferred.length === 0;
  }

  /** In sync: nothing under way, and the roots equal or everything compared. */
  #settle(): void {
    const searching = this.#comparison.active || this.#fetching.busy || this.#deferred.length > 0 || this.#comparing !== undefined;
    const inSync = !searching && (this.#compared || this.#rootsAreEqual());
    if (inSync && !this.#inSync) {
      this.#compared = true;
      this.#emit({ type: 'in-sync' });
      // What was fetched shows in the root: the peer need not wait for the next tick to see it.
      if (this.#changed) this.#heartbeat();
    }
    this.#inSync = inSync;
  }

  #rootsAreEqual(): boolean {
    return this.#theirRoot !== undefined && equalBytes(this.#theirRoot, this.#options.trie.root());
  }

  #waitsForPeer(): boolean {
    return this.#comparison.waiting || this.#fetching.waiting;
  }

  #heartbeat(): void {
    const { view, trie, foundation, perform } = this.#options;
    const settled = this.#quiet() && this.#theirRoot !== undefined && (!this.#leads || this.#compared || this.#rootsAreEqual());
    const heartbeat = { count: view.count, root: trie.root(), time: this.#now, foundation: foundation.root(), settled: settled ? 'yes' : 'no' } as const;
    this.#sentAt = this.#now;
    this.#changed = false;
    perform({ type: 'sign', content: heartbeatContent(heartbeat), heartbeat: { type: 'heartbeat', ...heartbeat } });
  }

  #charge(work: number): void {
    this.#answerBudget -= work;
    if (this.#answerBudget < 0) throw new Violation('overload', 'asks for more nodes than there are');
  }

  #fullAnswerBudget(): number {
    return FREE_ANSWERS + ANSWERS_A_DOCUMENT * this.#options.trie.size;
  }

  #send(message: Message): void {
    this.#options.perform({ type: 'send', frame: encodeMessage(message) });
  }

  #emit(event: LinkEvent): void {
    this.#options.perform({ type: 'event', event });
  }
}

function isFoundation(document: DocumentId): boolean {
  return equalBytes(document, LOG_DOCUMENT) || equalBytes(document, SESSIONS_DOCUMENT);
}
