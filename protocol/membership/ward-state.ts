/**
 * The ward as its log describes it: public keys, handles, roles, memberships; names only sealed (LOG-6).
 *
 * A state is an immutable value. Blind peers hold one as well as clients.
 */
import type { Dealing, UnlockPolicy } from './dealing.ts';
import type { AuthorId, DeviceId, DocumentId, Hex, InviteId, ItemId, SessionId, TeamId, UserId, WardId } from '../codec/ids.ts';

export const ROLES = ['viewer', 'clinician', 'admin', 'privacy'] as const;
export type Role = (typeof ROLES)[number];

export const DEVICE_KINDS = ['archive', 'tablet', 'bridge', 'client'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** The last accepted item of a removed author in a chain ('cut'). */
export interface CutEntry {
  readonly document: DocumentId;
  readonly author: AuthorId;
  readonly seq: number;
  readonly id: ItemId;
}

export interface Removal {
  readonly operation: ItemId;
  readonly cut: readonly CutEntry[];
}

export interface UserState {
  readonly id: UserId;
  readonly handle: string;
  readonly role: Role;
  readonly signingKey: Uint8Array;
  /** X-Wing public key, 1216 bytes. */
  readonly kemKey: Uint8Array;
  /** The user's sealed bundle, as last set. */
  readonly bundle: Uint8Array;
  /** Whose nodes the bundle opens with; undefined where the password alone opens it. */
  readonly dealing: Dealing | undefined;
  /** Operations by which admins let the user try again, since that dealing. The last few. */
  readonly triesResets: readonly ItemId[];
  readonly sealedName: Uint8Array;
  readonly removal: Removal | undefined;
}

export interface DeviceState {
  readonly id: DeviceId;
  readonly kind: DeviceKind;
  readonly sealedName: Uint8Array;
  /** PKCS#10 request of a bridge, empty otherwise. */
  readonly certificateRequest: Uint8Array;
  /** DER certificate issued to a bridge, empty until then. */
  readonly certificate: Uint8Array;
  readonly removal: Removal | undefined;
}

export interface TeamState {
  readonly id: TeamId;
  readonly sealedName: Uint8Array;
  readonly members: ReadonlySet<Hex<UserId>>;
}

export interface InvitationState {
  readonly id: InviteId;
  readonly kind: DeviceKind;
  /** The name that the device is to have. */
  readonly sealedName: Uint8Array;
  readonly expires: number;
  readonly usedBy: DeviceId | undefined;
}

export interface AuthorityState {
  /** DER certificate of the ward's own certificate authority. */
  readonly certificate: Uint8Array;
  /** Its private key, sealed under the admins' team key. */
  readonly sealedKey: Uint8Array;
}

/** How a log position relates to the removal of a user or device. */
export type Membership = 'member' | 'never' | 'removed-before' | 'removed-since';

export interface WardState {
  readonly ward: WardId;
  readonly sealedName: Uint8Array;
  readonly everyone: TeamId;
  readonly admins: TeamId;
  /** Ids of operations that no other operation names, sorted; at most 16 (the smallest). */
  readonly heads: readonly ItemId[];
  readonly users: ReadonlyMap<Hex<UserId>, UserState>;
  readonly devices: ReadonlyMap<Hex<DeviceId>, DeviceState>;
  readonly teams: ReadonlyMap<Hex<TeamId>, TeamState>;
  readonly invitations: ReadonlyMap<Hex<InviteId>, InvitationState>;
  readonly authority: AuthorityState | undefined;
  /** What new dealings have to be; undefined where bundles open by password alone. */
  readonly unlockPolicy: UnlockPolicy | undefined;
  /** Whether every one of these operations is in the log. */
  knows(heads: readonly ItemId[]): boolean;
  /** The user's standing as seen from `heads`, which are known. */
  membershipOf(user: UserId, heads: readonly ItemId[]): Membership;
  deviceMembershipOf(device: DeviceId, heads: readonly ItemId[]): Membership;
  /** The role in the state that `heads` describe; undefined for who is no user there. */
  roleAt(user: UserId, heads: readonly ItemId[]): Role | undefined;
  /** The user of a session whose certificate came with the log. Sessions of the sessions document are the replica's. */
  sessionUser(session: SessionId): UserId | undefined;
}
