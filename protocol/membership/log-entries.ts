/**
 * The operations of the log with the indexes that its rules look things up in. An entry's place in the log is its
 * index; sets of entries are sets of indices.
 */
import { deviceId, hexOf, inviteId, type AuthorId, type DeviceId, type Hex, type InviteId, type ItemId, type TeamId, type UserId } from '../codec/ids.ts';
import type { Certificate } from './certificate.ts';
import { LogGraph } from './log-graph.ts';
import { effectOf } from './effect.ts';
import type { Operation } from './operation.ts';
import { maySign } from './roles.ts';

/** Who stands behind an operation: a user's session on a device. A `join` has none; its invitation signs it. */
export interface Signer {
  readonly user: Hex<UserId>;
  readonly device: Hex<DeviceId>;
  /** The renewal that gave the key which certified the session; undefined for the user's first key. */
  readonly renewal: Hex<ItemId> | undefined;
}

/** An operation that might go into the log. */
export interface Candidate {
  readonly id: ItemId;
  readonly author: AuthorId;
  readonly operation: Operation;
  readonly signer: Signer | undefined;
  readonly certificate: Certificate | undefined;
  /** By the author's clock. */
  readonly time: number;
  /** The heads of the log that the author knew, in force at this item (ITEM-4). */
  readonly heads: readonly ItemId[];
}

export interface Entry extends Candidate {
  readonly index: number;
  /** What it does if it counts: what it says, or what it puts in force of others' (see `effectOf`). */
  readonly effect: Operation;
}

export interface UserEntries {
  /** genesis and add-user */
  readonly additions: Entry[];
  /** What gives a role, genesis and add-user included, in the order of replay. */
  readonly roles: Entry[];
  /** Removals, renewals, and roles less than admin: what may undo operations of this user. */
  readonly revocations: Entry[];
  /** renew-user, in the order of replay. */
  readonly renewals: Entry[];
  readonly signed: Entry[];
}

export interface DeviceEntries {
  /** genesis, add-device and join */
  readonly additions: Entry[];
  readonly revocations: Entry[];
  readonly signed: Entry[];
}

export interface InvitationEntries {
  readonly additions: Entry[];
  readonly joins: Entry[];
}

const NO_USER: UserEntries = { additions: [], roles: [], revocations: [], renewals: [], signed: [] };
const NO_DEVICE: DeviceEntries = { additions: [], revocations: [], signed: [] };
const NO_INVITATION: InvitationEntries = { additions: [], joins: [] };

export class LogEntries {
  readonly graph = new LogGraph();
  readonly all: Entry[] = [];
  readonly revocations: Entry[] = [];
  /** Users who were given the role admin at some time. */
  readonly everAdmins = new Set<Hex<UserId>>();
  readonly #users = new Map<Hex<UserId>, UserEntries>();
  readonly #devices = new Map<Hex<DeviceId>, DeviceEntries>();
  readonly #invitations = new Map<Hex<InviteId>, InvitationEntries>();
  readonly #teams = new Map<Hex<TeamId>, Entry[]>();
  readonly #handles = new Map<string, Entry[]>();
  readonly #approvals = new Map<Hex<ItemId>, Entry[]>();
  /** What set a quorum, in the order of replay. */
  readonly quorums: Entry[] = [];
  /** What said how much desktops are trusted, in the order of replay. */
  readonly desktopPowers: Entry[] = [];
  readonly checkpoints: Entry[] = [];
  /** Of erasures. */
  readonly confirmations: Entry[] = [];
  /** Uses of the break-glass key, and what ended or reviewed one. */
  readonly glass: Entry[] = [];
  /** Votes that appointed somebody, by the votes that they used. */
  readonly #appointments = new Map<Hex<ItemId>, Entry[]>();

  user(user: Hex<UserId>): UserEntries {
    return this.#users.get(user) ?? NO_USER;
  }

  device(device: Hex<DeviceId>): DeviceEntries {
    return this.#devices.get(device) ?? NO_DEVICE;
  }

  invitation(invite: Hex<InviteId>): InvitationEntries {
    return this.#invitations.get(invite) ?? NO_INVITATION;
  }

