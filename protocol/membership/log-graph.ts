/**
 * The shape of the ward log: who is before whom. Knows ids and parents, nothing of what operations say.
 *
 * Ancestry is answered in constant time by clocks over tracks. A track is a line of operations each of which is in the
 * past of the next (not necessarily its parent); a new operation goes on a track whose end it has in its past. So there
 * are about as many tracks as operations were ever concurrent at once, one in a log that never forked, and each
 * operation's clock says how far along every track its past reaches.
 */
import { compareBytes } from '../codec/bytes.ts';
import { hexOf, type Hex, type ItemId } from '../codec/ids.ts';

/** Everything before some position in the log, that position included. */
export interface Past {
  readonly covers: (index: number) => boolean;
}

type TrackClock = ReadonlyMap<number, number>;

interface Place {
  readonly id: ItemId;
  readonly track: number;
  readonly position: number;
  /** Length of the longest way from genesis. */
  readonly depth: number;
  readonly clock: TrackClock;
}

export class LogGraph {
  readonly #places: Place[] = [];
  readonly #indices = new Map<Hex<ItemId>, number>();
  /** The operations of each track. */
  readonly #tracks: number[][] = [];
  readonly #heads = new Set<number>();

  get size(): number {
    return this.#places.length;
  }

  /** Indices of the operations that no other one has as a parent. */
  get heads(): ReadonlySet<number> {
    return this.#heads;
  }

  indexOf(id: ItemId): number | undefined {
    return this.#indices.get(hexOf(id));
  }

  idOf(index: number): ItemId {
    return this.#place(index).id;
  }

  /** Adds an operation whose parents are here; returns its index. Indices are a topological order. */
  add(id: ItemId, parents: readonly number[]): number {
    const clock = new Map(this.#clockOf(parents));
    const track = this.#trackEndingIn(clock) ?? this.#tracks.push([]) - 1;
    const line = this.#tracks[track] ?? [];
    const position = line.length;
    const depth = parents.reduce((deepest, parent) => Math.max(deepest, this.#place(parent).depth), -1) + 1;
    clock.set(track, position);
    const index = this.#places.push({ id, track, position, depth, clock }) - 1;
    line.push(index);
    this.#indices.set(hexOf(id), index);
    for (const parent of parents) this.#heads.delete(parent);
    this.#heads.add(index);
    return index;
  }

  /** The past of several operations together, themselves included. */
  pastOf(indices: readonly number[]): Past {
    const clock = this.#clockOf(indices);
    return {
      covers: (index) => {
        const { track, position } = this.#place(index);
        return (clock.get(track) ?? -1) >= position;
      },
    };
  }

  /** Whether `a` is in the past of `b` and not `b` itself. */
  isBefore(a: number, b: number): boolean {
    if (a >= b) return false;
    const { track, position } = this.#place(a);
    return (this.#place(b).clock.get(track) ?? -1) >= position;
  }

  /** Operations that are concurrent with the one that was added last: all that it does not have in its past. */
  concurrentWithLast(): readonly number[] {
    const last = this.#places[this.#places.length - 1];
    if (last === undefined || this.#heads.size === 1) return [];
    return this.#tracks.flatMap((line, track) => line.slice((last.clock.get(track) ?? -1) + 1));
  }

  areConcurrent(a: number, b: number): boolean {
    return a !== b && !this.isBefore(a, b) && !this.isBefore(b, a);
  }

  /** LOG-4: the order of replay. A topological order, by depth and then by id, the same however operations arrived. */
  compare(a: number, b: number): number {
    const [one, other] = [this.#place(a), this.#place(b)];
    return one.depth - other.depth || compareBytes(one.id, other.id);
  }

  #clockOf(indices: readonly number[]): TrackClock {
    const [first, ...others] = indices;
    if (first === undefined) return new Map();
    if (others.length === 0) return this.#place(first).clock;
    const joined = new Map(this.#place(first).clock);
    for (const other of others) {
      for (const [track, position] of this.#place(other).clock) {
        if ((joined.get(track) ?? -1) < position) joined.set(track, position);
      }
    }
    return joined;
  }

  #trackEndingIn(clock: TrackClock): number | undefined {
    for (const [track, position] of clock) {
      if (this.#tracks[track]?.length === position + 1) return track;
    }
    return undefined;
  }

  #place(index: number): Place {
    const place = this.#places[index];
    if (place === undefined) throw new RangeError(`the log has no operation ${index}`);
    return place;
  }
}
