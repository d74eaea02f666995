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

/** Disputed bytes of one user (or one device, for receipts), by chain. */
interface Account {
  readonly chains: Map<string, number>;
  sum: number;
}

export class DisputedQuota {
  readonly #accounts = new Map<string, { readonly state: WardState; readonly account: Promise<Account> }>();

  /** Books `bytes` that are about to be written to `chain`; null when they do not fit. `undo` when the write failed. */
  async reserve(chain: Chain, signatory: Signatory, bytes: number, context: QuotaContext): Promise<{ undo(): void } | null> {
    const account = await this.#accountOf(ownerOf(signatory), context);
    const inChain = account.chains.get(keyOf(chain)) ?? 0;
    if (inChain + bytes > MAX_DISPUTED_CHAIN_BYTES || account.sum + bytes > MAX_DISPUTED_USER_BYTES) return null;
    book(account, chain, bytes);
    return { undo: () => { book(account, chain, -bytes); } };
  }

  /** Counted from the chains once; a removal, or another cut, makes it be counted again. */
  #accountOf(owner: string, context: QuotaContext): Promise<Account> {
    const known = this.#accounts.get(owner);
    if (known?.state === context.state) return known.account;
    const account = count(owner, context);
    this.#accounts.set(owner, { state: context.state, account });
    return account;
  }
}

async function count(owner: string, context: QuotaContext): Promise<Account> {
  const { state, store } = context;
  const account: Account = { chains: new Map(), sum: 0 };
  for (const head of context.heads()) {
    const signatory = context.signatoryOf(head);
    if (signatory === undefined || ownerOf(signatory) !== owner) continue;
    const limit = acceptedUpTo(head, signatory, state);
    if (head.seq > limit) book(account, head, limit === 0 ? head.bytes : await bytesFrom(store, head, limit + 1));
  }
  return account;
}

function book(account: Account, chain: Chain, bytes: number): void {
  account.chains.set(keyOf(chain), (account.chains.get(keyOf(chain)) ?? 0) + bytes);
  account.sum += bytes;
}

function ownerOf({ user, device }: Signatory): string {
  return user === undefined ? hexOf(device) : hexOf(user);
}

function keyOf({ document, author }: Chain): string {
  return hexOf(document) + hexOf(author);
}
