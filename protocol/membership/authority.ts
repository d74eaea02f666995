/**
 * LOG-4: may this operation be signed by its author, in the state that its own heads describe?
 *
 * Each rule is a short function with one English sentence above it. They look at a `View`, which says which operations
 * count; in the middle of a resolution some revocations are still open, and what depends on one says so in `doubts`.
 */
import { equalBytes } from '../codec/bytes.ts';
import { hexOf, isWardsOwn, type DeviceId, type DocumentId, type Hex, type ItemId, type TeamId, type UserId } from '../codec/ids.ts';
import { isSoundDealing, objectionToPolicy } from './dealing.ts';
import { cliniciansTeam, isGlassRequest } from './glass.ts';
import { effectOf } from './effect.ts';
import { askingDevice, inviteOf, undoes, type Candidate, type Entry, type LogEntries, type Signer } from './log-entries.ts';
import type { Past } from './log-graph.ts';
import type { Action, Operation, OperationType } from './operation.ts';
import { kindGivenBy, isRemoval, roleGivenBy, signingKeyGivenBy, userAddedBy } from './given.ts';
import { maySign, maySignAtDesktop, type NotByUsers } from './roles.ts';
import { isPersonal, type DeviceKind, type Role } from './ward-state.ts';

export type Doubts = ReadonlySet<number>;

export interface View {
  /** Whether the entry is part of what is looked at. */
  readonly includes: (index: number) => boolean;
  readonly counts: (index: number) => boolean;
  /**
   * A revocation of which it is not yet known whether it counts. Whatever hangs on it is decided in the candidate's
   * favour, with a doubt: the judgement stands only once every revocation it names is settled.
   */
  readonly isOpen: (index: number) => boolean;
  /** The open revocations on which it hangs whether the entry counts. */
  readonly doubtsOf: (index: number) => Doubts;
}

/** Why an operation does not count. */
export type Objection = 'unknown-author' | 'removed-author' | 'role' | 'invitation' | 'operation';

export interface Judgement {
  readonly objection: Objection | undefined;
  readonly doubts: Doubts;
}

export const NO_DOUBTS: Doubts = new Set();

/** `past` is what the candidate's author knew: its heads, the item before it, and all before those. */
export function judge(log: LogEntries, view: View, past: Past, candidate: Candidate & { readonly index?: number }): Judgement {
  const inquiry = new Inquiry(log, view, past);
  const objection = inquiry.objectionTo(candidate);
  return { objection, doubts: inquiry.doubts };
}

/** The role that the user has at a place in the log; undefined for who is no user there. Removal is another question. */
export function roleIn(log: LogEntries, view: View, past: Past, user: Hex<UserId>): Role | undefined {
  return new Inquiry(log, view, past).roleOf(user);
}

/** Whether the device has, at a place in the log, no more than what its users do for themselves (PAGE-9). */
export function isHeldShortIn(log: LogEntries, view: View, past: Past, device: Hex<DeviceId>): boolean {
  return new Inquiry(log, view, past).isHeldShort(device);
}

/** What gave the user the keys that are in force at a place in the log: the addition, or the last renewal. */
export function keysGivenIn(log: LogEntries, view: View, past: Past, user: Hex<UserId>): Entry | undefined {
  const counts = ({ index }: Entry): boolean => past.covers(index) && view.counts(index);
  const { additions, renewals } = log.user(user);
  return renewals.findLast(counts) ?? additions.find(counts);
}

/** Whether the user or device was added at a place in the log, and whether it was removed there. */
export function presenceIn(view: View, past: Past, of: { readonly additions: readonly Entry[]; readonly revocations: readonly Entry[] }): 'absent' | 'present' | 'removed' {
  if (!of.additions.some(({ index }) => past.covers(index) && view.counts(index))) return 'absent';
  const removed = of.revocations.some((entry) => isRemoval(entry) && past.covers(entry.index) && view.counts(entry.index));
  return removed ? 'removed' : 'present';
}

class Inquiry {
  readonly #log: LogEntries;
  readonly #view: View;
  readonly #past: Past;
  #doubts: Set<number> | undefined;

  constructor(log: LogEntries, view: View, past: Past) {
    this.#log = log;
    this.#view = view;
    this.#past = past;
  }

  get doubts(): Doubts {
    return this.#doubts ?? NO_DOUBTS;
  }

