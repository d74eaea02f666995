/**
 * Failures that a caller must handle are values. `throw` is for bugs in this program.
 */
export type Result<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F };

export function succeed<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail<F>(failure: F): { readonly ok: false; readonly failure: F } {
  return { ok: false, failure };
}

/** Bytes that are not what they claim to be. Thrown inside a decoder, turned into a `Result` at its public face. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}
