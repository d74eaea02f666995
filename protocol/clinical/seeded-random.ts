/** A small seeded generator of numbers for demonstrations and tests. Not for secrets: whoever knows the seed knows all. */

export interface SeededRandom {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  /** True in `probability` of all calls. */
  chance(probability: number): boolean;
  /** One element; throws on an empty list. */
  pick<T>(list: readonly T[]): T;
  /** `count` different elements in random order, or all if there are fewer. */
  some<T>(list: readonly T[], count: number): T[];
  /** About normally distributed with mean 0 and deviation 1. */
  normal(): number;
  /** Lower-case hex of so many bytes. */
  hex(bytes: number): string;
}

/** mulberry32: 2^32 states, evenly spread; any integer is a seed. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const some = <T>(list: readonly T[], count: number): T[] => {
    const rest = [...list];
    const chosen: T[] = [];
    while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(between(0, rest.length - 1), 1));
    return chosen;
  };
  return {
    next,
    between,
    some,
    chance: (probability) => next() < probability,
    pick: (list) => {
      const [chosen] = some(list, 1);
      if (chosen === undefined) throw new RangeError('nothing to pick from');
      return chosen;
    },
    normal: () => next() + next() + next() + next() + next() + next() + next() + next() + next() + next() + next() + next() - 6,
    hex: (bytes) => Array.from({ length: bytes }, () => between(0, 255).toString(16).padStart(2, '0')).join(''),
  };
}
