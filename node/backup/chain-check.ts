/**
 * What has to hold for items to be worth keeping: each chain is linked from its first item to its last, the last is
 * signed by its author, and the ward's genesis is among them. Checked when a backup is made, so that nobody learns in
 * an emergency that it cannot be restored, and again when it is.
 */
import { equalBytes } from '../../protocol/codec/bytes.ts';
import { LOG_DOCUMENT, type WardId } from '../../protocol/codec/ids.ts';
import { MalformedError } from '../../protocol/codec/result.ts';
import { decodeItem, isSigned, NO_WARD, type EncodedItem, type Item } from '../../protocol/items/item.ts';
import { wardIdOf } from '../../protocol/membership/genesis.ts';
import { follows, headAfter } from '../../protocol/store/chain-head.ts';
import type { ChainHead, ForkEvidence } from '../../protocol/store/item-store.ts';

export class ChainCheck {
  readonly #ward: WardId;
  #last: Item | undefined;
  #head: ChainHead | undefined;
  #hasGenesis = false;

  constructor(ward: WardId) {
    this.#ward = ward;
  }

  /**
   * Takes the next item; one with seq 1 ends the chain before it and begins another. Returns the chain's new head.
   * Throws `MalformedError`.
   */
  next(encoded: EncodedItem): ChainHead {
    const item = decodeItem(encoded);
    if (item.fields.seq === 1) this.endChain();
    if (!follows(this.#head, item)) throw new MalformedError(`item ${item.fields.seq} of a chain does not follow the one before`);
    if (this.#isGenesis(item)) this.#hasGenesis = true;
    this.#last = item;
    this.#head = headAfter(this.#head, item);
    return this.#head;
  }

  endChain(): void {
    const last = this.#last;
    if (last === undefined) return;
    if (!isSigned(last, this.#isGenesis(last) ? NO_WARD : this.#ward)) throw new MalformedError('the end of a chain is not signed by its author');
    this.#last = undefined;
    this.#head = undefined;
  }

  /** After everything. */
  end(): void {
    this.endChain();
    if (!this.#hasGenesis) throw new MalformedError('the beginning of the ward is not in it');
  }

  #isGenesis({ id, fields }: Item): boolean {
    return fields.seq === 1 && fields.heads.length === 0
      && equalBytes(fields.document, LOG_DOCUMENT) && equalBytes(wardIdOf(id), this.#ward);
  }
}

/** Whether the other item of a fork was signed for the same place by the same author. Anything less proves nothing. */
export function isEvidence(ward: WardId, fork: ForkEvidence): boolean {
  const { id, fields, ...other } = decodeItem(fork.other);
  return fields.seq === fork.seq && equalBytes(fields.document, fork.document) && equalBytes(fields.author, fork.author)
    && !equalBytes(id, fork.kept) && isSigned({ id, fields, ...other }, ward);
}
