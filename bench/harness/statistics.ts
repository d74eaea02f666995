/** What is made of many measurements of the same thing. */

/** The value that `share` (0 to 1) of the values do not exceed: the nearest rank. NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Milliseconds of the machine's monotonic clock, the same in every process. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
