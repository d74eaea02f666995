/**
 * Whether the two sides differ, as far as their roots tell, and whether to compare now.
 *
 * A heartbeat may be overtaken: by what was pushed since, or by what is still being let in. And a root may differ for
 * good, after a fork, after a refusal, or because the peer lies. So a comparison waits for quiet, there is at most one
 * between two ticks, and one that brings nothing is repeated ever later.
 */
import { equalBytes } from '../codec/bytes.ts';
import type { DigestTrie } from './digest-trie.ts';

/** A comparison that brought nothing is repeated after this long at first, at most after the second. */
const FRUITLESS_MS = 1_000;
const MAX_FRUITLESS_MS = 60_000;
/** Heartbeats with another root, after which the side that does not lead compares by itself. */
const PATIENCE = 3;

interface Roots {
  readonly mine: Uint8Array;
  readonly theirs: Uint8Array;
}

export class RootWatch {
  readonly #trie: DigestTrie;
  readonly #leads: boolean;
  #theirs: Uint8Array | undefined;
  /** Something is on its way between the two, so that they have another root by now, and will say so. */
  #outdated = false;
  #theyAreSettled = true;
  /** Whether they have said anything since the last comparison began. */
  #heard = true;
  /** Heartbeats in a row that showed another root. */
  #unlike = 0;
  /** Roots for which a comparison has brought nothing to this side. */
  #inVainFor: Roots | undefined;
  #diverged = false;
  #fruitless = 0;
  #notBefore = -Infinity;

  constructor(trie: DigestTrie, leads: boolean) {
    this.#trie = trie;
    this.#leads = leads;
  }

  /** Whether the peer has told its root of what both subscribe to. */
  get known(): boolean {
    return this.#theirs !== undefined;
  }

  get equal(): boolean {
    return this.#theirs !== undefined && equalBytes(this.#theirs, this.#trie.root());
  }

  /** The root that came with the greeting. */
  greeted(root: Uint8Array | undefined): void {
    this.#theirs = root;
  }

  /**
   * A heartbeat. Returns true when it shows, for the first time, that the two differ for good: everything was compared,
   * they took what they lacked and say so, and both are where they were.
   */
  heard(root: Uint8Array, settled: boolean, quiet: boolean): boolean {
    this.#theirs = root;
    this.#outdated = false;
    this.#theyAreSettled = settled;
    this.#heard = true;
    this.#unlike = this.equal ? 0 : this.#unlike + 1;
    const before = this.#diverged;
    this.#diverged =
      this.#inVainFor !== undefined && settled && quiet && equalBytes(root, this.#inVainFor.theirs) && equalBytes(this.#trie.root(), this.#inVainFor.mine);
    return this.#diverged && !before;
  }

  /** Something was pushed, either way. */
  pushed(): void {
    this.#outdated = true;
  }

  shouldCompare(now: number): boolean {
    if (!this.known || this.#outdated || !this.#heard || this.#diverged || now < this.#notBefore) return false;
    return !this.equal && ((this.#leads && this.#theyAreSettled) || this.#unlike >= PATIENCE);
  }

  comparing(): void {
    this.#heard = false;
    this.#unlike = 0;
  }

  compared(now: number, broughtSomething: boolean): void {
    if (broughtSomething) {
      this.#fruitless = 0;
      this.#inVainFor = undefined;
      // Not again before the next tick.
      this.#notBefore = now + 1;
      return;
    }
    this.#notBefore = now + Math.min(MAX_FRUITLESS_MS, FRUITLESS_MS * 2 ** this.#fruitless);
    this.#fruitless = Math.min(this.#fruitless + 1, 6);
    this.#inVainFor = this.#theirs && { mine: this.#trie.root(), theirs: this.#theirs };
  }
}
