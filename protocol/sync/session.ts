/**
 * The sync session with one peer: a state machine without I/O, clock, timers or keys (SYNC-7).
 *
 * What happens comes in through its methods; each returns what is to be done. The replica is read, never written; what
 * the peer sends is bounded, and a peer that breaks a rule is ended with a short code.
 */
import { equalBytes, toHex } from '../codec/bytes.ts';
import type { DocumentId } from '../codec/ids.ts';
import type { Admitted, Run, Verdict } from '../replica/replica.ts';
import type { DigestTrie } from './digest-trie.ts';
import type { LinkEvent } from './link.ts';
import { encodeMessage, parseMessage, SYNC_VERSION, type EndReason, type Message, type MessageOf } from './messages.ts';
import { OpenSession } from './open-session.ts';
import { Violation, type Effect, type SessionOptions } from './session-context.ts';
import { agreedSubscription, FOUNDATION, isFoundation, sameSubscription, trieOf } from './subscription.ts';

/** Silence after which a peer counts as gone: three heartbeats and a little. */
const SILENCE_MS = 35_000;
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

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
      if (!parsed.ok) throw new Violation(parsed.failure, `frame of ${frame.length} bytes that begins ${toHex(frame.subarray(0, 2))}`);
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

  /** Documents were erased here. */
  dropped(documents: readonly DocumentId[]): readonly Effect[] {
    return this.#guarded(() => this.#open?.dropped(documents));
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
