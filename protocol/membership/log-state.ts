/** A `WardState` made of a log as it was at one moment. What is added to the log later does not show in it. */
import { hexOf, userId, type AuthorId, type DeviceId, type DocumentId, type Hex, type ItemId, type SessionId, type TeamId, type UserId, type WardId } from '../codec/ids.ts';
import { MAX_HEADS } from '../items/item.ts';
import { compareBytes } from '../codec/bytes.ts';
import { isHeldShortIn, keysGivenIn, presenceIn, roleIn, type View } from './authority.ts';
import type { Certificate } from './certificate.ts';
import { certifyingRenewal } from './certifier.ts';
import { checkpointsInForce, isHeld } from './checkpoints.ts';
import type { Description } from './describe.ts';
import { glassUsesIn } from './glass-uses.ts';
import { isRepeatable } from './effect.ts';
import type { DeviceEntries, LogEntries, UserEntries } from './log-entries.ts';
import type { Past } from './log-graph.ts';
import type { Resolution } from './resolution.ts';
import { teamDocument } from './team-document.ts';
import type { Membership, OperationInReview, Role, WardState } from './ward-state.ts';

export interface LogMoment {
  readonly ward: WardId;
  readonly entries: LogEntries;
  /** Number of entries at this moment. */
  readonly size: number;
  readonly resolution: Resolution;
  /** Made when it is first asked for: while a log is being fetched nobody asks. */
  describe(): Description;
  readonly certificates: ReadonlyMap<Hex<AuthorId>, Certificate>;
}

export class LogState implements WardState {
  readonly ward: WardId;
  readonly heads: readonly ItemId[];
  readonly #allHeads: readonly ItemId[];
  readonly #moment: LogMoment;
  #described: Description | undefined;
  #review: readonly OperationInReview[] | undefined;
  #erased: ReadonlySet<Hex<DocumentId>> | undefined;
  #glassUses: WardState['glassUses'] | undefined;
  /** The last place that was asked for: readers ask about many items of one place. */
  #recent: { readonly key: string; readonly past: Past; readonly view: View } | undefined;

  constructor(moment: LogMoment) {
    this.#moment = moment;
    this.ward = moment.ward;
    const { graph } = moment.entries;
    this.#allHeads = [...graph.heads].map((index) => graph.idOf(index)).sort(compareBytes);
    this.heads = this.#allHeads.slice(0, MAX_HEADS);
  }

