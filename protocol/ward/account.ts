/**
 * What a user does with the own account while it is unlocked. Whoever finds a session unattended can change none of it:
 * what changes something asks for the password again.
 */
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type ItemId, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import type { Identity, IdentitySeeds } from '../keys/identity.ts';
import { sealForKit } from '../keys/kit.ts';
import { KIT_SECRET_LENGTH } from '../keys/kit-words.ts';
import { comparisonCode, dealRecovery, openPiece, sealPiece, type Holder } from '../keys/recovery.ts';
import type { AskState } from '../membership/account-state.ts';
import { MAX_HOLDERS } from '../membership/operation.ts';
import type { UserState } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import { noticesOf, type Notice } from './notices.ts';
import { isHelpful } from './recovery-state.ts';
import type { OwnBundle } from './own-bundle.ts';
import type { PasswordProblem } from './password-rule.ts';
import type { PresenceFailure } from './presence.ts';
import type { SessionSigner } from './session-signer.ts';

export interface AccountOptions {
  readonly replica: Replica;
  readonly identity: Identity;
  readonly bundle: OwnBundle;
  readonly signer: SessionSigner;
  readonly entropy: Entropy;
}

export type ChangePasswordFailure = 'wrong-password' | 'password-same' | PasswordProblem | PresenceFailure;
/** `bad-holders`: fewer than two, more than sixteen, oneself, somebody who is not in, or a threshold that does not fit. */
export type HoldersFailure = 'wrong-password' | 'bad-holders' | PresenceFailure;
/** `no-share`: nobody asks this holder any more, or what was dealt does not open with the keys that the holder has now. */
export type ReleaseFailure = 'no-share';

/** Somebody whose keys this user holds a share of asks for it. */
export interface RecoveryRequest {
  readonly ask: ItemId;
  readonly user: UserId;
  /** To be compared with what the person reads out: `1234 5678 …`, 20 digits. */
  readonly code: string;
  readonly device: AskState['device'];
  /** By the asking device's clock, in milliseconds since 1970. */
  readonly time: number;
  /** This holder's share is on its way. */
  readonly isReleased: boolean;
}

export interface HoldersView {
  readonly threshold: number;
  /** `canHelp` is false of who is out, or was given new keys since and can open nothing dealt before. */
  readonly holders: readonly { readonly user: UserId; readonly canHelp: boolean }[];
}

export class Account {
  readonly #options: AccountOptions;
  /** What a new password is still to be set to, and by what the keys came back. */
  #owed: { readonly seeds: IdentitySeeds; readonly fresh: string; readonly by: 'kit' | 'holders' } | undefined;
  #trial: Promise<void> | undefined;

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  /**
   * Seals the user's keys under another password. Nothing else is touched: no record, no team key. Resolves when the log
   * has it. A copy of the old bundle opens with the old password as long as
   * the nodes that it needs have their old shares; for ever, if it needs none.
   */
  async changePassword(old: string, fresh: string): Promise<Result<null, ChangePasswordFailure>> {
    const { bundle, signer } = this.#options;
    const seeds = await bundle.open(old);
    if (!seeds.ok) return seeds;
    if (old.normalize('NFC') === fresh.normalize('NFC')) return fail('password-same');
    const sealed = await bundle.seal(seeds.value, fresh);
    if (!sealed.ok) return sealed;
    await signer.operate(sealed.value);
    return succeed(null);
  }

  /**
   * Seals keys that came back under a new password. A kit that brought them is spent by it. Where too few nodes answer, it
   * is owed: who has the keys is let in all the same, for nobody else could mend the ward (`setOwedPassword`).
   */
  async takeBack(seeds: IdentitySeeds, fresh: string, by: 'kit' | 'holders'): Promise<Result<null, PasswordProblem>> {
    const { identity: { user }, bundle, signer } = this.#options;
    const sealed = await bundle.seal(seeds, fresh);
    if (!sealed.ok) {
      if (sealed.failure !== 'too-few-nodes') return fail(sealed.failure);
      this.#owed = { seeds, fresh, by };
      return succeed(null);
    }
    this.#owed = undefined;
    await signer.operate(sealed.value);
    if (by === 'kit') await signer.operate({ type: 'set-kit', user, what: 'used', sealed: new Uint8Array(0) });
    return succeed(null);
  }

  /** The new password is not in force: too few nodes took a share. The kit that brought the keys still works. */
  get isPasswordOwed(): boolean {
    return this.#owed !== undefined;
  }

  /** Tries again, after the policy or the nodes have changed. Several who ask at once wait for one trial. */
  setOwedPassword(): Promise<void> {
    this.#trial ??= this.#tryOwedPassword().finally(() => { this.#trial = undefined; });
    return this.#trial;
  }

  async #tryOwedPassword(): Promise<void> {
    if (this.#owed === undefined) return;
    const { seeds, fresh, by } = this.#owed;
    await this.takeBack(seeds, fresh, by);
  }

