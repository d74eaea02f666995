/**
 * Deterministic CBOR (RFC 8949 §4.2) of a small subset: unsigned integers, byte strings, text strings and arrays.
 *
 * Every encoding here is a fixed array, so one value has one encoding: decoded bytes must re-encode to themselves
 * (`cborg` alone is not canonical by default). Length and depth are checked before anything is built.
 */
import { decode as decodeCbor, encode as encodeCbor } from 'cborg';
import { equalBytes } from './bytes.ts';
import { MalformedError } from './result.ts';

/** What may be encoded. Numbers are unsigned safe integers. */
export type Cbor = number | Uint8Array | string | readonly Cbor[];

const MAX_DEPTH = 8;

export function encode(value: Cbor): Uint8Array {
  return encodeCbor(value);
}

/** Decodes at most `maxLength` bytes. Throws `MalformedError`; never allocates more than the input's own size allows. */
export function decode(bytes: Uint8Array, maxLength: number, title: string): Cbor {
  if (bytes.length > maxLength) throw new MalformedError(`${title}: ${bytes.length} bytes, at most ${maxLength}`);
  assertSubset(bytes, title);
  let value: Cbor;
  try {
    value = decodeCbor(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
      allowBigInt: false,
    }) as Cbor;
  } catch {
    throw new MalformedError(`${title}: not CBOR`);
  }
  if (!equalBytes(encodeCbor(value), bytes)) throw new MalformedError(`${title}: not in the one canonical encoding`);
  return value;
}

/**
 * Walks the heads of the encoding without building anything: only majors 0, 2, 3 and 4, every length within the bytes
 * that are there, nesting within bounds. So a length bomb costs its own few bytes (ATTACK 29).
 */
function assertSubset(bytes: Uint8Array, title: string): void {
  const open: number[] = [];
  let offset = 0;
  do {
    while (open.length > 0 && open[open.length - 1] === 0) open.pop();
    if (open.length > 0) open[open.length - 1] = (open[open.length - 1] ?? 0) - 1;
    const head = readHead(bytes, offset, title);
    offset = head.next;
    if (head.major === 2 || head.major === 3) {
      if (head.argument > bytes.length - offset) throw new MalformedError(`${title}: length beyond the end`);
      offset += head.argument;
    } else if (head.major === 4) {
      if (head.argument > bytes.length - offset) throw new MalformedError(`${title}: more elements than bytes`);
      if (open.length >= MAX_DEPTH) throw new MalformedError(`${title}: nested too deep`);
      open.push(head.argument);
    } else if (head.major !== 0) {
      throw new MalformedError(`${title}: unexpected CBOR type`);
    }
  } while (open.some((left) => left > 0));
  if (offset !== bytes.length) throw new MalformedError(`${title}: bytes after the end`);
}

function readHead(bytes: Uint8Array, offset: number, title: string): { major: number; argument: number; next: number } {
  const initial = bytes[offset];
  if (initial === undefined) throw new MalformedError(`${title}: ends too early`);
  const major = initial >> 5;
  const short = initial & 31;
  if (short < 24) return { major, argument: short, next: offset + 1 };
  if (short > 27) throw new MalformedError(`${title}: indefinite or reserved length`);
  const width = 1 << (short - 24);
  let argument = 0;
  for (let i = 1; i <= width; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) throw new MalformedError(`${title}: ends too early`);
    argument = argument * 256 + byte;
  }
  if (!Number.isSafeInteger(argument)) throw new MalformedError(`${title}: number too large`);
  return { major, argument, next: offset + 1 + width };
}
