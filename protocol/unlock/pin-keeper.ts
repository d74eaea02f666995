/**
 * A tablet node's part in switching users by PIN (PIN-2 to PIN-5): holds one key for each user, in memory alone, and
 * evaluates under it a few times. It sees no PIN and nothing that comes of one; what the key opens lies in the page.
 *
 * A key is destroyed when its time is over by either of two clocks, when the log says that the user, the password, the page
 * or the tablet is not what it was, when its tries are used up, and with the process.
 */
import { equalBytes, toHex } from '../codec/bytes.ts';
import type { CancelTimer, Clock, Environment } from '../codec/environment.ts';
import { hexOf, LOG_DOCUMENT, type DeviceId, type Hex, type ItemId, type UserId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { evaluateBlinded } from '../crypto/oprf/evaluate.ts';
import { LABEL } from '../crypto/labels.ts';
import { decodeElement, publicElement } from '../crypto/sharing/group.ts';
import { verifyFor } from '../crypto/signing/signature.ts';
import { devicesTogether } from '../membership/devices-together.ts';
import type { Replica } from '../replica/replica.ts';
import { PIN_TRIES, pinChangeContent, pinHoldContent, type PinQuestion, type UnlockAnswer, type UnlockRefusal } from './messages.ts';

export interface PinKeeperInit {
  readonly replica: Replica;
  /** This node's own device. */
  readonly self: DeviceId;
  readonly environment: Environment;
  /** Milliseconds since the machine was started; goes on while it is suspended, and nobody can set it. */
  readonly uptime: Clock;
}

export const MAX_HELD_PINS = 64;
const HOUR = 60 * 60 * 1000;
/** How often the clocks are looked at, in milliseconds: a timer stands still while the machine is suspended. */
const LOOK = 15_000;

type Of<T extends PinQuestion['type']> = Extract<PinQuestion, { type: T }>;

interface Hold {
  readonly user: UserId;
  readonly page: DeviceId;
  /** A scalar. Secret. */
  readonly key: Uint8Array;
  /** g^key, which names it. */
  readonly name: Uint8Array;
  /** What the log said of the user then. */
  readonly signingKey: Uint8Array;
  readonly bundleSetBy: ItemId;
  readonly hours: number;
  /** By both clocks. */
  readonly since: { readonly time: number; readonly uptime: number };
  left: number;
  /** Goes up whenever the count starts again, so that a signature is worth something once. */
  generation: number;
}

export class PinKeeper {
  readonly #init: PinKeeperInit;
  readonly #holds = new Map<Hex<UserId>, Hold>();
  readonly #stopListening: () => void;
  #cancelLook: CancelTimer | undefined;

  constructor(init: PinKeeperInit) {
    this.#init = init;
    this.#stopListening = init.replica.onAdmitted(({ document }) => {
      if (equalBytes(document, LOG_DOCUMENT)) this.#destroyWhatIsOver();
    });
  }

  /** Answers what came over a channel that has proven `device`. */
  answer(question: PinQuestion, device: DeviceId): UnlockAnswer {
    this.#destroyWhatIsOver();
    if (!this.#isOwnPage(device)) return refused('not-allowed');
    try {
      switch (question.type) {
        case 'hold-pin': return this.#take(question, device);
        case 'try-pin': return this.#evaluate(question);
        case 'pin-state': return this.#state(question);
        case 'change-pin': return this.#change(question);
      }
    } catch (error) {
      if (error instanceof MalformedError) return refused('malformed');
      throw error;
    }
  }

  /** How many keys are held. */
  get size(): number {
    return this.#holds.size;
  }

  /** Destroys all of them. */
  stop(): void {
    this.#stopListening();
    this.#cancelLook?.();
    for (const hold of this.#holds.values()) this.#destroy(hold);
  }

  /** PIN-2: a key whose owner, who has unlocked just now, signs for it. It takes the place of the one before. */
  #take({ user: id, key, signature }: Of<'hold-pin'>, page: DeviceId): UnlockAnswer {
    const { replica, self, environment: { clock }, uptime } = this.#init;
    const { users, graceHours } = replica.state();
    const user = users.get(hexOf(id));
    if (graceHours === 0 || user === undefined || user.removal !== undefined) return refused('not-allowed');
    const name = publicElement(key);
    if (!verifyFor(user.signingKey, LABEL.pinHold, replica.ward, pinHoldContent(id, page, self, name), signature)) return refused('bad-signature');
    const before = this.#holds.get(hexOf(id));
    // Handed over once more, it is no fresh key: its count goes on.
    if (before !== undefined && equalBytes(before.name, name)) return { type: 'done' };
    if (before !== undefined) this.#destroy(before);
    if (this.#holds.size >= MAX_HELD_PINS) return refused('busy');
    this.#holds.set(hexOf(id), {
      user: id, page, key: key.slice(), name, signingKey: user.signingKey, bundleSetBy: user.bundleSetBy, hours: graceHours,
      since: { time: clock.now(), uptime: uptime.now() }, left: PIN_TRIES, generation: 1,
    });
    this.#lookLater();
    return { type: 'done' };
  }

  /** PIN-3: counted before it is answered; with the last answer the key goes. What is no element costs nothing. */
  #evaluate({ user, hold: name, blinded }: Of<'try-pin'>): UnlockAnswer {
    const hold = this.#held(user, name);
    if (hold === undefined) return refused('no-pin');
    decodeElement(blinded, 'blinded element');
    hold.left -= 1;
    const { left, generation } = hold;
    const evaluated = evaluateBlinded(hold.key, blinded, this.#init.environment.entropy);
    if (left === 0) this.#destroy(hold);
    return { type: 'pin-tried', ...evaluated, left, generation };
  }

  #state({ user, hold: name }: Of<'pin-state'>): UnlockAnswer {
    const hold = this.#held(user, name);
    return hold === undefined ? refused('no-pin') : { type: 'pin-held', left: hold.left, lasts: Math.max(0, this.#lasts(hold)), generation: hold.generation };
  }

  /** Only who has opened the user's keys can sign this. */
  #change({ user, hold: name, change, signature }: Of<'change-pin'>): UnlockAnswer {
    const { replica, self } = this.#init;
    const hold = this.#held(user, name);
    if (hold === undefined) return refused('no-pin');
    const content = pinChangeContent(user, self, name, hold.generation, change);
    if (!verifyFor(hold.signingKey, LABEL.pinChange, replica.ward, content, signature)) return refused('bad-signature', hold.generation);
    if (change === 'drop') this.#destroy(hold);
    else {
      hold.left = PIN_TRIES;
      hold.generation += 1;
    }
    return { type: 'done' };
  }

  #held(user: UserId, name: Uint8Array): Hold | undefined {
    const hold = this.#holds.get(hexOf(user));
    return hold !== undefined && equalBytes(hold.name, name) ? hold : undefined;
  }

  /** The page that came with this tablet by one code (JOIN-3), while both are in. */
  #isOwnPage(device: DeviceId): boolean {
    const { replica, self } = this.#init;
    return devicesTogether(replica.state(), self).some(({ id, kind }) => kind === 'client' && equalBytes(id, device));
  }

  /** PIN-4: what the log, or a clock, has ended. */
  #destroyWhatIsOver(): void {
    for (const hold of this.#holds.values()) if (this.#lasts(hold) <= 0 || !this.#isGood(hold)) this.#destroy(hold);
  }

  #isGood({ user: id, page, signingKey, bundleSetBy }: Hold): boolean {
    const user = this.#init.replica.state().users.get(hexOf(id));
    return user !== undefined && user.removal === undefined && equalBytes(user.signingKey, signingKey)
      && equalBytes(user.bundleSetBy, bundleSetBy) && this.#isOwnPage(page);
  }

  /** Milliseconds, by the clock that says less. A policy that became shorter counts for keys that are held. */
  #lasts({ hours, since }: Hold): number {
    const { replica, environment: { clock }, uptime } = this.#init;
    const up = uptime.now() - since.uptime;
    // It cannot go back; if it does, it is not the clock it was.
    if (up < 0) return 0;
    return Math.min(hours, replica.state().graceHours) * HOUR - Math.max(up, clock.now() - since.time);
  }

  #destroy(hold: Hold): void {
    hold.key.fill(0);
    this.#holds.delete(hexOf(hold.user));
    this.#init.environment.log.event('pin-key-destroyed', { user: toHex(hold.user) });
  }

  #lookLater(): void {
    this.#cancelLook ??= this.#init.environment.timers.after(LOOK, () => {
      this.#cancelLook = undefined;
      this.#destroyWhatIsOver();
      if (this.#holds.size > 0) this.#lookLater();
    });
  }
}

function refused(code: UnlockRefusal, generation = 0): UnlockAnswer {
  return { type: 'refused', code, generation };
}
