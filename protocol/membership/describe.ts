/**
 * What the ward looks like after the operations that count: the maps of a `WardState`.
 *
 * A description is never changed once it has been handed out: `describe` takes the one before and the operations that
 * came after it, in the order of replay, and makes a new one.
 */
import { toHex } from '../codec/bytes.ts';
import { deviceId, hexOf, type DeviceId, type Hex, type InviteId, type ItemId, type TeamId, type UserId } from '../codec/ids.ts';
import type { AccountEvent, AskState } from './account-state.ts';
import { CopyOnWriteMap } from './copy-on-write.ts';
import { joined } from './cuts.ts';
import type { UnlockPolicy } from './dealing.ts';
import type { GlassState } from './glass.ts';
import { askingDevice, inviteOf, type Entry } from './log-entries.ts';
import type { LogGraph } from './log-graph.ts';
import type { Operation } from './operation.ts';
import { maySign } from './roles.ts';
import { NO_WORDS, WordsDraft, type WordsGiven } from './words-given.ts';
import type { AuthorityState, DesktopPowers, DeviceKind, DeviceState, InvitationState, Quorum, Removal, Role, TeamState, UserState } from './ward-state.ts';

export interface Description extends WordsGiven {
  readonly sealedName: Uint8Array;
  readonly everyone: TeamId | undefined;
  readonly admins: TeamId | undefined;
  readonly users: ReadonlyMap<Hex<UserId>, UserState>;
  readonly devices: ReadonlyMap<Hex<DeviceId>, DeviceState>;
  readonly teams: ReadonlyMap<Hex<TeamId>, TeamState>;
  readonly invitations: ReadonlyMap<Hex<InviteId>, InvitationState>;
  readonly authority: AuthorityState | undefined;
  readonly unlockPolicy: UnlockPolicy | undefined;
  readonly graceHours: number;
  readonly desktopPowers: DesktopPowers;
  readonly glass: GlassState | undefined;
  readonly asks: ReadonlyMap<Hex<ItemId>, AskState>;
  readonly quorum: Quorum | undefined;
  /** Who has a handle, of those who are in. */
  readonly handles: ReadonlyMap<string, Hex<UserId>>;
  /** The operations on each membership of a team, by team and user. */
  readonly memberships: ReadonlyMap<string, readonly Entry[]>;
}

export const NOTHING: Description = {
  sealedName: new Uint8Array(0), everyone: undefined, admins: undefined, users: new Map(), devices: new Map(), teams: new Map(),
  invitations: new Map(), authority: undefined, unlockPolicy: undefined, graceHours: 0, desktopPowers: 'own', glass: undefined, asks: new Map(), quorum: undefined, ...NO_WORDS,
  handles: new Map(), memberships: new Map(),
};

export function describe(before: Description, entries: readonly Entry[], graph: LogGraph): Description {
  const draft = new Draft(before, graph);
  for (const entry of entries) draft.apply(entry);
  return draft.finished();
}

interface NewUser {
  readonly user: UserId;
  readonly handle: string;
  readonly role: Role;
  readonly signingKey: Uint8Array;
  readonly kemKey: Uint8Array;
  readonly bundle: Uint8Array;
  readonly sealedName: Uint8Array;
}

const EMPTY = new Uint8Array(0);
/** A node honours three resets a day; it need not know of more than it could have missed. */
const MAX_RESETS = 16;
/** Of each user; older ones are still in the log. */
const MAX_EVENTS = 64;

const NEW_ACCOUNT = { replaced: undefined, renewals: [], hasTemporaryPassword: false, kit: undefined, recovery: undefined, events: [] } as const;

class Draft {
  readonly #graph: LogGraph;
  readonly #users: CopyOnWriteMap<Hex<UserId>, UserState>;
  readonly #devices: CopyOnWriteMap<Hex<DeviceId>, DeviceState>;
  readonly #teams: CopyOnWriteMap<Hex<TeamId>, TeamState>;
  readonly #invitations: CopyOnWriteMap<Hex<InviteId>, InvitationState>;
  readonly #asks: CopyOnWriteMap<Hex<ItemId>, AskState>;
  readonly #words: WordsDraft;
  readonly #handles: CopyOnWriteMap<string, Hex<UserId>>;
  readonly #memberships: CopyOnWriteMap<string, readonly Entry[]>;
  /** Sets of members that this draft has made and may change. */
  readonly #ownMembers = new Map<Hex<TeamId>, Set<Hex<UserId>>>();
  #sealedName: Uint8Array;
  #everyone: TeamId | undefined;
  #admins: TeamId | undefined;
  #authority: AuthorityState | undefined;
  #unlockPolicy: UnlockPolicy | undefined;
  #graceHours: number;
  #desktopPowers: DesktopPowers;
  #glass: GlassState | undefined;
  #quorum: Quorum | undefined;

