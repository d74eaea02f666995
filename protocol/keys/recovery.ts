/**
 * Recovery by holders (RECOVER-2, RECOVER-4): a key in shares for people whom the user trusts, and the way of the shares
 * back to a device that has nothing yet.
 *
 * Feldman's commitments say of each share whether it is right; they travel inside the shares, and the log shows their
 * hash alone, signed by the user. The first of them is g^secret: in the open it would outlive the wait for a quantum
 * computer, which the shares themselves, sealed with X-Wing, do not fear.
 */
import { equalBytes } from '../codec/bytes.ts';
import { encode } from '../codec/cbor.ts';
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type Hex, type ItemId, type UserId, type WardId } from '../codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../codec/result.ts';
import { fixedBytes, fromBytes, list, record, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';
import { openFrom, sealTo, type KemKeyPair } from '../crypto/sealing/hpke.ts';
import { randomScalar } from '../crypto/sharing/group.ts';
import { combineShares, dealShares, verifyShare } from '../crypto/sharing/sharing.ts';
import { deriveKey, labelledHash } from '../crypto/signing/hash.ts';
import type { RecoveryState } from '../membership/account-state.ts';
import { MAX_HOLDERS } from '../membership/operation.ts';
import { seedsFromBytes, seedsToBytes, type IdentitySeeds } from './identity.ts';

/** What one holder was dealt. Secret. */
const pieceShape = record({ number: uint(MAX_HOLDERS), value: fixedBytes(32), commitments: list(fixedBytes(32), MAX_HOLDERS) });
type Piece = ValueOf<typeof pieceShape>;
const MAX_PIECE_LENGTH = 1024;

export interface Holder {
  readonly user: UserId;
  readonly kemKey: Uint8Array;
}

/** What the log is to say about a dealing: all of `set-recovery` but whose it is. */
export type Dealt = Omit<RecoveryState, 'operation'>;

/** Null when a holder's key in the log cannot be sealed to. */
export async function dealRecovery(seeds: IdentitySeeds, ward: WardId, user: UserId, holders: readonly Holder[], threshold: number, entropy: Entropy): Promise<Dealt | null> {
  const deal = entropy.randomBytes(16);
  const secret = randomScalar(entropy);
  const { commitments, shares } = dealShares(secret, threshold, holders.length, entropy);
  const sealedHolders = [];
  for (const [place, { user: holder, kemKey }] of holders.entries()) {
    const share = shares[place];
    if (share === undefined) throw new Error('a share for each holder');
    const piece = toBytes(pieceShape, { number: share.index, value: share.value, commitments });
    const sealed = await sealTo(kemKey, shareInfo(ward, user, deal, share.index, kemKey), deal, piece, entropy);
    if (!sealed.ok) return null;
    sealedHolders.push({ user: holder, sealed: sealed.value });
  }
  const sealed = sealCommitted(recoveryKey(secret, ward, user, deal), contextOf(ward, user), deal, seedsToBytes(seeds), entropy);
  secret.fill(0);
  return { deal, threshold, holders: sealedHolders, commitments: hashOf(commitments), sealed };
}

/** A holder's own piece, for `sealPiece`; null when it does not open or is not what the user committed to. */
export async function openPiece(dealt: Dealt, ward: WardId, user: UserId, holder: UserId, kem: KemKeyPair): Promise<Uint8Array | null> {
  const place = dealt.holders.findIndex((each) => equalBytes(each.user, holder));
  const sealed = dealt.holders[place]?.sealed;
  if (sealed === undefined) return null;
  const piece = await openFrom(kem, shareInfo(ward, user, dealt.deal, place + 1, kem.publicKey), dealt.deal, sealed);
  return piece !== null && checkedPiece(piece, dealt, place + 1) !== null ? piece : null;
}

/** For the device that asked. Null when the key in the question cannot be sealed to. */
export async function sealPiece(piece: Uint8Array, ward: WardId, ask: { readonly id: ItemId; readonly kemKey: Uint8Array }, holder: UserId, entropy: Entropy): Promise<Uint8Array | null> {
  const sealed = await sealTo(ask.kemKey, releaseInfo(ward, ask.id, holder), NO_FIELDS, piece, entropy);
  return sealed.ok ? sealed.value : null;
}

export interface Release {
  readonly holder: UserId;
  readonly sealed: Uint8Array;
}

export interface Collected {
  /** Holders whose shares are right. */
  readonly good: readonly Hex<UserId>[];
  /** ATTACK 21: holders who sent what does not open, is not their share, or was altered. */
  readonly bad: readonly Hex<UserId>[];
  /** The seeds, once enough shares are good; `damaged` when they are, and what was sealed does not open all the same. */
  readonly seeds: Result<IdentitySeeds, 'too-few' | 'damaged'>;
}

/** Opens, checks and combines what holders released for the question `ask`, whose key pair is `kem`. */
export async function collectPieces(dealt: Dealt, ward: WardId, user: UserId, ask: ItemId, kem: KemKeyPair, releases: readonly Release[]): Promise<Collected> {
  const pieces = new Map<Hex<UserId>, Piece>();
  const bad = new Set<Hex<UserId>>();
  for (const { holder, sealed } of releases) {
    const place = dealt.holders.findIndex((each) => equalBytes(each.user, holder));
    const opened = await openFrom(kem, releaseInfo(ward, ask, holder), NO_FIELDS, sealed);
    const piece = opened === null ? null : checkedPiece(opened, dealt, place + 1);
    // The right share sent again adds nothing; another one beside it is a wrong one.
    if (piece === null) bad.add(hexOf(holder));
    else pieces.set(hexOf(holder), piece);
  }
  const good = [...pieces.keys()];
  if (good.length < dealt.threshold) return { good, bad: [...bad], seeds: fail('too-few') };
  const [first] = pieces.values();
  const shares = [...pieces.values()].map(({ number, value }) => ({ index: number, value }));
  const secret = combineShares(first?.commitments ?? [], shares);
  const opened = secret.ok ? openCommitted(recoveryKey(secret.value, ward, user, dealt.deal), contextOf(ward, user), dealt.deal, dealt.sealed) : null;
  const seeds = opened === null ? null : seedsFromBytes(opened);
  return { good, bad: [...bad], seeds: seeds === null ? fail('damaged') : succeed(seeds) };
}

/** What both sides of a recovery compare: 20 digits in groups of four, the same in every language. */
export function comparisonCode(ask: ItemId): string {
  const hash = labelledHash(LABEL.recoveryCode, ask);
  let number = 0n;
  for (const byte of hash) number = (number << 8n) | BigInt(byte);
  return (number % 10n ** 20n).toString().padStart(20, '0').replaceAll(/(\d{4})(?=\d)/g, '$1 ');
}

const NO_FIELDS = new Uint8Array(0);

/** Null for anything but the share that the user dealt under this number. */
function checkedPiece(bytes: Uint8Array, dealt: Dealt, number: number): Piece | null {
  let piece: Piece;
  try {
    piece = fromBytes(pieceShape, bytes, MAX_PIECE_LENGTH, 'recovery share');
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
  const isDealt = piece.number === number && piece.commitments.length === dealt.threshold && equalBytes(hashOf(piece.commitments), dealt.commitments);
  return isDealt && verifyShare(piece.commitments, { index: number, value: piece.value }) ? piece : null;
}

function hashOf(commitments: readonly Uint8Array[]): Uint8Array {
  return labelledHash(LABEL.recoveryCommitments, encode(commitments));
}

function recoveryKey(secret: Uint8Array, ward: WardId, user: UserId, deal: Uint8Array): Uint8Array {
  return deriveKey(secret, NO_FIELDS, LABEL.recoveryKey, [ward, user, deal], 32);
}

function contextOf(ward: WardId, user: UserId) {
  return { label: LABEL.recovery, ward, subject: user };
}

function shareInfo(ward: WardId, user: UserId, deal: Uint8Array, number: number, recipientKey: Uint8Array): Uint8Array {
  return encode([LABEL.recoveryShare, ward, user, deal, number, recipientKey]);
}

function releaseInfo(ward: WardId, ask: ItemId, holder: UserId): Uint8Array {
  return encode([LABEL.recoveryRelease, ward, ask, holder]);
}
