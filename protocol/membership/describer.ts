/**
 * Keeps the description of a ward up to date while operations come in, most of them at the end of the order of replay
 * and some a little before it. Earlier descriptions are kept, the fewer the older, and replay starts from the last one
 * that still holds.
 */
import { describe, NOTHING, type Description } from './describe.ts';
import type { Entry } from './log-entries.ts';
import type { LogGraph } from './log-graph.ts';

interface Checkpoint {
  /** Number of entries that are in. */
  readonly count: number;
  readonly description: Description;
}

const START: Checkpoint = { count: 0, description: NOTHING };

export class Describer {
  readonly #graph: LogGraph;
  /** Operations that count, in the order of replay. */
  #order: Entry[] = [];
  #checkpoints: Checkpoint[] = [START];

  constructor(graph: LogGraph) {
    this.#graph = graph;
  }

  restart(counting: readonly Entry[]): void {
    this.#order = [...counting].sort((a, b) => this.#graph.compare(a.index, b.index));
    this.#checkpoints = [START];
  }

  add(entry: Entry): void {
    let place = this.#order.length;
    for (let before = this.#order[place - 1]; before !== undefined && this.#graph.compare(before.index, entry.index) > 0; before = this.#order[place - 1]) place--;
    this.#order.splice(place, 0, entry);
    this.#checkpoints = this.#checkpoints.filter(({ count }) => count <= place);
  }

  describe(): Description {
    const last = this.#checkpoints[this.#checkpoints.length - 1] ?? START;
    if (last.count === this.#order.length) return last.description;
    const description = describe(last.description, this.#order.slice(last.count), this.#graph);
    this.#checkpoints = thinned([...this.#checkpoints, { count: this.#order.length, description }]);
    return description;
  }
}

/** Drops a checkpoint where its neighbours lie closer together than they lie to the end: a few of each age stay. */
function thinned(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  const end = checkpoints[checkpoints.length - 1]?.count ?? 0;
  const kept: Checkpoint[] = [];
  for (const [at, checkpoint] of checkpoints.entries()) {
    const [before, after] = [kept[kept.length - 1], checkpoints[at + 1]];
    if (before === undefined || after === undefined || after.count - before.count > end - after.count) kept.push(checkpoint);
  }
  return kept;
}