  constructor(before: Description, graph: LogGraph) {
    this.#graph = graph;
    this.#users = new CopyOnWriteMap(before.users);
    this.#devices = new CopyOnWriteMap(before.devices);
    this.#teams = new CopyOnWriteMap(before.teams);
    this.#invitations = new CopyOnWriteMap(before.invitations);
    this.#asks = new CopyOnWriteMap(before.asks);
    this.#words = new WordsDraft(before);
    this.#handles = new CopyOnWriteMap(before.handles);
    this.#memberships = new CopyOnWriteMap(before.memberships);
    this.#sealedName = before.sealedName;
    this.#everyone = before.everyone;
    this.#admins = before.admins;
    this.#authority = before.authority;
    this.#unlockPolicy = before.unlockPolicy;
    this.#graceHours = before.graceHours;
    this.#desktopPowers = before.desktopPowers;
    this.#glass = before.glass;
    this.#quorum = before.quorum;
  }

  finished(): Description {
    return {
      sealedName: this.#sealedName, everyone: this.#everyone, admins: this.#admins, users: this.#users.current, devices: this.#devices.current,
      teams: this.#teams.current, invitations: this.#invitations.current, authority: this.#authority, unlockPolicy: this.#unlockPolicy, graceHours: this.#graceHours, desktopPowers: this.#desktopPowers, glass: this.#glass, asks: this.#asks.current,
      quorum: this.#quorum, ...this.#words.finished(),
      handles: this.#handles.current, memberships: this.#memberships.current,
    };
  }

