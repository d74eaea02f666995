/** The value of what has to have gone well. */
export function must<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}
