/**
 * A running synchronisation with one peer, as apps see it.
 */
import type { DocumentId } from '../codec/ids.ts';
import type { Chain } from '../items/item.ts';
import type { EndReason } from './messages.ts';
import type { SignedHeartbeat } from './session-context.ts';

export type { EndReason } from './messages.ts';

export type Subscription =
  | { readonly type: 'all' }
  /** At most 1,024. The log and the sessions document are always part of a subscription. */
  | { readonly type: 'documents'; readonly documents: readonly DocumentId[] };

export type LinkEvent =
  /** Both roots were equal, or everything asked for has arrived; may come again after new differences. */
  | { readonly type: 'in-sync' }
  /** More was pushed than the peer has dealt with: what it lacks now is found by comparing, once it has caught up. */
  | { readonly type: 'behind' }
  /** The peer says that items of the chain up to `seq` are durable there. */
  | { readonly type: 'stored-by-peer'; readonly chain: Chain; readonly seq: number }
  /**
   * Both hold the same of what both subscribe to: whatever of it is here now is durable there too, also what was never
   * acknowledged because a link was cut, or because the peer has it from somebody else.
   */
  | { readonly type: 'equal'; readonly includes: (document: DocumentId) => boolean }
  /** The peer signed more once than it has now (ATTACK 7). */
  | { readonly type: 'rolled-back'; readonly before: number; readonly now: number }
  /** Everything was compared and fetched, and the peer still claims another root: a fork, a refused item, or a lie (ATTACK 8). */
  | { readonly type: 'diverged' }
  | { readonly type: 'clock-skew'; readonly milliseconds: number }
  | { readonly type: 'ended'; readonly reason: EndReason | 'cut'; readonly by: 'us' | 'them' };

export interface Link {
  readonly remote: Uint8Array;
  readonly inSync: boolean;
  /** The last one, which its signature fits. Undefined before the first, or when the peer had signed for more before. */
  readonly heartbeat: SignedHeartbeat | undefined;
  onEvent(listener: (event: LinkEvent) => void): () => void;
  end(reason: EndReason): void;
}
