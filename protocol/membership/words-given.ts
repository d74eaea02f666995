/**
 * What operations say, apart from what they do: words that others have to join in (LOG-12 to LOG-14, ERASE-1), and that
 * settle something (ADMIT-6).
 */
import { hexOf, userId, type Hex, type ItemId } from '../codec/ids.ts';
import { CopyOnWriteMap } from './copy-on-write.ts';
import { chainOf } from './cuts.ts';
import type { Entry } from './log-entries.ts';
import type { CutEntry, ErasureState, Proposal, Settlement, Verdict, Vote } from './ward-state.ts';

export interface WordsGiven {
  /** By id; what has been carried out is not among them. */
  readonly proposals: ReadonlyMap<Hex<ItemId>, Proposal>;
  readonly votes: ReadonlyMap<Hex<ItemId>, Vote>;
  readonly erasures: ReadonlyMap<Hex<ItemId>, ErasureState>;
  readonly settlements: ReadonlyMap<string, Settlement>;
  /** Operations that an admin said no to. */
  readonly declined: ReadonlyMap<Hex<ItemId>, true>;
}

export const NO_WORDS: WordsGiven = { proposals: new Map(), votes: new Map(), erasures: new Map(), settlements: new Map(), declined: new Map() };

export class WordsDraft {
  readonly #proposals: CopyOnWriteMap<Hex<ItemId>, Proposal>;
  readonly #votes: CopyOnWriteMap<Hex<ItemId>, Vote>;
  readonly #erasures: CopyOnWriteMap<Hex<ItemId>, ErasureState>;
  readonly #settlements: CopyOnWriteMap<string, Settlement>;
  readonly #declined: CopyOnWriteMap<Hex<ItemId>, true>;

  constructor(before: WordsGiven) {
    this.#proposals = new CopyOnWriteMap(before.proposals);
    this.#votes = new CopyOnWriteMap(before.votes);
    this.#erasures = new CopyOnWriteMap(before.erasures);
    this.#settlements = new CopyOnWriteMap(before.settlements);
    this.#declined = new CopyOnWriteMap(before.declined);
  }

  finished(): WordsGiven {
    return {
      proposals: this.#proposals.current, votes: this.#votes.current, erasures: this.#erasures.current, settlements: this.#settlements.current, declined: this.#declined.current,
    };
  }

  note({ id, time, operation, signer }: Entry): void {
    if (signer === undefined) return;
    const by = userId.fromHex(signer.user);
    switch (operation.type) {
      case 'propose':
        this.#proposals.set(hexOf(id), { id, by, time, action: operation.action });
        break;
      case 'checkpoint':
        this.#proposals.set(hexOf(id), { id, by, time, action: { type: 'checkpoint' } });
        break;
      case 'approve':
        this.#proposals.delete(hexOf(operation.proposal));
        break;
      case 'appoint':
        if (operation.votes.length === 0) this.#votes.set(hexOf(id), { id, by, time, user: operation.user });
        for (const vote of operation.votes) this.#votes.delete(hexOf(vote));
        break;
      case 'erase': {
        const { documents, sealedReason } = operation;
        this.#erasures.set(hexOf(id), { id, by, time, documents, sealedReason, confirmed: undefined });
        break;
      }
      case 'confirm-erasure': {
        const erasure = this.#erasures.get(hexOf(operation.erasure));
        if (erasure !== undefined) this.#erasures.set(hexOf(erasure.id), { ...erasure, confirmed: erasure.confirmed ?? { operation: id, by, time } });
        break;
      }
      case 'settle':
        if (operation.of.type === 'items') this.#settle(operation.of, operation.verdict);
        else if (operation.verdict === 'decline') this.#declined.set(hexOf(operation.of.operation), true);
        break;
      default:
        break;
    }
  }

  /** The farthest of each verdict; where they meet, acceptance wins. */
  #settle(position: CutEntry, verdict: Verdict): void {
    const chain = chainOf(position);
    const before = this.#settlements.get(chain);
    const of = verdict === 'accept' ? 'accepted' : 'declined';
    if ((before?.[of]?.seq ?? 0) < position.seq) this.#settlements.set(chain, { accepted: undefined, declined: undefined, ...before, [of]: position });
  }
}
