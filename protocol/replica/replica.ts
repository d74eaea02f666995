/**
 * A replica as everybody else sees it: a set of admitted items, and no keys.
 *
 * `offer` is the only way in, the same for items of one's own and for those of a peer (SPEC, ADMIT).
 */
import type { DocumentId, ItemId, WardId, AuthorId } from '../codec/ids.ts';
import type { Chain, EncodedItem, Item } from '../items/item.ts';
import type { Certificate } from '../membership/certificate.ts';
import type { Signatory, Standing } from '../membership/standing.ts';
import type { WardState } from '../membership/ward-state.ts';
import type { ChainHead, ReadLimit } from '../store/item-store.ts';

/** Contiguous items of one chain, of which the last is signed (SYNC-5). */
export interface Run extends Chain {
  readonly items: readonly EncodedItem[];
}

export const MAX_RUN_ITEMS = 256;
export const MAX_RUN_BYTES = 1024 * 1024;

/** Why a run, or the rest of it, was not stored. `refused` is final; `waiting` may be offered again later. */
export type Verdict =
  /** `rest` is why no more of the run was stored: only runs of the ward log are stored in part. */
  | { readonly outcome: 'stored'; readonly stored: number; readonly disputed: boolean; readonly rest?: Verdict }
  /** Already here, whole. */
  | { readonly outcome: 'known' }
  | { readonly outcome: 'waiting'; readonly for: 'predecessor' | 'session' | 'log-heads' | 'log' }
  | { readonly outcome: 'refused'; readonly reason: Refusal };

export type Refusal =
  | 'malformed' | 'too-large' | 'broken-chain' | 'bad-signature' | 'forked' | 'unknown-author' | 'removed-author'
  | 'role' | 'wrong-document' | 'erased' | 'invitation' | 'disputed-quota' | 'not-genesis'
  /** An operation that makes no sense where it was signed: adds what is there, changes what is not, or the last admin. */
  | 'operation';

export interface FrontierEntry {
  readonly author: AuthorId;
  readonly seq: number;
  readonly id: ItemId;
}

/** Items that were admitted just now, in order, after they are durable. */
export interface Admitted extends Chain {
  readonly items: readonly Item[];
}

export interface Replica {
  readonly ward: WardId;
  /** The ward log as resolved from what is here. */
  state(): WardState;
  /** Bounds → parse → chain → signature → membership → durable. Never throws for what a peer sent. */
  offer(run: Run): Promise<Verdict>;
  /** All heads of a document's chains, sorted by author. Empty for an unknown document. */
  frontier(document: DocumentId): readonly FrontierEntry[];
  head(chain: Chain): ChainHead | undefined;
  documents(): Iterable<DocumentId>;
  /** FRONT-1. */
  digest(document: DocumentId): Uint8Array;
  /** Runs to serve: from `fromSeq`, ending in an item whose signature is here. Empty when there is nothing from there. */
  run(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<Run>;
  /** Items as decoded, from `fromSeq`. */
  read(chain: Chain, fromSeq: number, limit: ReadLimit): Promise<readonly Item[]>;
  /** Number of items ever stored here; grows only. */
  readonly count: number;
  /** Whether the chain's author is flagged for a fork. */
  isForked(chain: Chain): boolean;
  /** The certificate of a session, from the sessions document. */
  certificateOf(author: AuthorId): Certificate | undefined;
  /** Who answers for a chain outside the log; undefined for a session that is not here. */
  signatoryOf(chain: Chain): Signatory | undefined;
  /** ADMIT-5, as the log is now. `item` is one that is here. */
  standingOf(item: Item): Standing;
  /** ERASE-2: nobody may keep anything of the document. */
  isErased(document: DocumentId): boolean;
  /** Whether everything of these erased documents has left this replica's disk. */
  isDestroyed(documents: readonly DocumentId[]): boolean;
  /** Documents have gone from the replica, and are being destroyed. */
  onDropped(listener: (documents: readonly DocumentId[]) => void): () => void;
  /** What was dropped is destroyed, durably. */
  onDestroyed(listener: () => void): () => void;
  /** Calls `listener` after each admission, in order of admission. Returns what takes it off. */
  onAdmitted(listener: (admitted: Admitted) => void): () => void;
  close(): Promise<void>;
}
