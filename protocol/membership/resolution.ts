/**
 * What counts in a log as it stands, seen from the end or from any place in it.
 *
 * Most operations have no conflict in their past: whether they count is judged once, when they come, and never changes.
 * The others are resolved together, and anew whenever a conflict is added or is missing from where one looks.
 */
import { NO_DOUBTS, judge, type View } from './authority.ts';
import { conflictsOf } from './conflicts.ts';
import type { Entry, LogEntries } from './log-entries.ts';
import type { Past } from './log-graph.ts';
import { resolve } from './resolve.ts';

/** The operations with a conflict in their past or themselves in one, and those of them that count. */
interface Resolved {
  readonly dependent: Set<number>;
  readonly counting: Set<number>;
}

export class Resolution {
  readonly #log: LogEntries;
  /** Entries whose counting depends on what else is in the set. */
  readonly #conflicts: ReadonlySet<number>;
  /** Those of the conflicts that are not after another. */
  readonly #firstConflicts: readonly number[];
  /** Entries that count by what is independent of all conflicts. Of a dependent entry it says nothing. */
  readonly #independent: Set<number>;
  /** Number of entries that are in. */
  #size: number;
  #whole: Resolved | undefined;
  /** As seen from places that have some of the conflicts in their past, by those they have not. */
  readonly #partial = new Map<string, View>();

  constructor(log: LogEntries, conflicts: ReadonlySet<number> = new Set(), independent = new Set<number>()) {
    this.#log = log;
    this.#conflicts = conflicts;
    this.#firstConflicts = [...conflicts].filter((index) => ![...conflicts].some((other) => log.graph.isBefore(other, index)));
    this.#independent = independent;
    this.#size = log.all.length;
  }

  /** Takes in the entry that was added last. Returns this, or the resolution that replaces it. */
  with(entry: Entry): Resolution {
    const conflicts = conflictsOf(this.#log, entry, this.#conflicts);
    if (conflicts.some((index) => !this.#conflicts.has(index))) {
      return new Resolution(this.#log, new Set([...this.#conflicts, ...conflicts]), this.#independent);
    }
    this.#size = entry.index + 1;
    this.#partial.clear();
    const past: Past = { covers: (index) => this.#log.graph.isBefore(index, entry.index) };
    const counts = (view: View): boolean => judge(this.#log, view, past, entry).objection === undefined;
    if (!this.#isDependent(entry.index)) {
      if (counts(this.#view(undefined, past.covers))) this.#independent.add(entry.index);
    } else if (this.#whole !== undefined) {
      const view = this.#view(this.#whole, (index) => index <= entry.index);
      this.#whole.dependent.add(entry.index);
      if (counts(view)) this.#whole.counting.add(entry.index);
    }
    return this;
  }

  /** Whether the entry counts, seen from the end. */
  counts(index: number): boolean {
    return this.#seenFromEnd().counts(index);
  }

  /**
   * The log as it is at `past`. With all conflicts in the past the same operations count there as at the end, and
   * with none what is independent of them; in between the log is resolved anew, once for each part of the conflicts.
   */
  at(past: Past): View {
    const missing = [...this.#conflicts].filter((index) => !past.covers(index));
    const includes = past.covers;
    if (missing.length === 0) return { ...this.#seenFromEnd(), includes };
    if (missing.length === this.#conflicts.size) return this.#view(undefined, includes);
    const key = missing.join();
    const view = this.#partial.get(key) ?? this.#resolve((index) => missing.every((absent) => absent !== index && !this.#log.graph.isBefore(absent, index)));
    this.#partial.set(key, view);
    return { ...view, includes };
  }

  #seenFromEnd(): View {
    if (this.#whole !== undefined) return this.#view(this.#whole, (index) => index < this.#size);
    return this.#resolve(() => true, (resolved) => { this.#whole = resolved; });
  }

  #resolve(isThere: (index: number) => boolean, keep?: (resolved: Resolved) => void): View {
    const size = this.#size;
    const includes = (index: number): boolean => index < size && isThere(index);
    const entries = this.#conflicts.size === 0 ? [] : this.#log.all.filter(({ index }) => includes(index) && this.#isDependent(index));
    const dependent = new Set(entries.map(({ index }) => index));
    const resolved = { dependent, counting: resolve(this.#log, entries, this.#view({ dependent, counting: new Set() }, includes)) };
    keep?.(resolved);
    return this.#view(resolved, includes);
  }

  #isDependent(index: number): boolean {
    return this.#firstConflicts.some((conflict) => conflict === index || this.#log.graph.isBefore(conflict, index));
  }

  #view(resolved: Resolved | undefined, includes: (index: number) => boolean): View {
    const independent = this.#independent;
    const counts = resolved === undefined ? (index: number) => independent.has(index)
      : (index: number) => (resolved.dependent.has(index) ? resolved.counting.has(index) : independent.has(index));
    return { includes, counts, isOpen: () => false, doubtsOf: () => NO_DOUBTS };
  }
}
