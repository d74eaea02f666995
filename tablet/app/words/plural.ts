/** A number and its word: English has one form for 1 and another for the rest, zero included. */
export function plural(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** French counts zero as singular, and keeps number and word on one line. */
export function pluriel(n: number, one: string, many: string): string {
  return `${n}\u00a0${n < 2 ? one : many}`;
}
