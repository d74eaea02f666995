/** Time that passes from event to event: the clock and the timers of a simulation. */
import type { CancelTimer, Clock, Timers } from '../../protocol/codec/environment.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualTime implements Clock, Timers {
  /** A binary heap by time, then by order of scheduling. */
  readonly #heap: Event[] = [];
  #now: number;
  #order = 0;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(delay: number, callback: () => void): CancelTimer {
    let pending = true;
    this.#push({
      at: this.#now + Math.max(0, delay),
      order: this.#order++,
      run: () => {
        if (pending) callback();
        pending = false;
      },
    });
    return () => {
      pending = false;
    };
  }

  /** Runs events until `end`; between two of them everything that waits for nothing else comes to its end. */
  async runUntil(end: number): Promise<void> {
    await settle();
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = end;
  }

  #push(event: Event): void {
    this.#heap.push(event);
    let index = this.#heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #pop(): void {
    this.#swap(0, this.#heap.length - 1);
    this.#heap.pop();
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, index)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #before(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return false;
    return first.at !== second.at ? first.at < second.at : first.order < second.order;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}

/** All promises that wait for no event have been resolved when the event loop turns. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
