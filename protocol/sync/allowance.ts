/** How much a peer may make this side do. What an honest peer does stays far below (ATTACK 32). */
import type { DigestTrie } from './digest-trie.ts';
import { PUSH_CREDIT } from './pushing.ts';
import { Violation } from './session-context.ts';

const HEARTBEATS_A_TICK = 64;
/** Runs that may be refused at once; one more with each tick. */
const REFUSALS = 1024;
/** Nodes and frontiers that may be asked for at once, and again over the next sixteen ticks. */
const FREE_ANSWERS = 8192;
const ANSWERS_A_DOCUMENT = 8;

/** Each method throws `Violation` when it goes beyond. */
export class Allowance {
  readonly #trie: DigestTrie;
  #heartbeats = 0;
  #refusals = REFUSALS;
  #answers: number;
  #pushedBytes = 0;

  constructor(trie: DigestTrie) {
    this.#trie = trie;
    this.#answers = this.#fullAnswers();
  }

  tick(): void {
    this.#heartbeats = 0;
    this.#refusals = Math.min(REFUSALS, this.#refusals + 1);
    this.#answers = Math.min(this.#fullAnswers(), this.#answers + this.#fullAnswers() / 16);
  }

  heartbeat(): void {
    if (++this.#heartbeats > HEARTBEATS_A_TICK) throw new Violation('overload', 'heartbeats');
  }

  refusal(): void {
    if (--this.#refusals < 0) throw new Violation('overload', 'too much is refused');
  }

  answer(parts: number): void {
    this.#answers -= parts;
    if (this.#answers < 0) throw new Violation('overload', 'asks for more nodes than there are');
  }

  /** To be taken back by `pushDone`. A single push may be larger than the credit; twice of it, for what crosses on the way. */
  push(bytes: number): void {
    if (this.#pushedBytes > 0 && this.#pushedBytes + bytes > 2 * PUSH_CREDIT) throw new Violation('overload', 'pushes beyond the credit');
    this.#pushedBytes += bytes;
  }

  pushDone(bytes: number): void {
    this.#pushedBytes -= bytes;
  }

  #fullAnswers(): number {
    return FREE_ANSWERS + ANSWERS_A_DOCUMENT * this.#trie.size;
  }
}
