/** What a session is given, what it has done, and how a peer breaks a rule: shared by its parts. */
import { hexOf, type DeviceId } from '../codec/ids.ts';
import type { Chain } from '../items/item.ts';
import type { Replica, Run } from '../replica/replica.ts';
import type { DigestTrie } from './digest-trie.ts';
import type { LinkEvent, Subscription } from './link.ts';
import type { EndReason, MessageOf } from './messages.ts';

/** The part of a replica that answers at once. */
export type ReplicaView = Pick<Replica, 'ward' | 'documents' | 'digest' | 'frontier' | 'head' | 'isForked' | 'isErased' | 'count'>;

/** A heartbeat as the peer signed it. */
export interface SignedHeartbeat {
  readonly count: number;
  readonly root: Uint8Array;
  readonly time: number;
  readonly signature: Uint8Array;
}

/** What is to be done. `offer`, `load` and `sign` are answered by `offered`, `loaded` and `signed`. */
export type Effect =
  | { readonly type: 'send'; readonly frame: Uint8Array }
  | { readonly type: 'offer'; readonly offer: number; readonly run: Run; readonly live: boolean }
  | { readonly type: 'load'; readonly load: number; readonly chain: Chain; readonly from: number }
  | { readonly type: 'sign'; readonly content: Uint8Array; readonly heartbeat: Omit<MessageOf<'heartbeat'>, 'signature'> }
  /** The peer signed this; it is worth keeping. */
  | { readonly type: 'remember'; readonly heartbeat: SignedHeartbeat }
  | { readonly type: 'event'; readonly event: LinkEvent }
  /** For the local operator alone: the peer learns only a short code. */
  | { readonly type: 'log'; readonly name: string; readonly detail: string }
  /** After what was to be sent before. */
  | { readonly type: 'close' };

export interface SessionOptions {
  readonly view: ReplicaView;
  readonly device: DeviceId;
  readonly remote: DeviceId;
  readonly subscription: Subscription;
  /** Trie of the whole replica, kept up to date by its owner; sessions about everything share it. */
  readonly trieOfAll: DigestTrie;
  readonly now: number;
  /** The items the peer had when it last signed. */
  readonly remembered: number;
  readonly verifyHeartbeat: (content: Uint8Array, signature: Uint8Array) => boolean;
}

/** The peer did what no honest peer does. Thrown inside a session, turned into its end at the session's public face. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly reason: EndReason;
  constructor(reason: EndReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A chain as the key of a map. */
export function chainKey({ document, author }: Chain): string {
  return hexOf(document) + hexOf(author);
}
