/**
 * Break-glass as the ward log tells it (GLASS-2 to GLASS-5): to which nodes the ward's break-glass key is dealt, who used
 * it on which documents and until when, what has ended and what was reviewed. Blind peers read all of it.
 */
import { encode } from '../codec/cbor.ts';
import { hexOf, isWardsOwn, teamId, type DeviceId, type DocumentId, type Hex, type ItemId, type SessionId, type TeamId, type UserId, type WardId } from '../codec/ids.ts';
import { toBytes } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { labelledHash } from '../crypto/signing/hash.ts';
import type { WardState } from './ward-state.ts';
import { DEALING_ID_LENGTH, dealingShape, type Dealing } from './dealing.ts';

/** The longest use, in hours: a shift. */
export const MAX_GLASS_HOURS = 12;
/** One patient's record and stays, in one use. */
export const MAX_GLASS_DOCUMENTS = 64;
/** What a reviewer found: nothing to object to, or something to be followed up outside this program. */
export const GLASS_FINDINGS = ['in-order', 'follow-up'] as const;
export type GlassFinding = (typeof GLASS_FINDINGS)[number];

const HOUR = 60 * 60 * 1000;

export interface GlassState {
  /** Of all who may use it: every clinician and admin who is in. */
  readonly team: TeamId;
  /** The newest first, and the one before: what is wrapped under that opens until it is wrapped anew. */
  readonly dealings: readonly [Dealing, ...Dealing[]];
}

/** One use. It is listed whether it counts or not: nodes may have answered before a removal undid it. */
export interface GlassUse {
  readonly id: ItemId;
  readonly user: UserId;
  readonly device: DeviceId;
  /** Signs the questions to the nodes. */
  readonly session: SessionId;
  /** See `Signer`. */
  readonly renewal: Hex<ItemId> | undefined;
  readonly documents: readonly DocumentId[];
  readonly sealedReason: Uint8Array;
  /** Milliseconds since 1970, by the user's clock. */
  readonly time: number;
  readonly until: number;
  readonly counts: boolean;
  readonly ended: { readonly operation: ItemId; readonly by: UserId; readonly time: number } | undefined;
  readonly reviews: readonly { readonly by: UserId; readonly time: number; readonly finding: GlassFinding }[];
}

/** The team of all who may break the glass; it follows from the ward's own team, so nobody chooses it. */
export function cliniciansTeam(everyone: TeamId): TeamId {
  return teamId.from(labelledHash(LABEL.glassTeam, encode([everyone])).slice(0, 16));
}

/** Teams whose members follow from people's roles. */
export function builtInTeams({ everyone, admins, glass }: Pick<WardState, 'everyone' | 'admins' | 'glass'>): ReadonlySet<Hex<TeamId>> {
  return new Set([everyone, admins, ...(glass === undefined ? [] : [glass.team])].map(hexOf));
}

/** 16 bytes that stand for this dealing of the ward's break-glass key and no other. */
export function glassDealingId(ward: WardId, dealing: Dealing): Uint8Array {
  return labelledHash(LABEL.glassDealing, encode([ward]), toBytes(dealingShape, dealing)).slice(0, DEALING_ID_LENGTH);
}

/** Whether a request is one at all: some documents, each once, none of the ward's own, and no longer than a shift. */
export function isGlassRequest({ documents, until }: { readonly documents: readonly DocumentId[]; readonly until: number }, time: number): boolean {
  const isListed = documents.length > 0 && new Set(documents.map(hexOf)).size === documents.length && !documents.some(isWardsOwn);
  return isListed && until > time && until - time <= MAX_GLASS_HOURS * HOUR;
}
