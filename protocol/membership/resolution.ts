/**
 * What counts in a log as it stands, seen from the end or from any place in it. Grows with operations that change
 * nothing about the others; when one comes that does, a new resolution takes its place.
 */
import { NO_DOUBTS, judge, type View } from './authority.ts';
import { conflictsOf } from './conflicts.ts';
import type { Entry, LogEntries } from './log-entries.ts';
import type { Past } from './log-graph.ts';
import { resolve } from './resolve.ts';

export class Resolution {
  readonly #log: LogEntries;
  /** Entries whose counting depends on what else is in the set. */
  readonly #conflicts: ReadonlySet<number>;
  #counting: Set<number> | undefined;
  /** Number of entries that are resolved. */
  #size: number;
  /** What counts at places that have some of the conflicts in their past, by which ones. */
  readonly #partial = new Map<string, View>();

  constructor(log: LogEntries, conflicts: ReadonlySet<number> = new Set()) {
    this.#log = log;
    this.#conflicts = conflicts;
    this.#size = log.all.length;
    if (conflicts.size === 0) this.#counting = new Set();
  }

  /** Takes in the entry that was added last. Returns this, or the resolution that replaces it. */
  with(entry: Entry): Resolution {
    const conflicts = conflictsOf(this.#log, entry, this.#conflicts);
    if (conflicts.some((index) => !this.#conflicts.has(index))) return new Resolution(this.#log, new Set([...this.#conflicts, ...conflicts]));
    this.#size = entry.index + 1;
    this.#partial.clear();
    if (this.#counting !== undefined) {
      const past: Past = { covers: (index) => this.#log.graph.isBefore(index, entry.index) };
      if (judge(this.#log, this.whole(), past, entry).objection === undefined) this.#counting.add(entry.index);
    }
    return this;
  }

  counts(index: number): boolean {
    return this.#counted().has(index);
  }

  /** The whole log. */
  whole(): View {
    return settledView(this.#counted(), (index) => index < this.#size);
  }

  /**
   * The log as it is at `past`. With all conflicts in the past, or with none, the same operations count there as in the
   * whole log; in between it is resolved anew, once for each such part of the conflicts.
   */
  at(past: Past): View {
    const missing = [...this.#conflicts].filter((index) => !past.covers(index));
    const counting = missing.length === 0 || missing.length === this.#conflicts.size ? this.#counted() : undefined;
    if (counting !== undefined) return settledView(counting, past.covers);
    const key = missing.join();
    const size = this.#size;
    const includes = (index: number): boolean => index < size && missing.every((absent) => absent !== index && !this.#log.graph.isBefore(absent, index));
    const view = this.#partial.get(key) ?? settledView(resolve(this.#log, includes), includes);
    this.#partial.set(key, view);
    return { ...view, includes: past.covers };
  }

  #counted(): Set<number> {
    if (this.#counting === undefined) {
      const size = this.#size;
      this.#counting = new Set(resolve(this.#log, (index) => index < size));
    }
    return this.#counting;
  }
}

function settledView(counting: ReadonlySet<number>, includes: (index: number) => boolean): View {
  return { includes, counts: (index) => counting.has(index), isOpen: () => false, doubtsOf: () => NO_DOUBTS };
}
