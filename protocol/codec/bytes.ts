/** Byte strings: guards with a label, joining, comparing, and the two text forms in use (hex, base64url). */
import { MalformedError } from './result.ts';

/** Returns `value` if it is a `Uint8Array` of `length` bytes; throws `MalformedError` naming `title` otherwise. */
export function assertBytes(value: unknown, length: number, title: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new MalformedError(`${title}: expected ${length} bytes`);
  if (value.length !== length) throw new MalformedError(`${title}: expected ${length} bytes, got ${value.length}`);
  return value;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Equality of public values. For secrets and tags use `constantTimeEqual`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** Equality in time that depends on the length only (ATTACK 28). */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Lexicographic order; a prefix sorts before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = (a[i] ?? 0) - (b[i] ?? 0);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const HEX_DIGITS = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const HEX_AT_ONCE = 1024;

/** In one piece: text put together byte by byte stays a tree of pieces in V8, forty times the size for an id. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += HEX_AT_ONCE) {
    const codes: number[] = [];
    for (const byte of bytes.subarray(from, from + HEX_AT_ONCE)) codes.push(HEX_DIGITS[byte >> 4] ?? 0, HEX_DIGITS[byte & 15] ?? 0);
    text += String.fromCharCode(...codes);
  }
  return text;
}

/** Lower-case hex only, so that a value has one text form. */
export function fromHex(text: string, title: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new MalformedError(`${title}: not lower-case hex`);
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Strict RFC 4648 §5 without padding: text that would encode otherwise is refused. */
export function fromBase64Url(text: string, title: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw new MalformedError(`${title}: not base64url`);
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  if (toBase64Url(bytes) !== text) throw new MalformedError(`${title}: not canonical base64url`);
  return bytes;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function fromUtf8(bytes: Uint8Array, title: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedError(`${title}: not UTF-8`);
  }
}
