/** Two sessions in memory, run step by step: frames wait in queues until the test, or a chosen order, delivers them. */
import { equalBytes } from '../../../protocol/codec/bytes.ts';
import { deviceId } from '../../../protocol/codec/ids.ts';
import { LABEL } from '../../../protocol/crypto/labels.ts';
import { signFor, verifyFor, type SigningKey } from '../../../protocol/crypto/signing/signature.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Replica } from '../../../protocol/replica/replica.ts';
import type { LinkEvent, Subscription } from '../../../protocol/sync/link.ts';
import { parseMessage, type Message } from '../../../protocol/sync/messages.ts';
import { SyncSession } from '../../../protocol/sync/session.ts';
import { trieOf } from '../../../protocol/sync/subscription.ts';
import { chainKey, type Effect, type SignedHeartbeat } from '../../../protocol/sync/session-context.ts';
import { keyOf } from './fake-replica.ts';

export interface SideOptions {
  readonly replica: Replica;
  readonly key: SigningKey;
  readonly remote: SigningKey;
  readonly subscription?: Subscription;
  readonly remembered?: number;
  readonly now?: number;
}

/** One side: a session, its replica, and what it has to send. */
export class Side {
  readonly replica: Replica;
  readonly session: SyncSession;
  readonly events: LinkEvent[] = [];
  readonly outbox: Uint8Array[] = [];
  readonly sent: Message[] = [];
  readonly logged: string[] = [];
  readonly remembered: SignedHeartbeat[] = [];
  /** Loads and offers under way. */
  pending = 0;
  bytes = 0;
  closed = false;
  #live = new Map<string, boolean>();
  readonly #key: SigningKey;
  readonly #unsubscribe: () => void;

  constructor({ replica, key, remote, subscription = { type: 'all' }, remembered = 0, now = 1_000_000 }: SideOptions) {
    this.replica = replica;
    this.#key = key;
    const trieOfAll = trieOf(replica, { type: 'all' });
    this.session = new SyncSession({
      view: replica,
      device: deviceId.from(key.publicKey),
      remote: deviceId.from(remote.publicKey),
      subscription,
      trieOfAll,
      now,
      remembered,
      verifyHeartbeat: (content, signature) => verifyFor(remote.publicKey, LABEL.heartbeat, replica.ward, content, signature),
    });
    this.#unsubscribe = replica.onAdmitted((admitted) => {
      trieOfAll.touch(admitted.document);
      const live = this.#live.get(chainKey(admitted));
      this.perform(this.session.admitted(admitted, live === undefined));
    });
    this.perform(this.session.start());
  }

  receive(frame: Uint8Array): void {
    this.perform(this.session.receive(frame));
  }

  perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#performOne(effect);
  }

  get roots(): Uint8Array {
    return trieOf(this.replica, { type: 'all' }).root();
  }

  stop(): void {
    this.closed = true;
    this.#unsubscribe();
  }

  #performOne(effect: Effect): void {
    switch (effect.type) {
      case 'send': {
        if (this.closed) return;
        this.outbox.push(effect.frame);
        this.bytes += effect.frame.length;
        const parsed = parseMessage(effect.frame);
        if (!parsed.ok) throw new Error(`sends what it would refuse: ${parsed.failure}`);
        this.sent.push(parsed.value);
        return;
      }
      case 'offer': {
        const key = chainKey(effect.run);
        this.#live.set(key, effect.live);
        this.#wait(this.replica.offer(effect.run), (verdict) => {
          this.#live.delete(key);
          return this.session.offered(effect.offer, verdict);
        });
        return;
      }
      case 'load':
        return this.#wait(this.replica.run(effect.chain, effect.from, { maxItems: MAX_RUN_ITEMS, maxBytes: MAX_RUN_BYTES }), (run) => this.session.loaded(effect.load, run));
      case 'sign':
        return this.perform(this.session.signed(effect.heartbeat, signFor(this.#key, LABEL.heartbeat, this.replica.ward, effect.content)));
      case 'remember':
        this.remembered.push(effect.heartbeat);
        return;
      case 'event':
        this.events.push(effect.event);
        return;
      case 'log':
        this.logged.push(effect.detail);
        return;
      case 'close':
        this.stop();
    }
  }

  #wait<T>(promise: Promise<T>, then: (value: T) => readonly Effect[]): void {
    this.pending++;
    void promise.then((value) => {
      this.pending--;
      this.perform(then(value));
    });
  }
}

export const SMALL_KEY_FIRST: readonly [SigningKey, SigningKey] = orderedKeys();

function orderedKeys(): [SigningKey, SigningKey] {
  const [a, b] = [keyOf(9001), keyOf(9002)];
  return Buffer.compare(Buffer.from(a.publicKey), Buffer.from(b.publicKey)) < 0 ? [a, b] : [b, a];
}

export interface PairOptions {
  readonly subscriptions?: readonly [Subscription, Subscription];
  readonly now?: number;
}

/** A pair of sessions and the ways to move it on. `left` leads. */
export class Pair {
  readonly left: Side;
  readonly right: Side;
  /** One-way trips: each delivers all that was sent until then. */
  trips = 0;

  constructor(left: Replica, right: Replica, { subscriptions, now }: PairOptions = {}) {
    const [small, large] = SMALL_KEY_FIRST;
    const common = now === undefined ? {} : { now };
    this.left = new Side({ ...common, replica: left, key: small, remote: large, ...(subscriptions && { subscription: subscriptions[0] }) });
    this.right = new Side({ ...common, replica: right, key: large, remote: small, ...(subscriptions && { subscription: subscriptions[1] }) });
  }

  get sides(): readonly [Side, Side] {
    return [this.left, this.right];
  }

  /** Delivers everything in lock-step until nothing is on its way. */
  async exchange(maxTrips = 10_000): Promise<void> {
    await this.rest();
    while (this.left.outbox.length > 0 || this.right.outbox.length > 0) {
      if (++this.trips > maxTrips) throw new Error('never at rest');
      const toRight = this.left.outbox.splice(0);
      const toLeft = this.right.outbox.splice(0);
      for (const frame of toRight) this.right.receive(frame);
      for (const frame of toLeft) this.left.receive(frame);
      await this.rest();
    }
  }

  /** Lets loads and offers come to their end. */
  async rest(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.left.pending > 0 || this.right.pending > 0);
  }

  async tick(now: number): Promise<void> {
    for (const side of this.sides) side.perform(side.session.tick(now));
    await this.exchange();
  }

  get equal(): boolean {
    return equalBytes(this.left.roots, this.right.roots);
  }
}
