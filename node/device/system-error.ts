/** The code of an error of the operating system, such as `ENOENT`; `unknown` for any other error. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
