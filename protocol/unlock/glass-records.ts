/** What a node keeps for break-glass, as records of a `ShareStore`: its share of each dealing, and what each user asked for. */
import { toHex } from '../codec/bytes.ts';
import { deviceId, hexOf, itemId, userId, type ItemId, type UserId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fixedBytes, fromBytes, list, record, toBytes, uint, type ValueOf } from '../codec/shape.ts';
import { SCALAR_LENGTH } from '../crypto/sharing/group.ts';
import { DEALING_ID_LENGTH } from '../membership/dealing.ts';

const MAX_RECORD_LENGTH = 64 * 1024;
/** Uses of one user that are remembered; those of a day are counted. */
const MAX_USES_KEPT = 64;

const shareShape = record({
  dealing: fixedBytes(DEALING_ID_LENGTH),
  /** A scalar. Secret. */
  value: fixedBytes(SCALAR_LENGTH),
  from: deviceId.shape,
  /** By this node's clock. */
  at: uint(),
});

const usedShape = record({
  user: userId.shape,
  uses: list(record({
    use: itemId.shape,
    /** When this node was first asked about it, by its own clock. */
    at: uint(),
    /** Questions that were answered, or begun to be. */
    asked: uint(0xffffffff),
  }), MAX_USES_KEPT),
});

export type GlassShare = ValueOf<typeof shareShape>;
export type Used = ValueOf<typeof usedShape>;

export function glassShareName({ dealing }: Pick<GlassShare, 'dealing'>): string {
  return `${toHex(dealing)}.glass`;
}

export function usedName(user: UserId): string {
  return `${hexOf(user)}.used`;
}

export function encodeGlassShare(share: GlassShare): Uint8Array {
  return toBytes(shareShape, share);
}

export function encodeUsed({ user, uses }: Used): Uint8Array {
  return toBytes(usedShape, { user, uses: uses.slice(-MAX_USES_KEPT) });
}

/** With one more question in this use. */
export function withQuestion({ user, uses }: Used, use: ItemId, now: number): Used {
  const before = uses.find((each) => hexOf(each.use) === hexOf(use));
  const others = uses.filter((each) => each !== before);
  return { user, uses: [...others, { use, at: before?.at ?? now, asked: (before?.asked ?? 0) + 1 }] };
}

export interface KeptGlass {
  readonly shares: GlassShare[];
  readonly used: Used[];
  /** Names of records that are there and mean nothing. */
  readonly damaged: string[];
}

export function decodeGlassRecords(records: ReadonlyMap<string, Uint8Array>): KeptGlass {
  const kept: KeptGlass = { shares: [], used: [], damaged: [] };
  for (const [name, bytes] of records) {
    try {
      if (name.endsWith('.glass')) kept.shares.push(fromBytes(shareShape, bytes, MAX_RECORD_LENGTH, 'share'));
      else if (name.endsWith('.used')) kept.used.push(fromBytes(usedShape, bytes, MAX_RECORD_LENGTH, 'uses'));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      kept.damaged.push(name);
    }
  }
  return kept;
}

/** The user whose uses a record of this name counts. */
export function userOfUsed(name: string): string | undefined {
  return /^([0-9a-f]{32})\.used$/.exec(name)?.[1];
}
