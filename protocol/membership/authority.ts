/**
 * LOG-4: may this operation be signed by its author, in the state that its own heads describe?
 *
 * Each rule is a short function with one English sentence above it. They look at a `View`, which says which operations
 * count; in the middle of a resolution some revocations are still open, and what depends on one says so in `doubts`.
 */
import { hexOf, type DeviceId, type Hex, type UserId } from '../codec/ids.ts';
import { isSoundDealing, objectionToPolicy } from './dealing.ts';
import { inviteOf, isRevocation, undoes, type Candidate, type Entry, type LogEntries } from './log-entries.ts';
import type { Past } from './log-graph.ts';
import type { OperationType } from './operation.ts';
import { maySign } from './roles.ts';
import type { Role } from './ward-state.ts';

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

/** Whether the user or device was added at a place in the log, and whether it was removed there. */
export function presenceIn(view: View, past: Past, of: { readonly additions: readonly Entry[]; readonly revocations: readonly Entry[] }): 'absent' | 'present' | 'removed' {
  if (!of.additions.some(({ index }) => past.covers(index) && view.counts(index))) return 'absent';
  const removed = of.revocations.some(({ index, operation }) => operation.type !== 'set-role' && past.covers(index) && view.counts(index));
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
    if (signer === undefined || !this.#isAdded(this.#log.user(signer.user).additions)) return 'unknown-author';
    if (!this.#isAdded(this.#log.device(signer.device).additions)) return 'unknown-author';
    if (this.#isUndone(candidate, this.#log.user(signer.user).revocations)) return 'removed-author';
    if (this.#isUndone(candidate, this.#log.device(signer.device).revocations)) return 'removed-author';
    const role = this.roleOf(signer.user, type);
    if (role === undefined || !maySign(role, type)) return 'role';
    return this.#applies(candidate) ? undefined : 'operation';
  }

  /** The role is what was given last, in the order of replay. */
  roleOf(user: Hex<UserId>, toSign?: Exclude<OperationType, 'genesis' | 'join'>): Role | undefined {
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

  /** An operation has to make sense where it was signed: what it names is there, what it adds is not. */
  #applies({ operation, signer }: Candidate): boolean {
    const log = this.#log;
    switch (operation.type) {
      case 'add-user':
        return !this.#isThere(log.user(hexOf(operation.user)).additions) && !this.#isHandleTaken(operation.handle);
      case 'set-role':
        return this.#isPresent(log.user(hexOf(operation.user))) && (operation.role === 'admin' || this.#leavesAnAdmin(hexOf(operation.user)));
      case 'remove-user':
        return this.#isPresent(log.user(hexOf(operation.user))) && this.#leavesAnAdmin(hexOf(operation.user));
      case 'set-bundle':
        return hexOf(operation.user) === signer?.user;
      case 'set-unlock':
        return hexOf(operation.user) === signer?.user && isSoundDealing(operation.dealing);
      case 'set-unlock-policy':
        return objectionToPolicy(operation) === undefined;
      case 'reset-tries':
        return this.#isPresent(log.user(hexOf(operation.user)));
      case 'add-device':
        return !this.#isThere(log.device(hexOf(operation.device)).additions);
      case 'remove-device': case 'issue-certificate':
        return this.#isPresent(log.device(hexOf(operation.device)));
      case 'invite':
        return !this.#isThere(log.invitation(hexOf(operation.invite)).additions);
      case 'add-team':
        return !this.#isThere(log.team(hexOf(operation.team)));
      case 'add-member': case 'remove-member':
        return this.#isAdded(log.team(hexOf(operation.team))) && this.#isPresent(log.user(hexOf(operation.user)));
      case 'set-authority':
        return true;
      case 'genesis': case 'join':
        return false;
    }
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
    return revocations.map(({ index }) => index).filter((index) => this.#past.covers(index) && this.#view.isOpen(index));
  }

  #inherit(index: number): void {
    for (const doubt of this.#view.doubtsOf(index)) this.#doubt(doubt);
  }

  #doubt(index: number): void {
    this.#doubts ??= new Set();
    this.#doubts.add(index);
  }
}

export function roleGivenBy({ operation }: Entry): Role | undefined {
  if (operation.type === 'genesis') return operation.founder.role;
  return operation.type === 'add-user' || operation.type === 'set-role' ? operation.role : undefined;
}

export function userAddedBy({ operation }: Entry): Hex<UserId> | undefined {
  if (operation.type === 'genesis') return hexOf(operation.founder.user);
  return operation.type === 'add-user' ? hexOf(operation.user) : undefined;
}

/** The user or device whose rights a revocation takes. */
export function targetOf({ operation }: Entry): Hex<UserId> | Hex<DeviceId> | undefined {
  if (!isRevocation(operation)) return undefined;
  if (operation.type === 'remove-device') return hexOf(operation.device);
  return operation.type === 'remove-user' || operation.type === 'set-role' ? hexOf(operation.user) : undefined;
}
