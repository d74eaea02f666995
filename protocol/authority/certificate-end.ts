/** When a certificate ends, read without an X.509 library, so that a page can tell too. */

/** Milliseconds since 1970; 0 for what is no certificate. A `Validity` is two times in a row, of which the second counts (RFC 5280, 4.1.2.5). */
export function certificateEnd(der: Uint8Array): number {
  for (let at = 0; at < der.length; at++) {
    const first = timeAt(der, at);
    const second = first && timeAt(der, first.next);
    if (second !== undefined) return second.time;
  }
  return 0;
}

const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

/** `YYMMDDHHMMSSZ`, where 50 and more is of the last century, or `YYYYMMDDHHMMSSZ`. */
function timeAt(der: Uint8Array, at: number): { readonly time: number; readonly next: number } | undefined {
  const [tag, length] = [der[at], der[at + 1]];
  if (!(tag === UTC_TIME && length === 13) && !(tag === GENERALIZED_TIME && length === 15)) return undefined;
  const text = String.fromCharCode(...der.subarray(at + 2, at + 2 + length));
  const [, years = '', rest = ''] = /^(\d{2}|\d{4})(\d{10})Z$/.exec(text) ?? [];
  if (rest === '') return undefined;
  const year = years.length === 4 ? Number(years) : Number(years) + (Number(years) >= 50 ? 1900 : 2000);
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = (rest.match(/\d{2}/g) ?? []).map(Number);
  return { time: Date.UTC(year, month - 1, day, hour, minute, second), next: at + 2 + length };
}
