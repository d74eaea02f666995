/**
 * What takes more than one: changes among the admins and to the quorum, checkpoints (two admins, LOG-12 and LOG-14), and
 * the quorum's making of an admin (LOG-13). Each method resolves when the log has it.
 */
import { hexOf, type ItemId, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import type { Action } from '../membership/operation.ts';
import { MAX_CUT, MAX_HOLDERS } from '../membership/operation.ts';
import type { OperationInReview, Proposal, Quorum, Role, UserState, Verdict, WardState } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import { cutOfUser } from './cut.ts';
import { adminHere, objectionHere, type Place } from './powers.ts';
import { signRemoval } from './removal.ts';
import type { SessionSigner } from './session-signer.ts';

/** `proposed`: another admin has to approve it before it changes anything. */
export type Outcome = 'done' | 'proposed';

export type CouncilFailure =
  | 'not-an-admin' | 'at-a-desktop' | 'unknown-user' | 'last-admin' | 'unknown-proposal' | 'own-proposal' | 'bad-quorum' | 'not-a-holder' | 'no-second-admin'
  | 'unknown-operation' | 'own-operation' | 'not-repeatable' | 'too-many-chains';

export interface CouncilOptions {
  readonly replica: Replica;
  readonly signer: SessionSigner;
  readonly user: UserId;
  /** Grants the keys that are owed after a change of members. */
  readonly settleOwed: () => Promise<void>;
}

export class Council {
  readonly #options: CouncilOptions;

  constructor(options: CouncilOptions) {
    this.#options = options;
  }

  /** What waits for a second admin, oldest first. */
  proposals(): readonly Proposal[] {
    return this.#state.proposals;
  }

  quorum(): Quorum | undefined {
    return this.#state.quorum;
  }

  /** Operations that a checkpoint holds back. */
  inReview(): readonly OperationInReview[] {
    return this.#state.review;
  }

  /** Making or unmaking an admin is proposed where there are three admins or more; stepping back takes nobody else. */
  async setRole(user: UserId, role: Role): Promise<Result<Outcome, CouncilFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const target = presentUser(state.value, user);
    if (target === undefined) return fail('unknown-user');
    if (target.role === 'admin' && role !== 'admin' && adminsOf(state.value).length === 1) return fail('last-admin');
    const isStep = role !== 'admin' && (target.role !== 'admin' || this.#isSelf(user));
    if (!isStep && adminsOf(state.value).length >= 3) return this.#propose({ type: 'set-role', user, role });
    await this.#options.signer.operate({ type: 'set-role', user, role });
    await this.#options.settleOwed();
    return succeed('done');
  }

  /** Removes a person, or proposes it where they are one of three admins or more. */
  async removeUser(user: UserId): Promise<Result<Outcome, CouncilFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const target = presentUser(state.value, user);
    if (target === undefined) return fail('unknown-user');
    const admins = adminsOf(state.value).length;
    if (target.role === 'admin' && admins === 1) return fail('last-admin');
    if (target.role === 'admin' && admins >= 3 && !this.#isSelf(user)) return this.#propose({ type: 'remove-user', user });
    const signed = await signRemoval(this.#options.signer, cutOfUser(this.#options.replica, user), (cut) => ({ type: 'remove-user', user, cut }));
    if (!signed.ok) return signed;
    await this.#options.settleOwed();
    return succeed('done');
  }

  /** `threshold` of the holders together can make a user an admin, should the admins be lost. */
  async setQuorum(threshold: number, holders: readonly UserId[]): Promise<Result<Outcome, CouncilFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    if (holders.some((holder) => presentUser(state.value, holder) === undefined)) return fail('unknown-user');
    const isSound = threshold >= 2 && threshold <= holders.length && holders.length <= MAX_HOLDERS && new Set(holders.map(hexOf)).size === holders.length;
    if (!isSound) return fail('bad-quorum');
    const quorum = { type: 'set-quorum' as const, threshold, holders };
    if (adminsOf(state.value).length >= 2) return this.#propose(quorum);
    await this.#options.signer.operate(quorum);
    return succeed('done');
  }

  /** Proposes that the log be closed up to what is here: nobody writes into that past any more without being reviewed. */
  async proposeCheckpoint(): Promise<Result<Outcome, CouncilFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    if (adminsOf(state.value).length < 2) return fail('no-second-admin');
    await this.#options.signer.operate({ type: 'checkpoint' });
    return succeed('proposed');
  }

  async approve(proposal: ItemId): Promise<Result<null, CouncilFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const found = state.value.proposals.find(({ id }) => hexOf(id) === hexOf(proposal));
    if (found === undefined) return fail('unknown-proposal');
    if (this.#isSelf(found.by)) return fail('own-proposal');
    const { action } = found;
    const cut = action.type === 'remove-user' ? cutOfUser(this.#options.replica, action.user) : [];
    if (cut.length > MAX_CUT) return fail('too-many-chains');
    await this.#options.signer.operate({ type: 'approve', proposal, cut });
    await this.#options.settleOwed();
    return succeed(null);
  }

  /** A holder's word that `user` be an admin: `done` when it was the last that was wanting. */
  async appoint(user: UserId): Promise<Result<Outcome, CouncilFailure>> {
    const state = this.#state;
    const { quorum } = state;
    const holders = new Set(quorum?.holders.map(hexOf));
    if (quorum === undefined || !holders.has(hexOf(this.#options.user))) return fail('not-a-holder');
    if (objectionHere(state, this.#here, 'appoint') === 'at-a-desktop') return fail('at-a-desktop');
    if (presentUser(state, user) === undefined) return fail('unknown-user');
    const byOther = new Map(state.votes
      .filter((vote) => hexOf(vote.user) === hexOf(user) && !this.#isSelf(vote.by) && holders.has(hexOf(vote.by)) && presentUser(state, vote.by) !== undefined)
      .map((vote) => [hexOf(vote.by), vote.id]));
    const isLast = byOther.size + 1 >= quorum.threshold;
    await this.#options.signer.operate({ type: 'appoint', user, votes: isLast ? [...byOther.values()] : [] });
    return succeed(isLast ? 'done' : 'proposed');
  }

  /** What becomes of an operation in review. Accepting repeats it under one's own name; so it cannot be one's own. */
  async settleOperation(operation: ItemId, verdict: Verdict): Promise<Result<null, CouncilFailure>> {
    const state = this.#admin();
    if (!state.ok) return state;
    const found = state.value.review.find(({ id }) => hexOf(id) === hexOf(operation));
    if (found === undefined) return fail('unknown-operation');
    if (verdict === 'accept' && found.by !== undefined && this.#isSelf(found.by)) return fail('own-operation');
    if (verdict === 'accept' && !found.isRepeatable) return fail('not-repeatable');
    await this.#options.signer.operate({ type: 'settle', verdict, of: { type: 'operation', operation } });
    await this.#options.settleOwed();
    return succeed(null);
  }

  get #state(): WardState {
    return this.#options.replica.state();
  }

  #admin(): Result<WardState, 'not-an-admin' | 'at-a-desktop'> {
    return adminHere(this.#state, this.#here);
  }

  get #here(): Place {
    const { user, signer: { device } } = this.#options;
    return { user, device };
  }

  #isSelf(user: UserId): boolean {
    return hexOf(user) === hexOf(this.#options.user);
  }

  async #propose(action: Action): Promise<Result<Outcome, CouncilFailure>> {
    await this.#options.signer.operate({ type: 'propose', action });
    return succeed('proposed');
  }
}

export function adminsOf(state: WardState): readonly UserState[] {
  return [...state.users.values()].filter(({ role, removal }) => role === 'admin' && removal === undefined);
}

function presentUser(state: WardState, user: UserId): UserState | undefined {
  const found = state.users.get(hexOf(user));
  return found?.removal === undefined ? found : undefined;
}
