/**
 * A ward node's part in break-glass (GLASS-2, GLASS-3): keeps its share of the ward's break-glass key, and raises elements
 * to it for a use that stands, durably, in its own log: so nothing is opened that the ward does not see. It sees no key
 * and no record.
 *
 * Each question is counted, durably, before it is answered. The clock that says whether a use is over is the node's own.
 */
import { constantTimeEqual, equalBytes, toHex } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { hexOf, LOG_DOCUMENT, type DeviceId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { isKnown, labelOf } from '../crypto/sharing/sealed-point.ts';
import { LABEL } from '../crypto/labels.ts';
import { evaluateBlinded } from '../crypto/oprf/evaluate.ts';
import { verifyShare } from '../crypto/sharing/sharing.ts';
import { verifyFor } from '../crypto/signing/signature.ts';
import { indexInDealing, isSoundDealing } from '../membership/dealing.ts';
import { glassDealingId, MAX_GLASS_HOURS, type GlassUse } from '../membership/glass.ts';
import { maySign } from '../membership/roles.ts';
import { KeyedLock } from '../replica/keyed-lock.ts';
import type { Replica } from '../replica/replica.ts';
import { mayAsk } from './asker.ts';
import { decodeGlassRecords, encodeGlassShare, encodeUsed, glassShareName, usedName, userOfUsed, withQuestion, type GlassShare, type Used } from './glass-records.ts';
import { glassAskContent, type GlassQuestion, type UnlockAnswer, type UnlockRefusal } from './messages.ts';
import type { ShareStore } from './share-store.ts';

export interface GlassKeeperInit {
  readonly replica: Replica;
  /** This node's own device. */
  readonly self: DeviceId;
  readonly store: ShareStore;
  readonly environment: Pick<Environment, 'clock' | 'entropy' | 'log'>;
}

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** How far ahead the clock of who asks may be, beyond the longest use. */
const CLOCK_TOLERANCE = 10 * 60 * 1000;
/** How long a share waits for the operation that speaks of its dealing, in milliseconds. */
const PENDING_STAY = DAY;
const MAX_SHARES = 16;
/** Uses of one user that a node answers for within a day. */
export const GLASS_USES_A_DAY = 8;
/** Questions in one use: each document, under each of its wraps, a few times. */
export const GLASS_QUESTIONS_A_USE = 512;

type Of<T extends GlassQuestion['type']> = Extract<GlassQuestion, { type: T }>;

export class GlassKeeper {
  readonly #init: GlassKeeperInit;
  /** By the name of the record. */
  readonly #shares = new Map<string, GlassShare>();
  readonly #used = new Map<string, Used>();
  /** Users whose count was lost: they are answered no more (by this node). */
  readonly #uncounted = new Set<string>();
  /** Dealings that the log named since this process began: once it names others, their shares go at once. */
  readonly #wereActive = new Set<string>();
  readonly #lock = new KeyedLock();
  readonly #stopListening: () => void;
  #following: Promise<void> | undefined;

  /** Reads what is kept, and brings it in line with the log. Rejects when the store cannot be read. */
  static async open(init: GlassKeeperInit): Promise<GlassKeeper> {
    const { records, damaged } = await init.store.load();
    const kept = decodeGlassRecords(records);
    const keeper = new GlassKeeper(init);
    for (const share of kept.shares) keeper.#shares.set(glassShareName(share), share);
    for (const used of kept.used) keeper.#used.set(hexOf(used.user), used);
    for (const name of [...damaged, ...kept.damaged]) {
      const user = userOfUsed(name);
      if (user === undefined) continue;
      init.environment.log.event('unlock-record-damaged', { name });
      keeper.#uncounted.add(user);
    }
    await keeper.settled();
    return keeper;
  }

  private constructor(init: GlassKeeperInit) {
    this.#init = init;
    this.#stopListening = init.replica.onAdmitted(({ document }) => {
      if (equalBytes(document, LOG_DOCUMENT)) this.#follow();
    });
  }

  /** Answers what came over a channel that has proven `device`. One question at a time. Never rejects. */
  async answer(question: GlassQuestion, device: DeviceId): Promise<UnlockAnswer> {
    try {
      return await this.#lock.run('glass', async () => {
        if (!mayAsk(this.#init.replica.state(), device, this.#init.self)) return refused('not-allowed');
        return question.type === 'deal-glass' ? await this.#take(question, device) : await this.#open(question, device);
      });
    } catch (error) {
      if (error instanceof MalformedError) return refused('malformed');
      // A disk that is full, say: without a durable count there is no answer.
      this.#init.environment.log.event('unlock-not-answered', { reason: error instanceof Error ? error.name : 'unknown' });
      return refused('busy');
    }
  }

  /** Whether this node holds a share of the dealing that the log names. */
  get isHolder(): boolean {
    const { replica } = this.#init;
    const newest = replica.state().glass?.dealings[0];
    return newest !== undefined && this.#shares.has(glassShareName({ dealing: glassDealingId(replica.ward, newest) }));
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

  /** GLASS-3, in the order in which it is written there. */
  async #open(question: Of<'open-glass'>, device: DeviceId): Promise<UnlockAnswer> {
    const { replica, self, environment: { clock, entropy } } = this.#init;
    const { ward } = replica;
    const { document, dealing, point, proof, signature } = question;
    // What the state tells of is durable here: a use that no node could ever show is not answered for.
    const use = replica.state().glassUses.get(hexOf(question.use));
    if (use === undefined) return refused('unknown-use');
    if (this.#isOver(use, clock.now())) return refused('use-over');
    if (!this.#mayUse(use) || !equalBytes(use.device, device)) return refused('not-allowed');
    if (!use.documents.some((each) => equalBytes(each, document)) || replica.isErased(document)) return refused('not-allowed');
    if (!verifyFor(use.session, LABEL.glassAsk, ward, glassAskContent(question, self), signature)) return refused('bad-signature');
    const share = this.#activeDealings().has(toHex(dealing)) ? this.#shares.get(glassShareName({ dealing })) : undefined;
    if (share === undefined) return refused('no-share');
    if (!isKnown(point, proof, labelOf({ ward, document, dealing }))) return refused('malformed');
    if (!await this.#count(use, clock.now())) return refused('too-many-uses');
    return { type: 'glass-opened', ...evaluateBlinded(share.value, point, entropy) };
  }

  #isOver({ counts, ended, until }: GlassUse, now: number): boolean {
    return !counts || ended !== undefined || until <= now || until > now + MAX_GLASS_HOURS * HOUR + CLOCK_TOLERANCE;
  }

  /** Whoever asked is in, with the keys of then, and in a role that may. */
  #mayUse({ user, renewal }: GlassUse): boolean {
    const found = this.#init.replica.state().users.get(hexOf(user));
    const last = found?.renewals.at(-1);
    return found !== undefined && found.removal === undefined && maySign(found.role, 'break-glass') && (last && hexOf(last.operation)) === renewal;
  }

  /** True when it may be answered, and that it was asked is on disk. */
  async #count({ id, user }: GlassUse, now: number): Promise<boolean> {
    const before = this.#used.get(hexOf(user)) ?? { user, uses: [] };
    const after = withQuestion(before, id, now);
    const lately = after.uses.filter(({ at }) => now - at < DAY);
    const asked = after.uses.find(({ use }) => equalBytes(use, id))?.asked ?? 0;
    if (this.#uncounted.has(hexOf(user)) || lately.length > GLASS_USES_A_DAY || asked > GLASS_QUESTIONS_A_USE) return false;
    await this.#init.store.put(usedName(user), encodeUsed(after));
    this.#used.set(hexOf(user), after);
    return true;
  }

  /** GLASS-2: a share of a new dealing, which waits until the log speaks of it. */
  async #take({ dealing, share: value }: Of<'deal-glass'>, device: DeviceId): Promise<UnlockAnswer> {
    const { replica, self, store, environment: { clock } } = this.#init;
    const index = indexInDealing(dealing, self);
    if (index === undefined || !isSoundDealing(dealing) || !verifyShare(dealing.commitments, { index, value })) return refused('bad-share');
    const share: GlassShare = { dealing: glassDealingId(replica.ward, dealing), value: value.slice(), from: device, at: clock.now() };
    const before = this.#shares.get(glassShareName(share));
    if (before !== undefined && constantTimeEqual(before.value, value)) return { type: 'done' };
    const active = this.#activeDealings();
    const waiting = [...this.#shares.values()].filter((each) => !active.has(toHex(each.dealing)) && equalBytes(each.from, device)).sort((a, b) => a.at - b.at);
    for (const each of waiting.slice(0, -1)) await this.#destroy(each);
    if (this.#shares.size >= MAX_SHARES) return refused('busy');
    await store.put(glassShareName(share), encodeGlassShare(share));
    this.#shares.set(glassShareName(share), share);
    return { type: 'done' };
  }

  /** The newest, and the one before: by their ids in hex. */
  #activeDealings(): ReadonlySet<string> {
    const { replica } = this.#init;
    return new Set((replica.state().glass?.dealings ?? []).map((dealing) => toHex(glassDealingId(replica.ward, dealing))));
  }

  /** People break glass at clients. */
  async #destroy(share: GlassShare): Promise<void> {
    await this.#init.store.destroy(glassShareName(share));
    this.#shares.delete(glassShareName(share));
    share.value.fill(0);
  }

  /** One run at a time; what comes meanwhile is seen by the next. */
  #follow(): void {
    const before = this.#following ?? Promise.resolve();
    const mine: Promise<void> = before.then(() => this.#lock.run('glass', () => this.#align())).catch((error: unknown) => {
      this.#init.environment.log.event('unlock-not-aligned', { reason: error instanceof Error ? error.name : 'unknown' });
    }).then(() => {
      if (this.#following === mine) this.#following = undefined;
    });
    this.#following = mine;
  }

  /** Shares of dealings that the log has left behind are destroyed, and every share when this node is removed. */
  async #align(): Promise<void> {
    const { replica, self, environment: { clock } } = this.#init;
    const isRemoved = replica.state().devices.get(hexOf(self))?.removal !== undefined;
    const active = this.#activeDealings();
    for (const share of this.#shares.values()) {
      const name = toHex(share.dealing);
      const isLeft = !active.has(name) && (this.#wereActive.has(name) || clock.now() - share.at > PENDING_STAY);
      if (isRemoved || isLeft) await this.#destroy(share);
      else if (active.has(name)) this.#wereActive.add(name);
    }
  }
}

function refused(code: UnlockRefusal): UnlockAnswer {
  return { type: 'refused', code, generation: 0 };
}
