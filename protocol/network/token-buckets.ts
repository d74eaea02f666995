/**
 * How often, by name: a bucket for each name holds `burst` tokens at first and gets one back every `refill` milliseconds.
 * At most `names` buckets are kept; the one that was longest not asked for goes first, and whoever comes back later
 * begins with a full one. So what many names may do together needs a bucket of its own.
 */
import type { Clock } from '../codec/environment.ts';

export interface TokenBucketsInit {
  readonly clock: Clock;
  readonly burst: number;
  /** Milliseconds for one token. */
  readonly refill: number;
  /** How many buckets are kept. */
  readonly names: number;
}

interface Bucket {
  readonly tokens: number;
  /** Milliseconds since 1970 at which it held them. */
  readonly at: number;
}

export class TokenBuckets {
  readonly #init: TokenBucketsInit;
  /** In the order in which they were asked for last. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(init: TokenBucketsInit) {
    this.#init = init;
  }

  /** Takes a token of that name. False if there is none. */
  take(name: string): boolean {
    const { clock, burst, refill, names } = this.#init;
    const now = clock.now();
    const { tokens, at } = this.#buckets.get(name) ?? { tokens: burst, at: now };
    // A clock that was set back gives nothing, and is no reason to wait until it is there again.
    const held = Math.min(burst, tokens + Math.max(0, now - at) / refill);
    const isThere = held >= 1;
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: isThere ? held - 1 : held, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > names && oldest !== undefined) this.#buckets.delete(oldest);
    return isThere;
  }

  /** Buckets that are kept. */
  get size(): number {
    return this.#buckets.size;
  }
}