  get sealedName(): Uint8Array { return this.#description.sealedName; }
  get everyone(): TeamId { return this.#built(this.#description.everyone); }
  get admins(): TeamId { return this.#built(this.#description.admins); }
  get users(): WardState['users'] { return this.#description.users; }
  get devices(): WardState['devices'] { return this.#description.devices; }
  get teams(): WardState['teams'] { return this.#description.teams; }
  get invitations(): WardState['invitations'] { return this.#description.invitations; }
  get authority(): WardState['authority'] { return this.#description.authority; }
  get unlockPolicy(): WardState['unlockPolicy'] { return this.#description.unlockPolicy; }
  get graceHours(): WardState['graceHours'] { return this.#description.graceHours; }
  get desktopPowers(): WardState['desktopPowers'] { return this.#description.desktopPowers; }
  get glass(): WardState['glass'] { return this.#description.glass; }

  get glassUses(): WardState['glassUses'] {
    const { entries, size, resolution } = this.#moment;
    this.#glassUses ??= glassUsesIn(entries, size, (index) => resolution.counts(index));
    return this.#glassUses;
  }

  get asks(): WardState['asks'] { return this.#description.asks; }
  get quorum(): WardState['quorum'] { return this.#description.quorum; }
  get settlements(): WardState['settlements'] { return this.#description.settlements; }
  get votes(): WardState['votes'] { return [...this.#description.votes.values()]; }

  /** Of what was proposed: what still makes sense and whose proposer is still an admin. */
  get proposals(): WardState['proposals'] {
    const isIn = (user: UserId): boolean => this.users.get(hexOf(user))?.removal === undefined;
    return [...this.#description.proposals.values()].filter(({ by, action }) => {
      if (!isIn(by) || this.users.get(hexOf(by))?.role !== 'admin') return false;
      if (action.type === 'remove-user') return isIn(action.user);
      return action.type !== 'set-role' || (isIn(action.user) && this.users.get(hexOf(action.user))?.role !== action.role);
    });
  }

  get erasures(): WardState['erasures'] { return this.#description.erasures; }

  /** A team's own document is never among them: two could else take everybody's keys away. */
  get erased(): WardState['erased'] {
    const { entries, size } = this.#moment;
    this.#erased ??= entries.confirmations.some(({ index }) => index < size) ? erasedBy(this.#description, this.ward) : NOTHING_ERASED;
    return this.#erased;
  }

  get review(): WardState['review'] {
    this.#review ??= this.#held();
    return this.#review;
  }

  get #description(): Description {
    this.#described ??= this.#moment.describe();
    return this.#described;
  }

  headsAfter(before: readonly ItemId[]): readonly ItemId[] {
    if (this.#allHeads.length <= MAX_HEADS) return this.heads;
    const covering = before.map((id) => this.#allHeads.find((head) => this.isPast([id], [head])));
    const chosen = new Map([...covering, ...this.#allHeads].flatMap((head) => (head === undefined ? [] : [[hexOf(head), head] as const])));
    return [...chosen.values()].slice(0, MAX_HEADS).sort(compareBytes);
  }

  knows(heads: readonly ItemId[]): boolean {
    return heads.every((head) => (this.#moment.entries.graph.indexOf(head) ?? this.#moment.size) < this.#moment.size);
  }

  isPast(earlier: readonly ItemId[], later: readonly ItemId[]): boolean {
    const { past } = this.#at(later);
    const { graph } = this.#moment.entries;
    return earlier.every((id) => {
      const index = graph.indexOf(id);
      return index !== undefined && past.covers(index);
    });
  }

  membershipOf(user: UserId, heads: readonly ItemId[]): Membership {
    const state = this.users.get(hexOf(user));
    return this.#membership(this.#moment.entries.user(hexOf(user)), heads, state !== undefined && state.removal === undefined);
  }

  deviceMembershipOf(device: DeviceId, heads: readonly ItemId[]): Membership {
    const state = this.devices.get(hexOf(device));
    return this.#membership(this.#moment.entries.device(hexOf(device)), heads, state !== undefined && state.removal === undefined);
  }

  roleAt(user: UserId, heads: readonly ItemId[]): Role | undefined {
    const { past, view } = this.#at(heads);
    return roleIn(this.#moment.entries, view, past, hexOf(user));
  }

  isHeldShortAt(device: DeviceId, heads: readonly ItemId[]): boolean {
    const { past, view } = this.#at(heads);
    return isHeldShortIn(this.#moment.entries, view, past, hexOf(device));
  }

  renewalAt(user: UserId, heads: readonly ItemId[]): Hex<ItemId> | undefined {
    const { entries } = this.#moment;
    if (entries.user(hexOf(user)).renewals.length === 0) return undefined;
    const { past, view } = this.#at(heads);
    const given = keysGivenIn(entries, view, past, hexOf(user));
    return given?.operation.type === 'renew-user' ? hexOf(given.id) : undefined;
  }

  renewalOf(certificate: Certificate): Hex<ItemId> | undefined {
    return certifyingRenewal(this.#moment.entries, this.ward, certificate);
  }

  sessionUser(session: SessionId): UserId | undefined {
    return this.#moment.certificates.get(hexOf<AuthorId>(session))?.user;
  }

  /** Who was added at `heads` but is not in now, by a removal or because the addition was undone, is out since. */
  #membership(entries: UserEntries | DeviceEntries, heads: readonly ItemId[], isIn: boolean): Membership {
    const { past, view } = this.#at(heads);
    const presence = presenceIn(view, past, entries);
    if (presence === 'absent') return 'never';
    if (presence === 'removed') return 'removed-before';
    return isIn ? 'member' : 'removed-since';
  }

  #at(heads: readonly ItemId[]): { readonly past: Past; readonly view: View } {
    const key = heads.map(hexOf).join();
    if (this.#recent?.key === key) return this.#recent;
    const { entries, resolution } = this.#moment;
    const past = entries.graph.pastOf(heads.map((head) => {
      const index = entries.graph.indexOf(head);
      if (index === undefined) throw new RangeError('the log does not know these heads');
      return index;
    }));
    this.#recent = { key, past, view: resolution.at(past) };
    return this.#recent;
  }

  #held(): readonly OperationInReview[] {
    const { entries, size, resolution } = this.#moment;
    const inForce = checkpointsInForce(entries, (index) => index < size);
    if (inForce.length === 0) return [];
    const there = entries.all.slice(0, size);
    const accepted = new Set(there.flatMap(({ index, operation }) =>
      (operation.type === 'settle' && operation.verdict === 'accept' && operation.of.type === 'operation' && resolution.counts(index) ? [hexOf(operation.of.operation)] : [])));
    return there.filter((entry) => isHeld(entries, inForce, entry) && !accepted.has(hexOf(entry.id)))
      .sort((a, b) => entries.graph.compare(a.index, b.index))
      .map(({ id, operation, signer, time }) => ({
        id, by: signer === undefined ? undefined : userId.fromHex(signer.user), type: operation.type, time, isRepeatable: isRepeatable(operation), declined: this.#description.declined.has(hexOf(id)),
      }));
  }

  #built(team: TeamId | undefined): TeamId {
    if (team === undefined) throw new Error('the ward log has no genesis yet');
    return team;
  }
}

/** Asked at every item that comes in: while nothing is erased it costs no description. */
const NOTHING_ERASED: ReadonlySet<Hex<DocumentId>> = new Set();

function erasedBy({ erasures, teams }: Description, ward: WardId): ReadonlySet<Hex<DocumentId>> {
  const erased = new Set([...erasures.values()].flatMap(({ documents, confirmed }) => (confirmed === undefined ? [] : documents.map(hexOf))));
  if (erased.size > 0) for (const { id } of teams.values()) erased.delete(hexOf(teamDocument(ward, id)));
  return erased;
}