  objectionTo(candidate: Candidate & { readonly index?: number }): Objection | undefined {
    const { signer, operation: { type } } = candidate;
    if (type === 'genesis') return candidate.index === 0 ? undefined : 'operation';
    if (type === 'join') return this.#objectionToJoin(candidate);
    if (type === 'ask-recovery') return this.#objectionToAsk(candidate);
    if (signer === undefined || !this.#isAdded(this.#log.user(signer.user).additions)) return 'unknown-author';
    if (!this.#isAdded(this.#log.device(signer.device).additions)) return 'unknown-author';
    if (this.#isUndone(candidate, this.#log.user(signer.user).revocations)) return 'removed-author';
    if (this.#isUndone(candidate, this.#log.device(signer.device).revocations)) return 'removed-author';
    if (this.#isOutdated(signer)) return 'removed-author';
    const role = this.roleOf(signer.user, type);
    if (role === undefined || !maySign(role, type)) return 'role';
    if (!maySignAtDesktop(type) && this.isHeldShort(signer.device)) return 'role';
    return this.#applies(candidate) ? undefined : 'operation';
  }

  /** The role is what was given last, in the order of replay. */
  roleOf(user: Hex<UserId>, toSign?: Exclude<OperationType, NotByUsers>): Role | undefined {
    const { roles } = this.#log.user(user);
    for (let at = roles.length - 1; at >= 0; at--) {
      const entry = roles[at];
      if (entry === undefined || !this.#past.covers(entry.index)) continue;
      const role = roleGivenBy(entry);
      if (this.#view.isOpen(entry.index)) {
        if (toSign !== undefined && role !== undefined && !maySign(role, toSign)) this.#doubt(entry.index);
      } else if (this.#view.counts(entry.index)) {
        this.#inherit(entry.index);
        return role;
      }
    }
    return undefined;
  }

  isHeldShort(device: Hex<DeviceId>): boolean {
    return this.#isOfKind(device, (kind) => kind === 'desktop') && !this.#areDesktopsTrusted();
  }

  /** PAGE-9: what was set last, in the order of replay; what is doubtful is taken in the candidate's favour. */
  #areDesktopsTrusted(): boolean {
    for (const { index, effect } of this.#log.desktopPowers.toReversed()) {
      if (effect.type !== 'set-desktop-powers' || !this.#past.covers(index) || !this.#view.counts(index)) continue;
      this.#inherit(index);
      if (effect.powers === 'role') return true;
      if (this.#view.doubtsOf(index).size === 0) return false;
    }
    return false;
  }

  /** A user, device or invitation is there when an operation that counts has added it. */
  #isAdded(additions: readonly Entry[]): boolean {
    const counting = additions.filter(({ index }) => this.#past.covers(index) && this.#view.counts(index));
    const added = counting.find(({ index }) => this.#view.doubtsOf(index).size === 0) ?? counting[0];
    if (added === undefined) return false;
    this.#inherit(added.index);
    return true;
  }

  /** As `isAdded`, where it would speak against the candidate: what is doubtful does not. */
  #isThere(additions: readonly Entry[]): boolean {
    const counting = additions.filter(({ index }) => this.#past.covers(index) && this.#view.counts(index));
    for (const { index } of counting) this.#inherit(index);
    return counting.some(({ index }) => this.#view.doubtsOf(index).size === 0);
  }

  /** What a revocation that counts undoes does not count. */
  #isUndone(candidate: Candidate & { readonly index?: number }, revocations: readonly Entry[]): boolean {
    for (const revocation of revocations) {
      if (!this.#view.includes(revocation.index) || !undoes(this.#log.graph, revocation, candidate)) continue;
      if (this.#view.counts(revocation.index)) return true;
      if (this.#view.isOpen(revocation.index)) this.#doubt(revocation.index);
    }
    return false;
  }

  /** LOG-15: whoever was given new keys signs with the newest ones that count. */
  #isOutdated({ user, renewal }: Signer): boolean {
    for (const { id, index } of this.#log.user(user).renewals.toReversed()) {
      if (!this.#past.covers(index)) continue;
      const isOwn = hexOf(id) === renewal;
      if (this.#view.isOpen(index)) {
        this.#doubt(index);
        if (isOwn) return false;
      } else if (this.#view.counts(index)) {
        this.#inherit(index);
        return !isOwn;
      }
    }
    return renewal !== undefined;
  }

  #applies(candidate: Candidate): boolean {
    const { operation, signer } = candidate;
    if (signer === undefined) return false;
    switch (operation.type) {
      case 'propose':
        return this.#makesSense(operation.action.type === 'remove-user' ? { ...operation.action, cut: [] } : operation.action);
      case 'approve':
        return this.#isForApproval(operation, signer) && this.#makesSense(effectOf(this.#log, operation));
      case 'erase':
        return isErasable(operation.documents);
      case 'confirm-erasure':
        return this.#isForConfirmation(operation.erasure, signer);
      case 'set-glass':
        return isSoundDealing(operation.dealing) && this.#isCliniciansTeam(operation.team);
      case 'break-glass':
        return isGlassRequest(operation, candidate.time);
      case 'end-glass':
        return this.#isForEnding(operation.use, signer, candidate.time);
      case 'review-glass':
        return this.#useOfGlass(operation.use) !== undefined && this.#useOfGlass(operation.use)?.signer?.user !== signer.user;
      case 'appoint':
        return this.#isEntitled(operation, signer) && this.#isPresent(this.#log.user(hexOf(operation.user)));
      case 'settle':
        return operation.of.type === 'items' || this.#settles(operation.of.operation, operation, signer);
      case 'set-bundle':
        return hexOf(operation.user) === signer.user;
      case 'set-unlock':
        return hexOf(operation.user) === signer.user && isSoundDealing(operation.dealing);
      case 'set-kit':
        return hexOf(operation.user) === signer.user && (operation.what === 'made') === (operation.sealed.length > 0);
      case 'set-recovery':
        return hexOf(operation.user) === signer.user && this.#areHolders(operation);
      case 'release-share':
        return this.#isHolderAsked(operation, signer.user);
      case 'renew-user':
        return hexOf(operation.user) !== signer.user && this.#isPresent(this.#log.user(hexOf(operation.user)))
          && this.#isLessThanAdmin(hexOf(operation.user)) && this.#isNewKey(operation.user, operation.signingKey);
      default:
        return this.#isOneEnough(operation, signer) && this.#makesSense(operation);
    }
  }

  /** An operation has to make sense where it takes effect: what it names is there, what it adds is not. */
  #makesSense(operation: Operation | Exclude<Action, { readonly type: 'remove-user' }>): boolean {
    const log = this.#log;
    switch (operation.type) {
      case 'add-user':
        return !this.#isThere(log.user(hexOf(operation.user)).additions) && !this.#isHandleTaken(operation.handle);
      case 'set-role':
        return this.#isPresent(log.user(hexOf(operation.user))) && (operation.role === 'admin' || this.#leavesAnAdmin(hexOf(operation.user)));
      case 'remove-user':
        return this.#isPresent(log.user(hexOf(operation.user))) && this.#leavesAnAdmin(hexOf(operation.user));
      case 'set-bundle': case 'set-unlock':
        return this.#isPresent(log.user(hexOf(operation.user)));
      case 'set-unlock-policy':
        return objectionToPolicy(operation) === undefined;
      case 'set-grace': case 'set-desktop-powers':
        return true;
      case 'reset-tries':
        return this.#isPresent(log.user(hexOf(operation.user)));
      case 'add-device':
        return !this.#isThere(log.device(hexOf(operation.device)).additions);
      case 'remove-device': case 'issue-certificate':
        return this.#isPresent(log.device(hexOf(operation.device)));
      case 'invite':
        return !this.#isThere(log.invitation(hexOf(operation.invite)).additions);
      case 'add-team':
        return !this.#isThere(log.team(hexOf(operation.team))) && !this.#isCliniciansTeam(operation.team);
      case 'add-member': case 'remove-member':
        return this.#isAdded(log.team(hexOf(operation.team))) && this.#isPresent(log.user(hexOf(operation.user)));
      case 'set-quorum':
        return isQuorum(operation) && operation.holders.every((holder) => this.#isPresent(log.user(hexOf(holder))));
      case 'set-authority': case 'checkpoint': case 'approve':
        return true;
      case 'genesis': case 'join': case 'ask-recovery': case 'propose': case 'appoint': case 'settle': case 'erase': case 'confirm-erasure':
      case 'set-kit': case 'set-recovery': case 'release-share': case 'renew-user':
      case 'set-glass': case 'break-glass': case 'end-glass': case 'review-glass':
        return false;
    }
  }

  /** LOG-12: with three admins or more nobody alone changes who is one; a quorum is set by one only who is alone. */
  #isOneEnough(operation: Operation, signer: Signer): boolean {
    switch (operation.type) {
      case 'add-user':
        return operation.role !== 'admin' || this.#areAdminsFewerThan(3);
      case 'set-role': case 'remove-user': {
        const target = hexOf(operation.user);
        if (operation.type === 'set-role' && operation.role === 'admin') return this.#areAdminsFewerThan(3);
        return target === signer.user || !this.#isAdminForSure(target) || this.#areAdminsFewerThan(3);
      }
      case 'set-quorum':
        return this.#areAdminsFewerThan(2);
      default:
        return true;
    }
  }

  /** False with a doubt while a revocation of the user's is open. */
  #isAdminForSure(user: Hex<UserId>): boolean {
    const open = this.#openIn(this.#log.user(user).revocations);
    for (const index of open) this.#doubt(index);
    return open.length === 0 && this.roleOf(user) === 'admin';
  }

  #areAdminsFewerThan(number: number): boolean {
    let sure = 0;
    const doubtful: Doubts[] = [];
    for (const user of this.#log.everAdmins) {
      const other = new Inquiry(this.#log, this.#view, this.#past);
      if (!other.#isPresent(this.#log.user(user)) || other.roleOf(user, 'remove-user') !== 'admin') continue;
      if (other.doubts.size === 0) sure += 1;
      else doubtful.push(other.doubts);
    }
    if (sure >= number) return false;
    if (sure + doubtful.length >= number) for (const doubts of doubtful) for (const doubt of doubts) this.#doubt(doubt);
    return true;
  }

  /** LOG-12: what another admin, who still is one, proposed, and nobody has approved. */
  #isForApproval({ proposal: id, cut }: Extract<Operation, { readonly type: 'approve' }>, signer: Signer): boolean {
    const proposal = this.#log.entry(id);
    if (proposal?.signer === undefined || !this.#isAdded([proposal]) || this.#isThere(this.#log.approvals(id))) return false;
    const { operation, signer: { user: proposer } } = proposal;
    if (operation.type !== 'checkpoint' && operation.type !== 'propose') return false;
    if (cut.length > 0 && (operation.type === 'checkpoint' || operation.action.type !== 'remove-user')) return false;
    return proposer !== signer.user && this.#isPresent(this.#log.user(proposer)) && this.roleOf(proposer, 'approve') === 'admin';
  }

  /** ERASE-1: what another proposed who is still in, and may still propose it. */
  #isForConfirmation(id: ItemId, signer: Signer): boolean {
    const erasure = this.#log.entry(id);
    if (erasure?.signer === undefined || erasure.operation.type !== 'erase' || !this.#isAdded([erasure])) return false;
    const { user } = erasure.signer;
    const role = this.roleOf(user, 'erase');
    return user !== signer.user && this.#isPresent(this.#log.user(user)) && role !== undefined && maySign(role, 'erase');
  }

  #isCliniciansTeam(team: TeamId): boolean {
    const genesis = this.#log.all[0]?.operation;
    return genesis?.type === 'genesis' && equalBytes(team, cliniciansTeam(genesis.everyone));
  }

  /** Whether it counts is another question: what nodes answered was answered. */
  #useOfGlass(id: ItemId): Entry | undefined {
    const use = this.#log.entry(id);
    return use?.operation.type === 'break-glass' && this.#past.covers(use.index) ? use : undefined;
  }

  /** GLASS-5: by its user, by an admin or privacy officer, and by anybody once its time is over. */
  #isForEnding(id: ItemId, signer: Signer, time: number): boolean {
    const use = this.#useOfGlass(id);
    if (use?.operation.type !== 'break-glass') return false;
    return use.signer?.user === signer.user || time >= use.operation.until || this.roleOf(signer.user, 'review-glass') !== 'clinician';
  }

  /** LOG-13: a holder of the quorum in force, alone or with the votes of enough others, given since and not used. */
  #isEntitled({ user, votes }: Extract<Operation, { readonly type: 'appoint' }>, signer: Signer): boolean {
    const quorum = this.#log.quorums.findLast(({ index }) => this.#past.covers(index) && this.#view.counts(index));
    if (quorum?.effect.type !== 'set-quorum') return false;
    this.#inherit(quorum.index);
    const { threshold, holders } = quorum.effect;
    const isHolder = (who: Hex<UserId>): boolean => holders.some((holder) => hexOf(holder) === who);
    const voters = new Set([signer.user]);
    for (const id of votes) {
      const vote = this.#log.entry(id);
      if (vote?.signer === undefined || vote.operation.type !== 'appoint' || vote.operation.votes.length > 0) return false;
      if (hexOf(vote.operation.user) !== hexOf(user) || !this.#log.graph.isBefore(quorum.index, vote.index)) return false;
      if (!this.#isAdded([vote]) || this.#isThere(this.#log.appointments(id)) || !this.#isPresent(this.#log.user(vote.signer.user))) return false;
      voters.add(vote.signer.user);
    }
    const isEnough = votes.length === 0 || voters.size >= threshold;
    return isEnough && [...voters].every(isHolder);
  }

  /** LOG-14: an operation in review is accepted by another admin than signed it, one who may do the same alone. */
  #settles(reviewed: ItemId, operation: Operation, signer: Signer): boolean {
    const entry = this.#log.entry(reviewed);
    if (entry === undefined || !this.#past.covers(entry.index)) return false;
    const effect = effectOf(this.#log, operation);
    if (effect === operation) return operation.type === 'settle' && operation.verdict === 'decline';
    if (entry.signer?.user === signer.user || !this.#isHeld(entry)) return false;
    // What somebody set with keys that were renewed since would open nothing (LOG-15).
    if (entry.signer !== undefined && this.#isOutdated(entry.signer)) return false;
    return this.#isOneEnough(effect, signer) && this.#makesSense(effect);
  }

  #isHeld({ index }: Entry): boolean {
    const { checkpoints, graph } = this.#log;
    return !this.#view.counts(index) && checkpoints.some((checkpoint) =>
      graph.areConcurrent(checkpoint.index, index) && this.#isAdded([checkpoint]) && this.#log.approvals(checkpoint.id).some((approval) => this.#past.covers(approval.index)));
  }

  /** LOG-7: an invitation lets one new device in, before it expires, if nobody has used it. */
  #objectionToJoin(candidate: Candidate): Objection | undefined {
    const { operation, time } = candidate;
    if (operation.type !== 'join') return 'operation';
    const { additions, joins } = this.#log.invitation(inviteOf(candidate));
    if (!this.#isAdded(additions)) return 'invitation';
    const open = additions.some(({ index, operation: invite }) => this.#past.covers(index) && invite.type === 'invite' && time < invite.expires);
    if (!open || this.#isThere(joins)) return 'invitation';
    return this.#isThere(this.#log.device(hexOf(operation.device)).additions) ? 'operation' : undefined;
  }

  /** RECOVER-3: a client of the ward asks, with its own key, for somebody who is in. */
  #objectionToAsk(candidate: Candidate & { readonly index?: number }): Objection | undefined {
    const [{ operation }, device] = [candidate, askingDevice(candidate)];
    if (operation.type !== 'ask-recovery' || device === undefined) return 'operation';
    const { additions, revocations } = this.#log.device(device);
    if (!this.#isAdded(additions)) return 'unknown-author';
    if (this.#isUndone(candidate, revocations)) return 'removed-author';
    if (!this.#isOfKind(device, isPersonal)) return 'role';
    return this.#isPresent(this.#log.user(hexOf(operation.user))) ? undefined : 'operation';
  }

  /** Whether what counts at this place let the device in as of that kind. */
  #isOfKind(device: Hex<DeviceId>, isMeant: (kind: DeviceKind) => boolean): boolean {
    return this.#log.device(device).additions.some((entry) => {
      const kind = kindGivenBy(this.#log, entry);
      return kind !== undefined && isMeant(kind) && this.#past.covers(entry.index) && this.#view.counts(entry.index);
    });
  }

  /** RECOVER-1: two or more who are in, each once, and not oneself; or nobody. */
  #areHolders({ user, threshold, holders }: Extract<Operation, { type: 'set-recovery' }>): boolean {
    if (holders.length === 0) return threshold === 0;
    const named = new Set(holders.map((holder) => hexOf(holder.user)));
    return threshold >= 2 && threshold <= holders.length && named.size === holders.length && !named.has(hexOf(user))
      && [...named].every((holder) => this.#isPresent(this.#log.user(holder)));
  }

  /** RECOVER-4: a share goes to a question that was asked, from somebody whom the user named. */
  #isHolderAsked({ ask, recovery }: Extract<Operation, { type: 'release-share' }>, holder: Hex<UserId> | undefined): boolean {
    const [asked, dealt] = [this.#counting(ask)?.operation, this.#counting(recovery)?.operation];
    return asked?.type === 'ask-recovery' && dealt?.type === 'set-recovery' && hexOf(asked.user) === hexOf(dealt.user)
      && dealt.holders.some(({ user }) => hexOf(user) === holder);
  }

  #counting(id: ItemId): Entry | undefined {
    const index = this.#log.graph.indexOf(id);
    if (index === undefined || !this.#past.covers(index) || !this.#view.counts(index)) return undefined;
    this.#inherit(index);
    return this.#log.all[index];
  }

  /** A key that this user never had: by its key one knows whose session it is, before or after a renewal. */
  #isNewKey(user: UserId, signingKey: Uint8Array): boolean {
    const { additions, renewals } = this.#log.user(hexOf(user));
    return [...additions, ...renewals].every((entry) => !this.#past.covers(entry.index) || !equalBytes(signingKeyGivenBy(entry) ?? NO_KEY, signingKey));
  }

  /** An open demotion is taken to count, with a doubt. */
  #isLessThanAdmin(user: Hex<UserId>): boolean {
    if (this.roleOf(user) !== 'admin') return true;
    const open = this.#openIn(this.#log.user(user).revocations);
    for (const index of open) this.#doubt(index);
    return open.length > 0;
  }

  /** A handle is free again when its user was removed. */
  #isHandleTaken(handle: string): boolean {
    return this.#log.handle(handle).some((entry) => {
      const holder = userAddedBy(entry);
      if (holder === undefined || !this.#isThere([entry]) || !this.#isPresent(this.#log.user(holder))) return false;
      return this.#openIn(this.#log.user(holder).revocations).length === 0;
    });
  }

  #isPresent(of: { readonly additions: readonly Entry[]; readonly revocations: readonly Entry[] }): boolean {
    for (const index of this.#openIn(of.revocations)) this.#doubt(index);
    return this.#isAdded(of.additions) && presenceIn(this.#view, this.#past, of) === 'present';
  }

  /** LOG-8: there is another admin. */
  #leavesAnAdmin(leaving: Hex<UserId>): boolean {
    if (this.roleOf(leaving) !== 'admin') return true;
    const doubtful = new Set(this.#openIn(this.#log.user(leaving).revocations));
    for (const user of this.#log.everAdmins) {
      const other = new Inquiry(this.#log, this.#view, this.#past);
      if (user === leaving || !other.#isPresent(this.#log.user(user)) || other.roleOf(user, 'remove-user') !== 'admin') continue;
      if (other.doubts.size === 0) return true;
      for (const doubt of other.doubts) doubtful.add(doubt);
    }
    for (const index of doubtful) this.#doubt(index);
    return doubtful.size > 0;
  }

  #openIn(revocations: readonly Entry[]): readonly number[] {
    return revocations.filter(({ operation }) => operation.type !== 'renew-user').map(({ index }) => index).filter((index) => this.#past.covers(index) && this.#view.isOpen(index));
  }

  #inherit(index: number): void {
    for (const doubt of this.#view.doubtsOf(index)) this.#doubt(doubt);
  }

  #doubt(index: number): void {
    this.#doubts ??= new Set();
    this.#doubts.add(index);
  }
}

const NO_KEY = new Uint8Array(0);

/** Each once, and none of the ward's own, whose ids begin with fifteen zero bytes. */
function isErasable(documents: readonly DocumentId[]): boolean {
  return documents.length > 0 && new Set(documents.map(hexOf)).size === documents.length && !documents.some(isWardsOwn);
}

/** At least two of at most sixteen different people. */
function isQuorum({ threshold, holders }: { readonly threshold: number; readonly holders: readonly UserId[] }): boolean {
  return threshold >= 2 && threshold <= holders.length && new Set(holders.map(hexOf)).size === holders.length;
}