  /** What created the team: genesis, add-team or set-glass. */
  team(team: Hex<TeamId>): readonly Entry[] {
    return this.#teams.get(team) ?? [];
  }

  /** What gave somebody the handle. */
  handle(handle: string): readonly Entry[] {
    return this.#handles.get(handle) ?? [];
  }

  /** What approved a proposal. */
  approvals(proposal: ItemId): readonly Entry[] {
    return this.#approvals.get(hexOf(proposal)) ?? [];
  }

  /** What used a vote. */
  appointments(vote: ItemId): readonly Entry[] {
    return this.#appointments.get(hexOf(vote)) ?? [];
  }

  entry(id: ItemId): Entry | undefined {
    const index = this.graph.indexOf(id);
    return index === undefined ? undefined : this.all[index];
  }

  /** Users of the log, in no particular order. */
  users(): Iterable<[Hex<UserId>, UserEntries]> {
    return this.#users;
  }

  /** `parents` are the candidate's heads and the item before it in its chain, all of them here. */
  add(candidate: Candidate, parents: readonly number[]): Entry {
    const entry: Entry = { ...candidate, effect: effectOf(this, candidate.operation), index: this.graph.add(candidate.id, parents) };
    this.all.push(entry);
    if (entry.signer !== undefined) {
      this.#ofUser(entry.signer.user).signed.push(entry);
      this.#ofDevice(entry.signer.device).signed.push(entry);
    }
    this.#file(entry);
    return entry;
  }

  #file(entry: Entry): void {
    const { operation, effect } = entry;
    if (operation.type === 'approve') pushTo(this.#approvals, hexOf(operation.proposal), entry);
    if (operation.type === 'appoint') for (const vote of operation.votes) pushTo(this.#appointments, hexOf(vote), entry);
    if (operation.type === 'checkpoint') this.checkpoints.push(entry);
    if (operation.type === 'confirm-erasure') this.confirmations.push(entry);
    if (operation.type === 'break-glass' || operation.type === 'end-glass' || operation.type === 'review-glass') this.glass.push(entry);
    this.#fileEffect(entry, effect);
  }

  #fileEffect(entry: Entry, operation: Operation): void {
    switch (operation.type) {
      case 'genesis':
        this.#fileUser(entry, operation.founder);
        this.#ofDevice(hexOf(operation.device.device)).additions.push(entry);
        pushTo(this.#teams, hexOf(operation.everyone), entry);
        pushTo(this.#teams, hexOf(operation.admins), entry);
        break;
      case 'add-user':
        this.#fileUser(entry, operation);
        break;
      case 'set-role': {
        const user = hexOf(operation.user);
        this.#fileRole(user, entry);
        if (operation.role === 'admin') this.everAdmins.add(user);
        else this.#fileRevocation(this.#ofUser(user), entry);
        break;
      }
      case 'remove-user':
        this.#fileRevocation(this.#ofUser(hexOf(operation.user)), entry);
        break;
      case 'add-device':
        this.#ofDevice(hexOf(operation.device)).additions.push(entry);
        break;
      case 'remove-device':
        this.#fileRevocation(this.#ofDevice(hexOf(operation.device)), entry);
        break;
      case 'invite':
        this.#ofInvitation(hexOf(operation.invite)).additions.push(entry);
        break;
      case 'join':
        this.#ofDevice(hexOf(operation.device)).additions.push(entry);
        this.#ofInvitation(inviteOf(entry)).joins.push(entry);
        break;
      case 'add-team': case 'set-glass':
        pushTo(this.#teams, hexOf(operation.team), entry);
        break;
      case 'renew-user': {
        const renewed = this.#ofUser(hexOf(operation.user));
        this.#fileRevocation(renewed, entry);
        this.#fileInOrder(renewed.renewals, entry);
        break;
      }
      case 'set-recovery': case 'ask-recovery': case 'release-share': case 'set-kit':
        break;
      case 'set-quorum':
        this.#fileInOrder(this.quorums, entry);
        break;
      case 'set-desktop-powers':
        this.#fileInOrder(this.desktopPowers, entry);
        break;
      case 'set-bundle': case 'set-unlock': case 'set-unlock-policy': case 'reset-tries': case 'set-grace': case 'add-member': case 'remove-member': case 'set-authority': case 'issue-certificate':
      case 'checkpoint': case 'settle': case 'approve': case 'propose': case 'appoint': case 'erase': case 'confirm-erasure':
      case 'break-glass': case 'end-glass': case 'review-glass':
        break;
    }
  }

  #fileUser(entry: Entry, { user, handle, role }: { readonly user: UserId; readonly handle: string; readonly role: string }): void {
    this.#ofUser(hexOf(user)).additions.push(entry);
    this.#fileRole(hexOf(user), entry);
    if (role === 'admin') this.everAdmins.add(hexOf(user));
    pushTo(this.#handles, handle, entry);
  }

  #fileRole(user: Hex<UserId>, entry: Entry): void {
    this.#fileInOrder(this.#ofUser(user).roles, entry);
  }

  #fileInOrder(entries: Entry[], entry: Entry): void {
    let place = entries.length;
    for (let before = entries[place - 1]; before !== undefined && this.graph.compare(before.index, entry.index) > 0; before = entries[place - 1]) place--;
    entries.splice(place, 0, entry);
  }

  #fileRevocation(of: { readonly revocations: Entry[] }, entry: Entry): void {
    of.revocations.push(entry);
    this.revocations.push(entry);
  }