  /** Forgets what is owed. */
  wipe(): void {
    for (const seed of [this.#owed?.seeds.signing, this.#owed?.seeds.kem]) seed?.fill(0);
    this.#owed = undefined;
  }

  /** Makes a kit, in place of any before. Its secret (32 bytes) is in no other place: show it once and forget it. */
  async makeKit(password: string): Promise<Result<Uint8Array, 'wrong-password' | PresenceFailure>> {
    const { replica, identity: { user }, bundle, signer, entropy } = this.#options;
    const seeds = await bundle.open(password);
    if (!seeds.ok) return seeds;
    const secret = entropy.randomBytes(KIT_SECRET_LENGTH);
    await signer.operate({ type: 'set-kit', user, what: 'made', sealed: sealForKit(seeds.value, secret, replica.ward, user, entropy) });
    return succeed(secret);
  }

  /** When the kit that is in force was made; undefined without one. */
  get kitMade(): number | undefined {
    const kit = this.#self?.kit;
    return kit?.what === 'made' ? kit.made : undefined;
  }

  /** Deals the user's keys anew to `holders`, `threshold` of whom can bring them back together; to nobody if there are none. */
  async setHolders(password: string, holders: readonly UserId[], threshold: number): Promise<Result<null, HoldersFailure>> {
    const { replica, identity: { user }, bundle, signer, entropy } = this.#options;
    const { users } = replica.state();
    const recipients: Holder[] = holders.flatMap((holder) => {
      const state = users.get(hexOf(holder));
      return state === undefined || state.removal !== undefined ? [] : [{ user: state.id, kemKey: state.kemKey }];
    });
    const named = new Set(recipients.map((holder) => hexOf(holder.user)));
    const isWithdrawal = holders.length === 0;
    const fits = threshold >= 2 && threshold <= named.size && named.size === holders.length && named.size <= MAX_HOLDERS && !named.has(hexOf(user));
    if (!isWithdrawal && !fits) return fail('bad-holders');
    const seeds = await bundle.open(password);
    if (!seeds.ok) return seeds;
    const dealt = isWithdrawal ? NOBODY : await dealRecovery(seeds.value, replica.ward, user, recipients, threshold, entropy);
    if (dealt === null) return fail('bad-holders');
    await signer.operate({ type: 'set-recovery', user, ...dealt });
    return succeed(null);
  }

  get holders(): HoldersView | undefined {
    const recovery = this.#self?.recovery;
    if (recovery === undefined) return undefined;
    const state = this.#options.replica.state();
    return { threshold: recovery.threshold, holders: recovery.holders.map(({ user }) => ({ user, canHelp: isHelpful(state, recovery, user) })) };
  }

  /** Who asks for shares that this user holds, newest first. */
  requests(): readonly RecoveryRequest[] {
    const { replica, identity: { user: self } } = this.#options;
    const { asks, users, devices } = replica.state();
    return [...asks.values()].filter((ask) => {
      const [user, device] = [users.get(hexOf(ask.user)), devices.get(hexOf(ask.device))];
      const isHolder = user?.recovery?.holders.some((holder) => hexOf(holder.user) === hexOf(self)) ?? false;
      return !ask.isClosed && isHolder && user?.removal === undefined && device !== undefined && device.removal === undefined;
    }).map(({ id, user, device, time, releases }) => ({
      ask: id, user, device, time, code: comparisonCode(id), isReleased: releases.some(({ holder }) => holder === hexOf(self)),
    })).sort((a, b) => b.time - a.time);
  }

  /** Gives this user's share to the device that asked. The caller has compared the code with the person, face to face. */
  async release(ask: ItemId): Promise<Result<null, ReleaseFailure>> {
    const { replica, identity, signer, entropy } = this.#options;
    const { asks, users } = replica.state();
    const asked = this.requests().some((request) => hexOf(request.ask) === hexOf(ask)) ? asks.get(hexOf(ask)) : undefined;
    const recovery = asked === undefined ? undefined : users.get(hexOf(asked.user))?.recovery;
    if (asked === undefined || recovery === undefined) return fail('no-share');
    const piece = await openPiece(recovery, replica.ward, asked.user, identity.user, identity.kem);
    const sealed = piece === null ? null : await sealPiece(piece, replica.ward, asked, identity.user, entropy);
    if (sealed === null) return fail('no-share');
    await signer.operate({ type: 'release-share', ask, recovery: recovery.operation, sealed });
    return succeed(null);
  }

  /** What happened to this account, newest first; what this unlock is the first to know of is new. */
  notices(): Promise<readonly Notice[]> {
    const { replica, identity: { user }, signer } = this.#options;
    return noticesOf(replica, user, signer.session);
  }

  /** Somebody else chose the password: it has to be changed before anything is written. */
  get hasTemporaryPassword(): boolean {
    return this.#self?.hasTemporaryPassword ?? false;
  }

  get #self(): UserState | undefined {
    return this.#options.replica.state().users.get(hexOf(this.#options.identity.user));
  }
}

const NOBODY = { deal: new Uint8Array(16), threshold: 0, holders: [], commitments: new Uint8Array(32), sealed: new Uint8Array(0) };
