/**
 * A ward node's part in unlocking (UNLOCK-2 to UNLOCK-6): keeps one share for each user's dealing, and evaluates with it a
 * bounded number of times. It sees no password and nothing that comes of one.
 *
 * A try is counted, durably, before it is answered: whoever kills the node in between has lost the try and got nothing
 * for it (ATTACK 23). The ward log says which dealing of a user holds; shares of others wait for it, or are destroyed.
 */
import { constantTimeEqual, equalBytes, toHex } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { hexOf, LOG_DOCUMENT, type DeviceId, type Hex, type UserId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { evaluateBlinded } from '../crypto/oprf/evaluate.ts';
import { LABEL } from '../crypto/labels.ts';
import { decodeElement } from '../crypto/sharing/group.ts';
import { verifyShare } from '../crypto/sharing/sharing.ts';
import { verifyFor } from '../crypto/signing/signature.ts';
import { dealingId, indexInDealing, isSoundDealing, triesPerDevice, triesPerNode, type Dealing } from '../membership/dealing.ts';
import type { UserState } from '../membership/ward-state.ts';
import { isDisused } from '../replica/device-sessions.ts';
import { KeyedLock } from '../replica/keyed-lock.ts';
import type { Replica } from '../replica/replica.ts';
import { mayAsk } from './asker.ts';
import { resetContent, type UnlockAnswer, type ShareQuestion, type UnlockRefusal } from './messages.ts';
import { decodeRecords, encodeShare, encodeTries, noTries, shareName, startedAgain, triesName, triesOf, userOfTries, withOneMore, type KeptShare, type Tries } from './records.ts';
import type { ShareStore } from './share-store.ts';

export interface ShareKeeperInit {
  readonly replica: Replica;
  /** This node's own device. */
  readonly self: DeviceId;
  readonly store: ShareStore;
  readonly environment: Pick<Environment, 'clock' | 'entropy' | 'log'>;
}

const DAY = 24 * 60 * 60 * 1000;
/**
 * How long a share waits for the operation that speaks of its dealing, in milliseconds: as long as a client may be away that
 * has signed it. One that is older than the share in force was most likely overtaken, and waits as long as concurrent work may take.
 */
const PENDING_STAY = 90 * DAY;
const OVERTAKEN_STAY = 7 * DAY;
/** How often it is looked for shares that have waited long enough, while questions come. */
const SWEEP_INTERVAL = 60 * 60 * 1000;
/** Shares that wait, from one device: an admin's client deals for everyone whom it adds. */
const MAX_PENDING_PER_DEVICE = 64;
const MAX_SHARES = 8192;
const HONOURED_A_DAY = 3;
/** More than any limit. */
const UNCOUNTED = 0xffff;

type Of<T extends ShareQuestion['type']> = Extract<ShareQuestion, { type: T }>;

export class ShareKeeper {
  readonly #init: ShareKeeperInit;
  /** By the name of the record. */
  readonly #shares = new Map<string, KeptShare>();
  readonly #tries = new Map<Hex<UserId>, Tries>();
  /** Users whose count was lost: nobody can say how many tries are left, so none are. */
  readonly #uncounted = new Set<Hex<UserId>>();
  readonly #lock = new KeyedLock();
  readonly #dealingIds = new WeakMap<Dealing, Uint8Array>();
  readonly #stopListening: () => void;
  #following: Promise<void> | undefined;
  #sweptAt = -Infinity;

  /** Reads what is kept, and brings it in line with the log. Rejects when the store cannot be read. */
  static async open(init: ShareKeeperInit): Promise<ShareKeeper> {
    const { records, damaged } = await init.store.load();
    const kept = decodeRecords(records);
    const keeper = new ShareKeeper(init);
    for (const share of kept.shares) keeper.#shares.set(shareName(share), share);
    for (const tries of kept.tries) keeper.#tries.set(hexOf(tries.user), tries);
    for (const name of [...damaged, ...kept.damaged]) {
      init.environment.log.event('unlock-record-damaged', { name });
      const user = userOfTries(name);
      if (user !== undefined) keeper.#uncounted.add(user);
    }
    await keeper.settled();
    return keeper;
  }

  private constructor(init: ShareKeeperInit) {
    this.#init = init;
    this.#stopListening = init.replica.onAdmitted(({ document }) => {
      if (equalBytes(document, LOG_DOCUMENT)) this.#follow();
    });
  }

  /** Answers what came over a channel that has proven `device`. One question of a user at a time. Never rejects. */
  async answer(question: ShareQuestion, device: DeviceId): Promise<UnlockAnswer> {
    const now = this.#init.environment.clock.now();
    if (Math.abs(now - this.#sweptAt) > SWEEP_INTERVAL) this.#follow();
    try {
      return await this.#lock.run(hexOf(question.user), async () => {
        if (!mayAsk(this.#init.replica.state(), device, this.#init.self)) return refused('not-allowed');
        switch (question.type) {
          case 'evaluate': return await this.#evaluate(question, device);
          case 'deal': return await this.#take(question, device);
          case 'reset': return await this.#reset(question);
          case 'holds': return { type: 'holding', share: this.#shares.has(shareName(question)) ? 'held' : 'destroyed' };
        }
      });
    } catch (error) {
      if (error instanceof MalformedError) return refused('malformed');
      // A disk that is full, say: without a durable count there is no answer.
      this.#init.environment.log.event('unlock-not-answered', { reason: error instanceof Error ? error.name : 'unknown' });
      return refused('busy');
    }
  }

  /** Users whose dealing this node holds a share of, and how many tries are left. For `status`; nothing secret. */
  holdings(): readonly { readonly user: Hex<UserId>; readonly triesLeft: number }[] {
    return [...this.#init.replica.state().users.values()].flatMap((user) => {
      const held = this.#activeShare(user);
      if (held === undefined) return [];
      const tries = this.#tries.get(hexOf(user.id));
      return [{ user: hexOf(user.id), triesLeft: Math.max(0, triesPerNode(policyOf(held.dealing)) - (tries?.total ?? 0)) }];
    });
  }

  /** Resolves when what is kept is in line with the log as it is now. */
  async settled(): Promise<void> {
    this.#follow();
    while (this.#following !== undefined) await this.#following;
  }

  async stop(): Promise<void> {
    this.#stopListening();
    while (this.#following !== undefined) await this.#following;
    await this.#lock.idle();
  }

  async #evaluate({ user, dealing: asked, blinded }: Of<'evaluate'>, device: DeviceId): Promise<UnlockAnswer> {
    const { replica, environment } = this.#init;
    if (isDisused(replica, device, environment.clock.now())) return refused('disused');
    const state = replica.state().users.get(hexOf(user));
    if (state === undefined || state.removal !== undefined) return refused('not-allowed');
    if (state.dealing === undefined || !equalBytes(this.#idOf(state, state.dealing), asked)) return refused('other-dealing');
    const held = this.#activeShare(state);
    if (held === undefined) return refused('no-share');
    decodeElement(blinded, 'blinded element');
    const tries = await this.#triesFor(state, asked);
    const policy = policyOf(held.dealing);
    if (tries.total >= triesPerNode(policy)) return refused('tries', tries.generation);
    if (triesOf(tries, device) >= triesPerDevice(policy)) return refused('device-tries', tries.generation);
    await this.#write(withOneMore(tries, device));
    return { type: 'evaluated', ...evaluateBlinded(held.share.value, blinded, environment.entropy), generation: tries.generation };
  }

  /** UNLOCK-3: a share of a new dealing, which waits until the log speaks of it. */
  async #take({ user, dealing, share: value }: Of<'deal'>, device: DeviceId): Promise<UnlockAnswer> {
    const { replica, self, store, environment: { clock } } = this.#init;
    const index = indexInDealing(dealing, self);
    if (index === undefined || !isSoundDealing(dealing) || !verifyShare(dealing.commitments, { index, value })) return refused('bad-share');
    const share: KeptShare = { user, dealing: dealingId(replica.ward, user, dealing), value: value.slice(), from: device, at: clock.now() };
    const before = this.#shares.get(shareName(share));
    if (before !== undefined && constantTimeEqual(before.value, value)) return { type: 'done' };
    await this.#makeRoom(device);
    if (this.#shares.size >= MAX_SHARES) return refused('busy');
    await store.put(shareName(share), encodeShare(share));
    this.#shares.set(shareName(share), share);
    return { type: 'done' };
  }

  /** UNLOCK-5: only who has opened the bundle can sign this, and for this node's counter as it stands only once. */
  async #reset({ user, dealing, signature }: Of<'reset'>): Promise<UnlockAnswer> {
    const { replica, self } = this.#init;
    const state = replica.state().users.get(hexOf(user));
    const tries = this.#tries.get(hexOf(user));
    if (state === undefined || state.removal !== undefined || tries === undefined || !equalBytes(tries.dealing, dealing)) return refused('other-dealing');
    const content = resetContent(user, dealing, self, tries.generation);
    if (!verifyFor(state.signingKey, LABEL.unlockReset, replica.ward, content, signature)) return refused('bad-signature', tries.generation);
    await this.#write(startedAgain(tries));
    return { type: 'done' };
  }

  /** People unlock at clients. An archive, a tablet node or a bridge has nobody who types. */
  #activeShare(user: UserState): { readonly share: KeptShare; readonly dealing: Dealing } | undefined {
    if (user.dealing === undefined || user.removal !== undefined) return undefined;
    const share = this.#shares.get(shareName({ user: user.id, dealing: this.#idOf(user, user.dealing) }));
    return share === undefined ? undefined : { share, dealing: user.dealing };
  }

  #idOf(user: UserState, dealing: Dealing): Uint8Array {
    const known = this.#dealingIds.get(dealing) ?? dealingId(this.#init.replica.ward, user.id, dealing);
    this.#dealingIds.set(dealing, known);
    return known;
  }

  /** The log's newest dealing may be newer than what following it has written so far. */
  async #triesFor(user: UserState, dealing: Uint8Array): Promise<Tries> {
    const tries = this.#tries.get(hexOf(user.id));
    if (tries !== undefined && equalBytes(tries.dealing, dealing)) return tries;
    await this.#align(user);
    return this.#tries.get(hexOf(user.id)) ?? noTries(user.id, dealing);
  }

  async #write(tries: Tries): Promise<void> {
    await this.#init.store.put(triesName(tries.user), encodeTries(tries));
    this.#tries.set(hexOf(tries.user), tries);
    this.#uncounted.delete(hexOf(tries.user));
  }

  async #makeRoom(device: DeviceId): Promise<void> {
    const waiting = [...this.#shares.values()].filter((share) => equalBytes(share.from, device) && this.#isWaiting(share)).sort((a, b) => a.at - b.at);
    for (const share of waiting.slice(0, Math.max(0, waiting.length - MAX_PENDING_PER_DEVICE + 1))) await this.#destroy(share);
  }

  #isWaiting({ user, dealing }: KeptShare): boolean {
    const tries = this.#tries.get(hexOf(user));
    return tries === undefined || !equalBytes(tries.dealing, dealing);
  }

  /** A share that is in force was dealt after it. */
  #isOvertaken({ user, at }: KeptShare): boolean {
    const state = this.#init.replica.state().users.get(hexOf(user));
    const active = state && this.#activeShare(state);
    return active !== undefined && active.share.at > at;
  }

  async #destroy(share: KeptShare): Promise<void> {
    await this.#init.store.destroy(shareName(share));
    this.#shares.delete(shareName(share));
    share.value.fill(0);
  }

  /** One run at a time; what comes meanwhile is seen by the next. */
  #follow(): void {
    const before = this.#following ?? Promise.resolve();
    const mine: Promise<void> = before.then(() => this.#alignAll()).catch((error: unknown) => {
      this.#init.environment.log.event('unlock-not-aligned', { reason: error instanceof Error ? error.name : 'unknown' });
    }).then(() => {
      if (this.#following === mine) this.#following = undefined;
    });
    this.#following = mine;
  }

  async #alignAll(): Promise<void> {
    const { replica, self, environment: { clock } } = this.#init;
    const state = replica.state();
    if (state.devices.get(hexOf(self))?.removal !== undefined) {
      for (const share of this.#shares.values()) await this.#lock.run(hexOf(share.user), () => this.#destroy(share));
      return;
    }
    const holders = new Set([...[...this.#shares.values()].map(({ user }) => hexOf(user)), ...this.#tries.keys()]);
    for (const holder of holders) {
      const user = state.users.get(holder);
      if (user !== undefined) await this.#lock.run(holder, () => this.#align(user));
    }
    const now = clock.now();
    this.#sweptAt = now;
    for (const share of this.#shares.values()) {
      if (this.#isWaiting(share) && now - share.at > (this.#isOvertaken(share) ? OVERTAKEN_STAY : PENDING_STAY)) await this.#lock.run(hexOf(share.user), () => this.#destroy(share));
    }
  }

  /** UNLOCK-4: the share of the dealing that the log has replaced is destroyed; then the new one counts from zero. */
  async #align(user: UserState): Promise<void> {
    const { store } = this.#init;
    const current = this.#init.replica.state().users.get(hexOf(user.id)) ?? user;
    const tries = this.#tries.get(hexOf(current.id));
    const active = current.removal === undefined && current.dealing !== undefined ? this.#idOf(current, current.dealing) : undefined;
    if (tries !== undefined && (active === undefined || !equalBytes(tries.dealing, active))) {
      const replaced = this.#shares.get(shareName(tries));
      if (replaced !== undefined) await this.#destroy(replaced);
    }
    if (active === undefined) {
      if (tries !== undefined) await store.destroy(triesName(current.id));
      this.#tries.delete(hexOf(current.id));
      if (current.removal !== undefined) for (const share of this.#shares.values()) if (hexOf(share.user) === hexOf(current.id)) await this.#destroy(share);
      return;
    }
    if (!this.#shares.has(shareName({ user: current.id, dealing: active }))) return;
    if (tries === undefined || !equalBytes(tries.dealing, active)) {
      const total = this.#uncounted.has(hexOf(current.id)) ? UNCOUNTED : 0;
      await this.#write({ ...noTries(current.id, active), ...keptAcross(tries), total, handled: current.triesResets });
    } else await this.#honourResets(tries, current);
  }

  /** UNLOCK-6: an admin's reset, of which three a day count, by this node's own clock. */
  async #honourResets(tries: Tries, { triesResets }: UserState): Promise<void> {
    const handled = new Set(tries.handled.map(toHex));
    if (triesResets.every((reset) => handled.has(toHex(reset)))) return;
    const now = this.#init.environment.clock.now();
    const lately = tries.honoured.filter((at) => at <= now && now - at < DAY);
    if (lately.length >= HONOURED_A_DAY) return this.#write({ ...tries, handled: triesResets });
    await this.#write({ ...startedAgain(tries), handled: triesResets, honoured: [...lately, now] });
  }
}

/** A new dealing has a counter of its own, but no more resets a day. */
function keptAcross(tries: Tries | undefined): Pick<Tries, 'generation' | 'honoured'> {
  return { generation: (tries?.generation ?? 0) + 1, honoured: tries?.honoured ?? [] };
}

function policyOf({ threshold, nodes }: Dealing): { threshold: number; nodes: number } {
  return { threshold, nodes: nodes.length };
}

function refused(code: UnlockRefusal, generation = 0): UnlockAnswer {
  return { type: 'refused', code, generation };
}
