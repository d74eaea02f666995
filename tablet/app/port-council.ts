/** What page and worker say to each other about the ward's people, teams, proposals, reviews and rules: for admins. */
import type { Role } from '../../protocol/membership/ward-state.ts';
import type { CouncilFailure } from '../../protocol/ward/council.ts';
import type { MemberFailure } from '../../protocol/ward/members.ts';

export type { Role };
/** Those that only these screens have. */
export type CouncilCode = Exclude<CouncilFailure | MemberFailure, 'unknown-user' | 'too-few-nodes' | 'password-too-short'>;

export interface WardPerson {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly role: Role;
  /** Names of care teams. */
  readonly teams: readonly string[];
  readonly isSelf: boolean;
  /** Has not chosen a password yet. */
  readonly isTemporary: boolean;
  /** The password opens the keys by itself, whatever the policy. */
  readonly byPasswordAlone: boolean;
}

export interface WardTeam {
  readonly id: string;
  readonly name: string;
  /** Ids of people. */
  readonly members: readonly string[];
}

export type ProposedWhat =
  | { readonly what: 'remove-user' | 'set-role'; readonly name: string; readonly role: Role | null }
  | { readonly what: 'set-quorum'; readonly threshold: number; readonly names: readonly string[] }
  | { readonly what: 'checkpoint' };

export interface ProposalRow {
  readonly id: string;
  readonly by: string;
  readonly at: string;
  readonly isOwn: boolean;
  readonly action: ProposedWhat;
}

/** A change to the membership that a checkpoint holds back. */
export interface HeldRow {
  readonly id: string;
  readonly by: string;
  readonly at: string;
  readonly type: string;
  readonly isRepeatable: boolean;
  readonly declined: boolean;
}

/** `threshold` of `nodes` devices have to answer; how many wrong passwords that allows in all, and on one device. */
export interface PolicyChoice {
  readonly threshold: number;
  readonly nodes: number;
  readonly tries: number;
  readonly triesOnOne: number;
}

export interface CouncilView {
  /** People who are in, by name. */
  readonly people: readonly WardPerson[];
  /** Care teams, by name. */
  readonly teams: readonly WardTeam[];
  readonly proposals: readonly ProposalRow[];
  readonly quorum: { readonly threshold: number; readonly names: readonly string[] } | null;
  readonly votes: readonly { readonly by: string; readonly for: string; readonly at: string }[];
  /** This user is a holder of the quorum. */
  readonly isHolder: boolean;
  readonly held: readonly HeldRow[];
  readonly policy: PolicyChoice | null;
  /** What an admin may choose; the policy in force is among them. */
  readonly policies: readonly PolicyChoice[];
  /** For so many hours after a password a PIN opens on the same tablet; 0 is never. */
  readonly graceHours: number;
  /** What admins and privacy officers may do at desktops. */
  readonly desktopPowers: 'own' | 'role';
  /** Archives and tablets in the ward. */
  readonly nodesThere: number;
  /** Where a new browser can come in: archives for desks, tablets for the browser on them. */
  readonly doors: readonly { readonly id: string; readonly name: string; readonly kind: 'archive' | 'tablet'; readonly connected: boolean }[];
}

export type CouncilAction =
  | { readonly do: 'add-person'; readonly handle: string; readonly name: string; readonly role: Exclude<Role, 'admin'>; readonly teams: readonly string[] }
  | { readonly do: 'set-role'; readonly user: string; readonly role: Role }
  | { readonly do: 'remove-person' | 'renew' | 'reset-tries' | 'appoint'; readonly user: string }
  | { readonly do: 'add-team'; readonly name: string }
  | { readonly do: 'add-member' | 'remove-member'; readonly team: string; readonly user: string }
  | { readonly do: 'approve'; readonly proposal: string }
  | { readonly do: 'checkpoint' }
  | { readonly do: 'set-quorum'; readonly threshold: number; readonly holders: readonly string[] }
  | { readonly do: 'set-policy'; readonly threshold: number; readonly nodes: number }
  | { readonly do: 'set-grace'; readonly hours: number }
  | { readonly do: 'set-desktop-powers'; readonly powers: 'own' | 'role' }
  | { readonly do: 'invite'; readonly name: string; readonly door: string }
  | { readonly do: 'settle-held'; readonly id: string; readonly verdict: 'accept' | 'decline' }
  | { readonly do: 'settle-work'; readonly work: WorkKey; readonly verdict: 'accept' | 'decline' };

export interface CouncilDone {
  /** `proposed`: another admin has to approve it. */
  readonly outcome: 'done' | 'proposed';
  /** Of somebody who was added or got new keys: seen this once. */
  readonly password?: string;
  readonly code?: { readonly text: string; readonly expires: string };
}

export interface WorkKey {
  readonly document: string;
  readonly author: string;
  readonly seq: number;
  readonly id: string;
}

/** What one session of a removed member, or on a removed device, wrote in one document beyond the cut. */
export interface WorkRow {
  readonly key: WorkKey;
  readonly by: string;
  readonly device: string;
  /** Null for what belongs to no patient who is known here. */
  readonly patient: string | null;
  readonly from: string;
  readonly until: string;
  readonly items: number;
  readonly declined: boolean;
  /** What accepting would change, entry by entry; null for who cannot open the document. */
  readonly changes: readonly { readonly collection: string; readonly text: string; readonly isRemoval: boolean }[] | null;
}

export interface CouncilRequests {
  council: { params: CouncilAction; result: CouncilDone };
  reviewWork: { params: Record<string, never>; result: readonly WorkRow[] };
}
