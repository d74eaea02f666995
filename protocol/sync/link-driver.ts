/**
 * Runs sync sessions: over a `FrameChannel`, with a `Replica`, by injected timers and clock.
 *
 * One `Sync` serves all links of a replica. What one link brings live goes on to the others at once; what it brings in
 * bulk is left for them to find by comparing.
 */
import { equalBytes } from '../codec/bytes.ts';
import type { CancelTimer, Environment } from '../codec/environment.ts';
import { deviceId, hexOf, LOG_DOCUMENT, type DocumentId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { MAX_RUN_BYTES, MAX_RUN_ITEMS, type Admitted, type Replica, type Run, type Verdict } from '../replica/replica.ts';
import type { FrameChannel } from './channel.ts';
import type { DigestTrie } from './digest-trie.ts';
import { isHeartbeatOf, keepHeartbeat, recallHeartbeat, type DeviceSigner, type PeerMemory } from './heartbeat-memory.ts';
import type { EndReason, Link, LinkEvent, Subscription } from './link.ts';
import { SyncSession } from './session.ts';
import { chainKey, type Effect, type SignedHeartbeat } from './session-context.ts';
import { trieOf } from './subscription.ts';

const TICK_MS = 1_000;
/** Frames that wait for a peer that does not read. What an honest session may have on its way is less. */
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
/** How long a closing link waits for its last frames to be taken. */
const FLUSH_MS = 5_000;
/** A note about a peer is written at most so often, and at the end. */
const KEEP_MS = 10_000;

export interface SyncOptions {
  readonly replica: Replica;
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'log'>;
  readonly signer: DeviceSigner;
  /** Where to note what peers signed: the replica's own store. */
  readonly memory: PeerMemory;
}

export interface Sync {
  /** Begins at once. Never throws for what the peer sends; the link's last event is `ended`. */
  openLink(channel: FrameChannel, subscription?: Subscription): Link;
  /** The digest of everything that is here now (FRONT-2). 32 bytes. */
  root(): Uint8Array;
  /** Ends every link. */
  close(): void;
}

export function createSync(options: SyncOptions): Sync {
  return new SyncHub(options);
}

class SyncHub implements Sync {
  readonly options: SyncOptions;
  readonly trieOfAll: DigestTrie;
  readonly #links = new Set<DrivenLink>();
  /** Who is offering items of a chain just now. */
  readonly #offering = new Map<string, { readonly link: DrivenLink; readonly live: boolean }>();
  readonly #unsubscribe: () => void;

  constructor(options: SyncOptions) {
    this.options = options;
    this.trieOfAll = trieOf(options.replica, { type: 'all' });
    const offs = [
      options.replica.onAdmitted((admitted) => this.#admitted(admitted)),
      options.replica.onDropped((documents) => {
        for (const document of documents) this.trieOfAll.remove(document);
        for (const link of this.#links) link.dropped(documents);
      }),
    ];
    this.#unsubscribe = () => { for (const off of offs) off(); };
  }

  openLink(channel: FrameChannel, subscription: Subscription = { type: 'all' }): Link {
    const link = new DrivenLink(this, channel, subscription);
    this.#links.add(link);
    link.onEvent((event) => {
      if (event.type === 'ended') this.#links.delete(link);
    });
    void link.run();
    return link;
  }

  root(): Uint8Array {
    return this.trieOfAll.root();
  }

  close(): void {
    this.#unsubscribe();
    for (const link of this.#links) link.end('done');
  }

  async offer(link: DrivenLink, run: Run, live: boolean): Promise<Verdict> {
    const key = chainKey(run);
    const offering = { link, live };
    this.#offering.set(key, offering);
    try {
      return await this.options.replica.offer(run);
    } finally {
      if (this.#offering.get(key) === offering) this.#offering.delete(key);
    }
  }

  #admitted(admitted: Admitted): void {
    this.trieOfAll.touch(admitted.document);
    const offering = this.#offering.get(chainKey(admitted));
    for (const link of this.#links) link.admitted(admitted, offering === undefined || (offering.live && offering.link !== link));
    if (equalBytes(admitted.document, LOG_DOCUMENT)) this.#endRevoked();
  }

  /** After the removal itself went out: a device that was removed shall learn it. */
  #endRevoked(): void {
    const { devices } = this.options.replica.state();
    for (const link of this.#links) {
      if (devices.get(hexOf(link.remote))?.removal !== undefined) link.end('revoked');
    }
  }
}

class DrivenLink implements Link {
  readonly remote;
  readonly #hub: SyncHub;
  readonly #channel: FrameChannel;
  readonly #subscription: Subscription;
  readonly #frames: AsyncIterable<Uint8Array>;
  readonly #listeners = new Set<(event: LinkEvent) => void>();
  readonly #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  #sending = false;
  #closing = false;
  #session: SyncSession | undefined;
  #cancelTick: CancelTimer = () => undefined;
  #cancelFlush: CancelTimer = () => undefined;
  #kept: { readonly at: number; readonly count: number } = { at: -Infinity, count: 0 };
  #toKeep: SignedHeartbeat | undefined;
  #endBeforeStart: EndReason | undefined;

  constructor(hub: SyncHub, channel: FrameChannel, subscription: Subscription) {
    this.#hub = hub;
    this.#channel = channel;
    this.#subscription = subscription;
    this.remote = deviceId.from(channel.remote);
    // In this turn: a stream that nobody reads may be over before anybody looks.
    this.#frames = channel.frames();
  }

  get inSync(): boolean {
    return this.#session?.inSync === true;
  }

  get heartbeat(): SignedHeartbeat | undefined {
    return this.#toKeep;
  }

  onEvent(listener: (event: LinkEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(reason: EndReason): void {
    if (this.#session === undefined) this.#endBeforeStart = reason;
    else this.#step((session) => session.end(reason));
  }

  admitted(admitted: Admitted, toPush: boolean): void {
    this.#step((session) => session.admitted(admitted, toPush));
  }

  dropped(documents: readonly DocumentId[]): void {
    this.#step((session) => session.dropped(documents));
  }

  async run(): Promise<void> {
    const { replica, environment, signer, memory } = this.#hub.options;
    const remembered = await recallHeartbeat(memory, this.remote, replica.ward).catch((error: unknown) => {
      environment.log.event('sync-memory-unreadable', { error: String(error) });
      return undefined;
    });
    this.#kept = { at: -Infinity, count: remembered?.count ?? 0 };
    const session = new SyncSession({
      view: replica,
      device: deviceId.from(signer.publicKey),
      remote: this.remote,
      subscription: this.#subscription,
      trieOfAll: this.#hub.trieOfAll,
      now: environment.clock.now(),
      remembered: remembered?.count ?? 0,
      verifyHeartbeat: (content, signature) => isHeartbeatOf(this.remote, replica.ward, content, signature),
    });
    this.#session = session;
    this.#step(() => session.start());
    const endBeforeStart = this.#endBeforeStart;
    if (endBeforeStart !== undefined) this.#step(() => session.end(endBeforeStart));
    this.#scheduleTick(session);
    try {
      for await (const frame of this.#frames) {
        if (session.ended) break;
        this.#step(() => session.receive(frame));
      }
    } catch (error) {
      environment.log.event('sync-channel-failed', { error: String(error), peer: hexOf(this.remote) });
    }
    this.#step(() => session.cut());
  }

  #scheduleTick(session: SyncSession): void {
    if (session.ended) return;
    const { timers, clock } = this.#hub.options.environment;
    this.#cancelTick = timers.after(TICK_MS, () => {
      this.#step(() => session.tick(clock.now()));
      this.#scheduleTick(session);
    });
  }

  /** One input of the session, and what follows of it. A bug of ours costs this link and is logged; nobody else suffers. */
  #step(input: (session: SyncSession) => readonly Effect[]): void {
    if (this.#session === undefined) return;
    try {
      for (const effect of input(this.#session)) this.#perform(effect);
    } catch (error) {
      this.#hub.options.environment.log.event('sync-failed', { error: String(error) });
      for (const effect of this.#session.end('internal')) this.#perform(effect);
    }
  }

  #perform(effect: Effect): void {
    const { replica, environment, signer } = this.#hub.options;
    switch (effect.type) {
      case 'send':
        return this.#send(effect.frame);
      case 'offer':
        return this.#later(this.#hub.offer(this, effect.run, effect.live), (session, verdict) => session.offered(effect.offer, verdict));
      case 'load':
        return this.#later(replica.run(effect.chain, effect.from, { maxItems: MAX_RUN_ITEMS, maxBytes: MAX_RUN_BYTES }), (session, run) =>
          session.loaded(effect.load, run),
        );
      case 'sign': {
        const signature = signer.sign(LABEL.heartbeat, effect.content);
        // At once where possible: what is sent in between would make the heartbeat stale.
        if (signature instanceof Uint8Array) return this.#step((session) => session.signed(effect.heartbeat, signature));
        return this.#later(signature, (session, bytes) => session.signed(effect.heartbeat, bytes));
      }
      case 'remember':
        this.#toKeep = effect.heartbeat;
        return this.#keep(KEEP_MS);
      case 'event':
        for (const listener of this.#listeners) listener(effect.event);
        return;
      case 'log':
        return environment.log.event(effect.name, { detail: effect.detail, peer: hexOf(this.remote) });
      case 'close':
        return this.#close();
    }
  }

  /** Feeds a result back to the session. A store that fails ends the link, and the store's owner hears of it by itself. */
  #later<T>(promise: Promise<T>, then: (session: SyncSession, value: T) => readonly Effect[]): void {
    promise.then(
      (value) => this.#step((session) => then(session, value)),
      (error: unknown) => {
        this.#hub.options.environment.log.event('sync-failed', { error: String(error) });
        this.end('internal');
      },
    );
  }

  #send(frame: Uint8Array): void {
    if (this.#closing) return;
    this.#unsent.push(frame);
    this.#unsentBytes += frame.length;
    if (this.#unsentBytes > MAX_UNSENT_BYTES) {
      // The peer asks and does not read: nothing more that is said would be heard.
      this.#unsent.length = 0;
      this.#unsentBytes = 0;
      this.#channel.close();
      return this.end('overload');
    }
    if (!this.#sending) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#sending = true;
    try {
      for (let frame = this.#unsent.shift(); frame !== undefined; frame = this.#unsent.shift()) {
        this.#unsentBytes -= frame.length;
        await this.#channel.send(frame);
      }
    } catch {
      // The channel has closed; its frames end too, and with them the session.
      this.#unsent.length = 0;
      this.#unsentBytes = 0;
    }
    this.#sending = false;
    if (!this.#closing) return;
    this.#cancelFlush();
    this.#channel.close();
  }

  #close(): void {
    this.#closing = true;
    this.#cancelTick();
    this.#keep(0);
    if (!this.#sending) return this.#channel.close();
    this.#cancelFlush = this.#hub.options.environment.timers.after(FLUSH_MS, () => this.#channel.close());
  }

  #keep(interval: number): void {
    const { environment, memory } = this.#hub.options;
    const now = environment.clock.now();
    const heartbeat = this.#toKeep;
    if (heartbeat === undefined || heartbeat.count === this.#kept.count || Math.abs(now - this.#kept.at) < interval) return;
    this.#kept = { at: now, count: heartbeat.count };
    keepHeartbeat(memory, this.remote, heartbeat).catch((error: unknown) => environment.log.event('sync-memory-unwritable', { error: String(error) }));
  }
}
