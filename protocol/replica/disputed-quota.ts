/** ADMIT-3: how much of a removed member's disputed items a replica takes: 1 MiB in one chain, 16 MiB of one user. */
import { hexOf } from '../codec/ids.ts';
import type { Chain } from '../items/item.ts';
import { acceptedUpTo, type Signatory } from '../membership/standing.ts';
import type { WardState } from '../membership/ward-state.ts';
import type { ChainHead, ItemStore } from '../store/item-store.ts';
import { bytesFrom } from './read-chain.ts';

export const MAX_DISPUTED_CHAIN_BYTES = 1024 * 1024;
export const MAX_DISPUTED_USER_BYTES = 16 * 1024 * 1024;

export interface QuotaContext {
  readonly store: ItemStore;
  readonly state: WardState;
  /** Chain heads of everybody. */
  heads(): Iterable<ChainHead>;
  signatoryOf(chain: Chain): Signatory | undefined;
}

export class DisputedQuota {
  /** Disputed bytes that are being written now, by who answers for them. */
  readonly #pending = new Map<string, number>();
  /** What was counted last for a chain: valid while chain and limit stay. */
  readonly #counted = new Map<string, { readonly seq: number; readonly limit: number; readonly bytes: number }>();

  /** Sets `bytes` aside for a write to `chain`; null when they do not fit. The caller calls `release` when done. */
  async reserve(chain: Chain, signatory: Signatory, bytes: number, context: QuotaContext): Promise<{ release(): void } | null> {
    const owner = ownerOf(signatory);
    this.#pending.set(owner, (this.#pending.get(owner) ?? 0) + bytes);
    const release = (): void => {
      this.#pending.set(owner, (this.#pending.get(owner) ?? 0) - bytes);
    };
    let inChain = bytes;
    let ofUser = this.#pending.get(owner) ?? bytes;
    for (const head of context.heads()) {
      const answers = context.signatoryOf(head);
      if (answers === undefined || ownerOf(answers) !== owner) continue;
      const there = await this.#disputedIn(head, answers, context);
      ofUser += there;
      if (keyOf(head) === keyOf(chain)) inChain += there;
    }
    if (inChain <= MAX_DISPUTED_CHAIN_BYTES && ofUser <= MAX_DISPUTED_USER_BYTES) return { release };
    release();
    return null;
  }

  async #disputedIn(head: ChainHead, signatory: Signatory, { state, store }: QuotaContext): Promise<number> {
    const limit = acceptedUpTo(head, signatory, state);
    if (head.seq <= limit) return 0;
    if (limit === 0) return head.bytes;
    const counted = this.#counted.get(keyOf(head));
    if (counted?.seq === head.seq && counted.limit === limit) return counted.bytes;
    const bytes = await bytesFrom(store, head, limit + 1);
    this.#counted.set(keyOf(head), { seq: head.seq, limit, bytes });
    return bytes;
  }
}

function ownerOf({ user, device }: Signatory): string {
  return user === undefined ? hexOf(device) : hexOf(user);
}

function keyOf({ document, author }: Chain): string {
  return hexOf(document) + hexOf(author);
}
