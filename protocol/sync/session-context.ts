/** What every part of a session shares: the replica as far as it may be read without waiting, and how a peer breaks a rule. */
import { hexOf } from '../codec/ids.ts';
import type { Chain } from '../items/item.ts';
import type { Replica } from '../replica/replica.ts';
import type { EndReason } from './messages.ts';

/** The part of a replica that answers at once. */
export type ReplicaView = Pick<Replica, 'ward' | 'documents' | 'digest' | 'frontier' | 'head' | 'isForked' | 'count'>;

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
