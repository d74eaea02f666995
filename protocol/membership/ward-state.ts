/**
 * The ward as its log describes it: public keys, handles, roles, memberships; names only sealed (LOG-6).
 *
 * A state is an immutable value. Blind peers hold one as well as clients.
 */
import type { Dealing, UnlockPolicy } from './dealing.ts';
import type { AuthorId, DeviceId, DocumentId, Hex, InviteId, ItemId, SessionId, TeamId, UserId, WardId } from '../codec/ids.ts';
import type { AccountEvent, AskState, KitState, RecoveryState } from './account-state.ts';
import type { GlassState, GlassUse } from './glass.ts';
import type { Certificate } from './certificate.ts';

export const ROLES = ['viewer', 'clinician', 'admin', 'privacy'] as const;
export type Role = (typeof ROLES)[number];

/** `client`: a tablet's page, or a person's own device. `desktop`: a page in a browser that comes in through the bridge. */
export const DEVICE_KINDS = ['archive', 'tablet', 'bridge', 'client', 'desktop'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** Whether users unlock there. */
export function isPersonal(kind: DeviceKind | undefined): boolean {
  return kind === 'client' || kind === 'desktop';
}

/** What users may do at desktops (PAGE-9): what is their own, or all that their role may. */
export const DESKTOP_POWERS = ['own', 'role'] as const;
export type DesktopPowers = (typeof DESKTOP_POWERS)[number];

export const VERDICTS = ['accept', 'decline'] as const;
export type Verdict = (typeof VERDICTS)[number];

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

/** New keys for a user; what the keys before signed stands up to the cut. */
export interface Renewal extends Removal {
  readonly signingKey: Uint8Array;
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
  /**
   * What the last change of the password replaced: the dealing that old copies of the log name for the password before,
   * or that it needed none. Undefined for who has the first password still, or new keys.
   */
  readonly replaced: { readonly dealing: Dealing | undefined } | undefined;
  /** Operations by which admins let the user try again, since that dealing. The last few. */
  readonly triesResets: readonly ItemId[];
  /** The operation that set it. */
  readonly bundleSetBy: ItemId;
  readonly sealedName: Uint8Array;
  readonly removal: Removal | undefined;
  /** In the order of replay; the last gave the keys above. */
  readonly renewals: readonly Renewal[];
  /** The bundle is under a password that somebody else chose. */
  readonly hasTemporaryPassword: boolean;
  readonly kit: KitState | undefined;
  /** Who holds shares of the present keys; undefined when nobody does. */
  readonly recovery: RecoveryState | undefined;
  /** The last of them, in the order of replay. */
  readonly events: readonly AccountEvent[];
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

/** What an admin wants that takes two (LOG-12, LOG-14). */
export type ProposedAction =
  | { readonly type: 'set-role'; readonly user: UserId; readonly role: Role }
  | { readonly type: 'remove-user'; readonly user: UserId }
  | { readonly type: 'set-quorum'; readonly threshold: number; readonly holders: readonly UserId[] }
  | { readonly type: 'checkpoint' };

/** Proposed by one admin, approved by none yet. */
export interface Proposal {
  readonly id: ItemId;
  readonly by: UserId;
  /** By the proposer's clock. */
  readonly time: number;
  readonly action: ProposedAction;
}

/** Documents of a patient that two want destroyed (ERASE-1). */
export interface ErasureState {
  readonly id: ItemId;
  readonly by: UserId;
  /** By the clock of who proposed it. */
  readonly time: number;
  readonly documents: readonly DocumentId[];
  readonly sealedReason: Uint8Array;
  /** Undefined while it waits for the second signer. */
  readonly confirmed: { readonly operation: ItemId; readonly by: UserId; readonly time: number } | undefined;
}

/** LOG-13: `threshold` of these users together can make a user an admin. */
export interface Quorum {
  readonly threshold: number;
  readonly holders: readonly UserId[];
}

/** A holder's word that `user` be an admin, not used so far. */
export interface Vote {
  readonly id: ItemId;
  readonly by: UserId;
  readonly user: UserId;
  readonly time: number;
}

/** What admins said of a chain's disputed items: up to where they are in, and up to where somebody declined them. */
export interface Settlement {
  readonly accepted: CutEntry | undefined;
  readonly declined: CutEntry | undefined;
}

/** An operation that a checkpoint holds back (LOG-14). */
export interface OperationInReview {
  readonly id: ItemId;
  /** Undefined for a device that joined by an invitation. */
  readonly by: UserId | undefined;
  readonly type: string;
  readonly time: number;
  /** Whether an admin can accept it. What takes two is proposed anew; a device joins anew. */
  readonly isRepeatable: boolean;
  readonly declined: boolean;
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
  /** What to name as heads after `before`: as `heads`, but when there are more than 16, some that have all of `before` in their past (ITEM-4). */
  headsAfter(before: readonly ItemId[]): readonly ItemId[];
  readonly users: ReadonlyMap<Hex<UserId>, UserState>;
  readonly devices: ReadonlyMap<Hex<DeviceId>, DeviceState>;
  readonly teams: ReadonlyMap<Hex<TeamId>, TeamState>;
  readonly invitations: ReadonlyMap<Hex<InviteId>, InvitationState>;
  readonly authority: AuthorityState | undefined;
  /** What new dealings have to be; undefined where bundles open by password alone. */
  readonly unlockPolicy: UnlockPolicy | undefined;
  /** For how many hours after a full unlock a PIN opens, on tablets; 0: never (PIN-1). */
  readonly graceHours: number;
  /** What admins and privacy officers may do at desktops (PAGE-9). */
  readonly desktopPowers: DesktopPowers;
  /** To which nodes the break-glass key is dealt; undefined where nobody has set it up. */
  readonly glass: GlassState | undefined;
  /** Every use of it, oldest first. */
  readonly glassUses: ReadonlyMap<Hex<ItemId>, GlassUse>;
  /** Questions for a recovery. */
  readonly asks: ReadonlyMap<Hex<ItemId>, AskState>;
  /** Whether everything that `earlier` names is in the past of `later`. Both are known. */
  isPast(earlier: readonly ItemId[], later: readonly ItemId[]): boolean;
  readonly quorum: Quorum | undefined;
  /** What waits for a second admin, oldest first. */
  readonly proposals: readonly Proposal[];
  readonly votes: readonly Vote[];
  /** Proposed and confirmed, in the order of replay. */
  readonly erasures: ReadonlyMap<Hex<ItemId>, ErasureState>;
  /** Documents of which nobody may keep anything. */
  readonly erased: ReadonlySet<Hex<DocumentId>>;
  /** By chain: hex of the document and of the author. */
  readonly settlements: ReadonlyMap<string, Settlement>;
  /** Operations that checkpoints hold back and no admin has accepted, in the order of replay. */
  readonly review: readonly OperationInReview[];
  /** Whether every one of these operations is in the log. */
  knows(heads: readonly ItemId[]): boolean;
  /** The user's standing as seen from `heads`, which are known. */
  membershipOf(user: UserId, heads: readonly ItemId[]): Membership;
  deviceMembershipOf(device: DeviceId, heads: readonly ItemId[]): Membership;
  /** The role in the state that `heads` describe; undefined for who is no user there. */
  roleAt(user: UserId, heads: readonly ItemId[]): Role | undefined;
  /** Whether the device has, in that state, no more than what its users do for themselves (PAGE-9). */
  isHeldShortAt(device: DeviceId, heads: readonly ItemId[]): boolean;
  /** The renewal that gave the user's keys at `heads`; undefined for the first keys. */
  renewalAt(user: UserId, heads: readonly ItemId[]): Hex<ItemId> | undefined;
  /** The renewal that gave the key which certified the session; undefined for the user's first key. */
  renewalOf(certificate: Certificate): Hex<ItemId> | undefined;
  /** The user of a session whose certificate came with the log. Sessions of the sessions document are the replica's. */
  sessionUser(session: SessionId): UserId | undefined;
}
