/**
 * What the ward looks like after the operations that count: the maps of a `WardState`.
 *
 * A description is never changed once it has been handed out: `describe` takes the one before and the operations that
 * came after it, in the order of replay, and makes a new one.
 */
import { toHex } from '../codec/bytes.ts';
import { hexOf, type DeviceId, type Hex, type InviteId, type TeamId, type UserId } from '../codec/ids.ts';
import { CopyOnWriteMap } from './copy-on-write.ts';
import type { UnlockPolicy } from './dealing.ts';
import { inviteOf, type Entry } from './log-entries.ts';
import type { LogGraph } from './log-graph.ts';
import type { AuthorityState, CutEntry, DeviceKind, DeviceState, InvitationState, Removal, Role, TeamState, UserState } from './ward-state.ts';

export interface Description {
  readonly sealedName: Uint8Array;
  readonly everyone: TeamId | undefined;
  readonly admins: TeamId | undefined;
  readonly users: ReadonlyMap<Hex<UserId>, UserState>;
  readonly devices: ReadonlyMap<Hex<DeviceId>, DeviceState>;
  readonly teams: ReadonlyMap<Hex<TeamId>, TeamState>;
  readonly invitations: ReadonlyMap<Hex<InviteId>, InvitationState>;
  readonly authority: AuthorityState | undefined;
  readonly unlockPolicy: UnlockPolicy | undefined;
  /** Who has a handle, of those who are in. */
  readonly handles: ReadonlyMap<string, Hex<UserId>>;
  /** The operations on each membership of a team, by team and user. */
  readonly memberships: ReadonlyMap<string, readonly Entry[]>;
}

export const NOTHING: Description = {
  sealedName: new Uint8Array(0), everyone: undefined, admins: undefined, users: new Map(), devices: new Map(), teams: new Map(),
  invitations: new Map(), authority: undefined, unlockPolicy: undefined, handles: new Map(), memberships: new Map(),
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

class Draft {
  readonly #graph: LogGraph;
  readonly #users: CopyOnWriteMap<Hex<UserId>, UserState>;
  readonly #devices: CopyOnWriteMap<Hex<DeviceId>, DeviceState>;
  readonly #teams: CopyOnWriteMap<Hex<TeamId>, TeamState>;
  readonly #invitations: CopyOnWriteMap<Hex<InviteId>, InvitationState>;
  readonly #handles: CopyOnWriteMap<string, Hex<UserId>>;
  readonly #memberships: CopyOnWriteMap<string, readonly Entry[]>;
  /** Sets of members that this draft has made and may change. */
  readonly #ownMembers = new Map<Hex<TeamId>, Set<Hex<UserId>>>();
  #sealedName: Uint8Array;
  #everyone: TeamId | undefined;
  #admins: TeamId | undefined;
  #authority: AuthorityState | undefined;
  #unlockPolicy: UnlockPolicy | undefined;

  constructor(before: Description, graph: LogGraph) {
    this.#graph = graph;
    this.#users = new CopyOnWriteMap(before.users);
    this.#devices = new CopyOnWriteMap(before.devices);
    this.#teams = new CopyOnWriteMap(before.teams);
    this.#invitations = new CopyOnWriteMap(before.invitations);
    this.#handles = new CopyOnWriteMap(before.handles);
    this.#memberships = new CopyOnWriteMap(before.memberships);
    this.#sealedName = before.sealedName;
    this.#everyone = before.everyone;
    this.#admins = before.admins;
    this.#authority = before.authority;
    this.#unlockPolicy = before.unlockPolicy;
  }

  finished(): Description {
    return {
      sealedName: this.#sealedName, everyone: this.#everyone, admins: this.#admins, users: this.#users.current, devices: this.#devices.current,
      teams: this.#teams.current, invitations: this.#invitations.current, authority: this.#authority, unlockPolicy: this.#unlockPolicy,
      handles: this.#handles.current, memberships: this.#memberships.current,
    };
  }

  apply(entry: Entry): void {
    const { operation } = entry;
    switch (operation.type) {
      case 'genesis':
        this.#sealedName = operation.sealedName;
        this.#everyone = operation.everyone;
        this.#admins = operation.admins;
        this.#addTeam(operation.everyone, EMPTY);
        this.#addTeam(operation.admins, EMPTY);
        this.#addDevice(operation.device.device, operation.device.kind, operation.device.sealedName, EMPTY);
        this.#addUser(operation.founder);
        break;
      case 'add-user':
        this.#addUser(operation);
        break;
      case 'set-role':
        this.#changeUser(operation.user, { role: operation.role });
        break;
      case 'remove-user':
        this.#removeUser(operation.user, { operation: entry.id, cut: operation.cut });
        break;
      case 'set-bundle':
        this.#changeUser(operation.user, { bundle: operation.bundle, dealing: undefined, triesResets: [] });
        break;
      case 'set-unlock':
        this.#changeUser(operation.user, { bundle: operation.bundle, dealing: operation.dealing, triesResets: [] });
        break;
      case 'set-unlock-policy':
        this.#unlockPolicy = operation.nodes === 0 ? undefined : { threshold: operation.threshold, nodes: operation.nodes };
        break;
      case 'reset-tries':
        this.#changeUser(operation.user, { triesResets: [...this.#users.get(hexOf(operation.user))?.triesResets ?? [], entry.id].slice(-MAX_RESETS) });
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
    }
  }

  #addUser({ user, handle: wanted, role, signingKey, kemKey, bundle, sealedName }: NewUser): void {
    const handle = this.#freeHandle(wanted, user);
    this.#users.set(hexOf(user), { id: user, handle, role, signingKey, kemKey, bundle, dealing: undefined, triesResets: [], sealedName, removal: undefined });
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
    if (hexOf(team) === this.#hexOf(this.#everyone) || hexOf(team) === this.#hexOf(this.#admins)) return;
    const key = hexOf(team) + hexOf(user);
    const entries = [...this.#memberships.get(key) ?? [], entry];
    this.#memberships.set(key, entries);
    const removals = entries.filter(({ operation }) => operation.type === 'remove-member');
    const isAdded = entries.some(({ index, operation }) =>
      operation.type === 'add-member' && removals.every((removal) => this.#graph.isBefore(removal.index, index)));
    this.#setMember(team, user, isAdded && this.#users.get(hexOf(user))?.removal === undefined);
  }

  #hexOf(team: TeamId | undefined): Hex<TeamId> | undefined {
    return team === undefined ? undefined : hexOf(team);
  }
}

/** Two removals at the same time: what one of them lets in is in. */
function joined(before: Removal | undefined, removal: Removal): Removal {
  if (before === undefined) return removal;
  const byChain = new Map<string, CutEntry>();
  for (const entry of [...before.cut, ...removal.cut]) {
    const chain = hexOf(entry.document) + hexOf(entry.author);
    const known = byChain.get(chain);
    if (known === undefined || known.seq < entry.seq) byChain.set(chain, entry);
  }
  return { operation: before.operation, cut: [...byChain.values()] };
}