  #ofUser(user: Hex<UserId>): UserEntries {
    return getOrMake(this.#users, user, () => ({ additions: [], roles: [], revocations: [], renewals: [], signed: [] }));
  }

  #ofDevice(device: Hex<DeviceId>): DeviceEntries {
    return getOrMake(this.#devices, device, () => ({ additions: [], revocations: [], signed: [] }));
  }

  #ofInvitation(invite: Hex<InviteId>): InvitationEntries {
    return getOrMake(this.#invitations, invite, () => ({ additions: [], joins: [] }));
  }
}

/** The key that signed a `join` is the invitation's. */
export function inviteOf(join: Candidate): Hex<InviteId> {
  return hexOf(inviteId.from(join.author));
}

/** The device whose own key signed: it asks for a recovery. */
export function askingDevice({ operation, author }: Candidate): Hex<DeviceId> | undefined {
  return operation.type === 'ask-recovery' ? hexOf(deviceId.from(author)) : undefined;
}

/** What may take effect on operations of others: who loses a right by it, and from when on. */
export function isRevocation({ effect }: Entry): boolean {
  return effect.type === 'remove-user' || effect.type === 'renew-user' || effect.type === 'remove-device' || (effect.type === 'set-role' && effect.role !== 'admin');
}

/**
 * LOG-5, strong removal: a removal ends everything that the removed user or device signed and that the remover did not
 * know; taking the role admin away ends what only an admin may sign and was signed at the same time, and new keys for a
 * user what the old keys signed at the same time. An `other` that is not in the log yet has the revocation in its past.
 */
export function undoes(graph: LogGraph, revocation: Entry, other: Candidate & { readonly index?: number }): boolean {
  const { effect, index } = revocation;
  const { signer } = other;
  if (other.index === index) return false;
  const known = other.index !== undefined && graph.isBefore(other.index, index);
  if (known) return false;
  if (effect.type === 'remove-device') return hexOf(effect.device) === (signer?.device ?? askingDevice(other));
  if (signer === undefined) return false;
  if (effect.type === 'remove-user') return hexOf(effect.user) === signer.user;
  if ((effect.type !== 'set-role' && effect.type !== 'renew-user') || hexOf(effect.user) !== signer.user) return false;
  const followed = other.index === undefined || graph.isBefore(index, other.index);
  if (followed || effect.type === 'renew-user') return !followed;
  const { type } = other.operation;
  return type !== 'genesis' && type !== 'join' && type !== 'ask-recovery' && !maySign(effect.role, type);
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function pushTo<K>(map: Map<K, Entry[]>, key: K, entry: Entry): void {
  getOrMake(map, key, () => []).push(entry);
}