  apply(entry: Entry): void {
    this.#words.note(entry);
    const { effect: operation } = entry;
    switch (operation.type) {
      case 'genesis':
        this.#sealedName = operation.sealedName;
        this.#everyone = operation.everyone;
        this.#admins = operation.admins;
        this.#addTeam(operation.everyone, EMPTY);
        this.#addTeam(operation.admins, EMPTY);
        this.#addDevice(operation.device.device, operation.device.kind, operation.device.sealedName, EMPTY);
        this.#addUser(operation.founder, entry.id);
        break;
      case 'add-user':
        this.#addUser(operation, entry.id);
        break;
      case 'set-role':
        this.#changeUser(operation.user, { role: operation.role });
        break;
      case 'remove-user':
        this.#removeUser(operation.user, { operation: entry.id, cut: operation.cut });
        break;
      case 'set-bundle':
        if (this.#isOvertaken(entry, operation.user)) break;
        this.#setPassword(entry, operation.user, { bundle: operation.bundle, dealing: undefined });
        break;
      case 'set-unlock': {
        const { user, bundle, dealing } = operation;
        if (this.#isOvertaken(entry, user)) break;
        if (operation.why === 'password-set') this.#setPassword(entry, user, { bundle, dealing });
        else this.#changeUser(user, { bundle, dealing, triesResets: [] });
        break;
      }
      case 'set-unlock-policy':
        this.#unlockPolicy = operation.nodes === 0 ? undefined : { threshold: operation.threshold, nodes: operation.nodes };
        break;
      case 'set-grace':
        this.#graceHours = operation.hours;
        break;
      case 'set-desktop-powers':
        this.#desktopPowers = operation.powers;
        break;
      case 'reset-tries':
        this.#changeUser(operation.user, { triesResets: [...this.#users.get(hexOf(operation.user))?.triesResets ?? [], entry.id].slice(-MAX_RESETS) });
        break;
      case 'renew-user': {
        const { user, signingKey, kemKey, bundle, cut } = operation;
        const renewals = [...this.#users.get(hexOf(user))?.renewals ?? [], { operation: entry.id, signingKey, cut }];
        this.#changeAccount(entry, user, 'keys-renewed', { signingKey, kemKey, bundle, bundleSetBy: entry.id, dealing: undefined, replaced: undefined, triesResets: [], renewals, hasTemporaryPassword: true, kit: undefined, recovery: undefined });
        this.#closeAsks(user);
        break;
      }
      case 'set-kit':
        this.#changeAccount(entry, operation.user, `kit-${operation.what}`, { kit: { operation: entry.id, made: entry.time, what: operation.what, sealed: operation.sealed } });
        break;
      case 'set-recovery': {
        const { user, deal, threshold, holders, commitments, sealed } = operation;
        if (holders.length === 0) this.#changeAccount(entry, user, 'holders-withdrawn', { recovery: undefined });
        else this.#changeAccount(entry, user, 'holders-set', { recovery: { operation: entry.id, deal, threshold, holders, commitments, sealed } });
        break;
      }
      case 'ask-recovery':
        this.#asks.set(hexOf(entry.id), {
          id: entry.id, user: operation.user, device: deviceId.from(entry.author), kemKey: operation.kemKey, time: entry.time, releases: [], isClosed: false,
        });
        this.#changeAccount(entry, operation.user, 'recovery-asked', {});
        break;
      case 'release-share':
        this.#release(entry, operation.ask, { recovery: operation.recovery, sealed: operation.sealed });
        break;
      case 'add-device':
        this.#addDevice(operation.device, operation.kind, operation.sealedName, EMPTY);
        break;
      case 'remove-device':
        this.#changeDevice(operation.device, { removal: joined(this.#devices.get(hexOf(operation.device))?.removal, { operation: entry.id, cut: operation.cut }) });
        break;
      case 'issue-certificate':
        this.#changeDevice(operation.device, { certificate: operation.certificate });
        break;
      case 'invite':
        if (!this.#invitations.has(hexOf(operation.invite))) {
          this.#invitations.set(hexOf(operation.invite), {
            id: operation.invite, kind: operation.kind, sealedName: operation.sealedName, expires: operation.expires, usedBy: undefined,
          });
        }
        break;
      case 'join':
        this.#join(inviteOf(entry), operation.device, operation.certificateRequest);
        break;
      case 'add-team':
        this.#addTeam(operation.team, operation.sealedName);
        break;
      case 'add-member': case 'remove-member':
        this.#changeMembership(operation.team, operation.user, entry);
        break;
      case 'set-authority':
        this.#authority = { certificate: operation.certificate, sealedKey: operation.sealedKey };
        break;
      case 'set-glass':
        this.#setGlass(operation);
        break;
      case 'set-quorum':
        this.#quorum = { threshold: operation.threshold, holders: operation.holders };
        break;
      case 'checkpoint': case 'propose': case 'approve': case 'appoint': case 'settle': case 'erase': case 'confirm-erasure':
      case 'break-glass': case 'end-glass': case 'review-glass':
        break;
    }
  }

  #addUser({ user, handle: wanted, role, signingKey, kemKey, bundle, sealedName }: NewUser, bundleSetBy: ItemId): void {
    if (this.#users.has(hexOf(user))) return;
    const handle = this.#freeHandle(wanted, user);
    this.#users.set(hexOf(user), { id: user, handle, role, signingKey, kemKey, bundle, bundleSetBy, dealing: undefined, triesResets: [], sealedName, removal: undefined, ...NEW_ACCOUNT });
    this.#handles.set(handle, hexOf(user));
    this.#settleBuiltInTeams(user);
  }

  /** LOG-9: two who were given one handle at the same time keep it apart by the beginning of the later one's id. */
  #freeHandle(handle: string, user: UserId): string {
    let free = handle;
    for (let length = 4; this.#handles.has(free); length += 4) free = `${handle}-${toHex(user).slice(0, length)}`;
    return free;
  }

  #removeUser(user: UserId, removal: Removal): void {
    const state = this.#users.get(hexOf(user));
    if (state === undefined) return;
    if (this.#handles.get(state.handle) === hexOf(user)) this.#handles.delete(state.handle);
    this.#changeUser(user, { removal: joined(state.removal, removal) });
    for (const team of this.#teams.current.values()) this.#setMember(team.id, user, false);
  }

  /** LOG-15: an admin put an old bundle in force who did not know that the user had new keys by then. */
  #isOvertaken({ index, operation }: Entry, user: UserId): boolean {
    if (operation.type !== 'settle') return false;
    return this.#users.get(hexOf(user))?.renewals.some((renewal) => {
      const given = this.#graph.indexOf(renewal.operation);
      return given !== undefined && !this.#graph.isBefore(given, index);
    }) === true;
  }

  #setPassword(entry: Entry, user: UserId, { bundle, dealing }: Pick<UserState, 'bundle' | 'dealing'>): void {
    const before = this.#users.get(hexOf(user));
    const replaced = before === undefined || isNoBundle(before) ? undefined : { dealing: before.dealing };
    this.#changeAccount(entry, user, 'password-set', { bundle, bundleSetBy: entry.id, dealing, replaced, triesResets: [], hasTemporaryPassword: false });
    this.#closeAsks(user);
  }

  #changeAccount(entry: Entry, user: UserId, what: AccountEvent['what'], change: Partial<UserState>): void {
    const state = this.#users.get(hexOf(user));
    if (state === undefined) return;
    const { id, author, signer, time } = entry;
    const event: AccountEvent = { what, operation: id, author: hexOf(author), by: signer?.user, device: signer?.device ?? askingDevice(entry), time };
    const isFounding = what === 'password-set' && isNoBundle(state);
    this.#users.set(hexOf(user), { ...state, ...change, ...(!isFounding && { events: [...state.events, event].slice(-MAX_EVENTS) }) });
  }

  #release(entry: Entry, ask: ItemId, { recovery, sealed }: { readonly recovery: ItemId; readonly sealed: Uint8Array }): void {
    const state = this.#asks.get(hexOf(ask));
    if (state === undefined || entry.signer === undefined) return;
    this.#asks.set(hexOf(ask), { ...state, releases: [...state.releases, { holder: entry.signer.user, recovery, sealed }] });
    this.#changeAccount(entry, state.user, 'share-released', {});
  }

  #closeAsks(user: UserId): void {
    for (const [name, ask] of this.#asks.current) if (!ask.isClosed && hexOf(ask.user) === hexOf(user)) this.#asks.set(name, { ...ask, isClosed: true });
  }

  #changeUser(user: UserId, change: Partial<Pick<UserState, 'role' | 'bundle' | 'dealing' | 'triesResets' | 'removal'>>): void {
    const state = this.#users.get(hexOf(user));
    if (state === undefined) return;
    this.#users.set(hexOf(user), { ...state, ...change });
    this.#settleBuiltInTeams(user);
  }

  /** LOG-9: every user is a member of 'everyone', and every admin of 'admins'. */
  #settleBuiltInTeams(user: UserId): void {
    const state = this.#users.get(hexOf(user));
    const isIn = state !== undefined && state.removal === undefined;
    this.#setMember(this.#everyone, user, isIn);
    this.#setMember(this.#admins, user, isIn && state.role === 'admin');
    this.#setMember(this.#glass?.team, user, isIn && maySign(state.role, 'break-glass'));
  }

  /** GLASS-2: the first makes the team of all who may use it. */
  #setGlass({ team, dealing }: Extract<Operation, { readonly type: 'set-glass' }>): void {
    const before = this.#glass?.dealings[0];
    this.#glass = { team, dealings: before === undefined ? [dealing] : [dealing, before] };
    this.#addTeam(team, EMPTY);
    for (const user of this.#users.current.values()) this.#settleBuiltInTeams(user.id);
  }

  #setMember(team: TeamId | undefined, user: UserId, isMember: boolean): void {
    const state = team === undefined ? undefined : this.#teams.get(hexOf(team));
    if (state === undefined || state.members.has(hexOf(user)) === isMember) return;
    let members = this.#ownMembers.get(hexOf(state.id));
    if (members === undefined) {
      members = new Set(state.members);
      this.#ownMembers.set(hexOf(state.id), members);
      this.#teams.set(hexOf(state.id), { ...state, members });
    }
    if (isMember) members.add(hexOf(user));
    else members.delete(hexOf(user));
  }

  #addDevice(device: DeviceId, kind: DeviceKind, sealedName: Uint8Array, certificateRequest: Uint8Array): void {
    if (this.#devices.has(hexOf(device))) return;
    this.#devices.set(hexOf(device), { id: device, kind, sealedName, certificateRequest, certificate: EMPTY, removal: undefined });
  }

  #changeDevice(device: DeviceId, change: Partial<Pick<DeviceState, 'certificate' | 'removal'>>): void {
    const state = this.#devices.get(hexOf(device));
    if (state !== undefined) this.#devices.set(hexOf(device), { ...state, ...change });
  }

  #join(invite: Hex<InviteId>, device: DeviceId, certificateRequest: Uint8Array): void {
    const invitation = this.#invitations.get(invite);
    if (invitation === undefined) return;
    this.#invitations.set(invite, { ...invitation, usedBy: device });
    this.#addDevice(device, invitation.kind, invitation.sealedName, certificateRequest);
  }

  #addTeam(team: TeamId, sealedName: Uint8Array): void {
    if (!this.#teams.has(hexOf(team))) this.#teams.set(hexOf(team), { id: team, sealedName, members: new Set() });
  }

  /** A member is who was added by an operation that no removal came after or beside. */
  #changeMembership(team: TeamId, user: UserId, entry: Entry): void {
    if ([this.#everyone, this.#admins, this.#glass?.team].some((builtIn) => this.#hexOf(builtIn) === hexOf(team))) return;
    const key = hexOf(team) + hexOf(user);
    const entries = [...this.#memberships.get(key) ?? [], entry];
    this.#memberships.set(key, entries);
    const removals = entries.filter(({ effect }) => effect.type === 'remove-member');
    const isAdded = entries.some(({ index, effect }) =>
      effect.type === 'add-member' && removals.every((removal) => this.#graph.isBefore(removal.index, index)));
    this.#setMember(team, user, isAdded && this.#users.get(hexOf(user))?.removal === undefined);
  }

  #hexOf(team: TeamId | undefined): Hex<TeamId> | undefined {
    return team === undefined ? undefined : hexOf(team);
  }
}

/** The founder's bundle follows the genesis, which has none yet: nothing has changed by that. */
function isNoBundle({ bundle }: UserState): boolean {
  return bundle.length <= 1;
}
