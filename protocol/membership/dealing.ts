/**
 * The public part of a user's unlock by the ward's presence (UNLOCK-1): which nodes hold shares of the user's OPRF key,
 * how many of them it takes, and the commitments by which each answer is checked. It stands in the ward log.
 */
import { equalBytes } from '../codec/bytes.ts';
import { deviceId, hexOf, type DeviceId, type UserId, type WardId } from '../codec/ids.ts';
import { encode } from '../codec/cbor.ts';
import { fixedBytes, list, record, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import type { WardState } from './ward-state.ts';
import { LABEL } from '../crypto/labels.ts';
import { labelledHash } from '../crypto/signing/hash.ts';

export const MAX_UNLOCK_NODES = 32;
export const DEALING_ID_LENGTH = 16;

export const dealingShape = record({
  /** t: answers of so many nodes unlock. As many commitments there are. */
  threshold: uint(MAX_UNLOCK_NODES),
  /** The nodes by index: the first holds share 1. */
  nodes: list(deviceId.shape, MAX_UNLOCK_NODES),
  commitments: list(fixedBytes(32), MAX_UNLOCK_NODES),
});

export type Dealing = ValueOf<typeof dealingShape>;

/** What a ward demands of new dealings: t of n. */
export interface UnlockPolicy {
  readonly threshold: number;
  readonly nodes: number;
}

/** 16 bytes that stand for this user's dealing and no other. */
export function dealingId(ward: WardId, user: UserId, dealing: Dealing): Uint8Array {
  return labelledHash(LABEL.dealing, encode([ward, user]), toBytes(dealingShape, dealing)).slice(0, DEALING_ID_LENGTH);
}

/** One typo, and the right password, from one device; and something left for another (UNLOCK-5). */
const FEWEST_TRIES = 3;
/** Wrong passwords that the whole ward answers together, at most. */
const TRIES_IN_ALL = 10;

/** How often one node answers for one user until its counter is reset: t nodes have to answer each guess. */
export function triesPerNode({ threshold, nodes }: UnlockPolicy): number {
  return Math.floor((TRIES_IN_ALL * threshold) / nodes);
}

/** Of those, how many one asking device has: so that the last ones are left for another. */
export function triesPerDevice(policy: UnlockPolicy): number {
  return Math.min(5, Math.max(1, triesPerNode(policy) - 2));
}

export type PolicyObjection = 'no-threshold' | 'too-few-nodes-for-threshold' | 'too-many-nodes' | 'no-tries';

/** Whether t of n can keep what it promises at all. Zero nodes (and threshold) is the policy 'by password alone'. */
export function objectionToPolicy(policy: UnlockPolicy): PolicyObjection | undefined {
  const { threshold, nodes } = policy;
  if (threshold === 0 && nodes === 0) return undefined;
  if (threshold < 1) return 'no-threshold';
  if (nodes < threshold) return 'too-few-nodes-for-threshold';
  if (nodes > MAX_UNLOCK_NODES) return 'too-many-nodes';
  return triesPerNode(policy) < FEWEST_TRIES ? 'no-tries' : undefined;
}

export function isSoundDealing({ threshold, nodes, commitments }: Dealing): boolean {
  const isDistinct = new Set(nodes.map(hexOf)).size === nodes.length;
  return threshold > 0 && commitments.length === threshold && isDistinct && objectionToPolicy({ threshold, nodes: nodes.length }) === undefined;
}

/** The index of a node's share; undefined for a device that holds none. */
export function indexInDealing({ nodes }: Dealing, device: DeviceId): number | undefined {
  const place = nodes.findIndex((node) => equalBytes(node, device));
  return place < 0 ? undefined : place + 1;
}

/** Devices that may hold shares: they run day and night, and nobody works at them. The same order for everybody. */
export function eligibleNodes({ devices }: WardState): readonly DeviceId[] {
  const running = [...devices.values()].filter(({ kind, removal }) => removal === undefined && (kind === 'archive' || kind === 'tablet'));
  const rank = ({ kind }: { readonly kind: string }): number => (kind === 'archive' ? 0 : 1);
  return running.sort((a, b) => rank(a) - rank(b) || (hexOf(a.id) < hexOf(b.id) ? -1 : 1)).map(({ id }) => id);
}
