/**
 * Deterministic CBOR (RFC 8949 §4.2.1) of a small subset: unsigned integers, byte strings, text strings and arrays.
 *
 * Every value has one encoding: heads are the shortest, lengths definite, text valid UTF-8. The reader refuses every
 * other spelling as it goes, so what it decodes re-encodes to the same bytes. Lengths, counts and depth are checked
 * against the bytes that are there before anything is built (ATTACK 29). A general CBOR library does neither by default.
 */
import { fromUtf8, utf8 } from './bytes.ts';
import { MalformedError } from './result.ts';

/** What may be encoded. Numbers are unsigned safe integers. */
export type Cbor = number | Uint8Array | string | readonly Cbor[];

/** How deep arrays may nest. */
export const MAX_DEPTH = 8;
/** How many values one encoding may hold: a message of nothing but tiny elements would grow fifty-fold in memory. */
export const MAX_ELEMENTS = 128 * 1024;

/** Throws `RangeError` on what no reader would take: negative or fractional numbers, too deep, too many elements. */
export function encode(value: Cbor): Uint8Array {
  const writer = new Writer();
  writer.value(value, 0);
  return writer.finish();
}

/** Decodes at most `maxLength` bytes. Throws `MalformedError`. Byte strings are copies, so they do not hold on to the input. */
export function decode(bytes: Uint8Array, maxLength: number, title: string): Cbor {
  if (bytes.length > maxLength) throw new MalformedError(`${title}: ${bytes.length} bytes, at most ${maxLength}`);
  const reader = new Reader(bytes, title);
  const value = reader.value(0);
  reader.end();
  return value;
}

const MAJOR = { uint: 0, bytes: 2, text: 3, array: 4 } as const;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #title: string;
  #offset = 0;
  #elementsLeft = MAX_ELEMENTS;

  constructor(bytes: Uint8Array, title: string) {
    this.#bytes = bytes;
    this.#title = title;
  }

  value(depth: number): Cbor {
    const major = (this.#bytes[this.#offset] ?? 0) >> 5;
    const argument = this.#argument();
    switch (major) {
      case MAJOR.uint: return argument;
      case MAJOR.bytes: return this.#take(argument).slice();
      case MAJOR.text: return fromUtf8(this.#take(argument), this.#title);
      case MAJOR.array: return this.#array(argument, depth + 1);
      default: return this.#refuse('unexpected CBOR type');
    }
  }

  end(): void {
    if (this.#offset !== this.#bytes.length) this.#refuse('bytes after the end');
  }

  #array(count: number, depth: number): readonly Cbor[] {
    if (depth > MAX_DEPTH) this.#refuse('nested too deep');
    if (count > this.#left()) this.#refuse('more elements than bytes');
    if (count > this.#elementsLeft) this.#refuse(`more than ${MAX_ELEMENTS} elements`);
    this.#elementsLeft -= count;
    const elements: Cbor[] = [];
    for (let i = 0; i < count; i++) elements.push(this.value(depth));
    return elements;
  }

  #take(length: number): Uint8Array {
    if (length > this.#left()) this.#refuse('length beyond the end');
    const taken = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return taken;
  }

  /** The number in a head: a value, a length or a count. The shortest form only. */
  #argument(): number {
    const short = this.#byte() & 31;
    if (short < 24) return short;
    if (short > 27) this.#refuse('indefinite or reserved length');
    let argument = 0;
    for (let width = 1 << (short - 24); width > 0; width--) argument = argument * 256 + this.#byte();
    if (!Number.isSafeInteger(argument)) this.#refuse('number too large');
    if (argument < (SMALLEST[short - 24] ?? 0)) this.#refuse('not the shortest form of a number');
    return argument;
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset++];
    return byte ?? this.#refuse('ends too early');
  }

  #left(): number {
    return this.#bytes.length - this.#offset;
  }

  #refuse(reason: string): never {
    throw new MalformedError(`${this.#title}: ${reason}`);
  }
}

/** The smallest argument that needs 1, 2, 4 or 8 bytes. */
const SMALLEST = [24, 0x100, 0x1_0000, 0x1_0000_0000];

class Writer {
  #bytes = new Uint8Array(256);
  #length = 0;
  #elementsLeft = MAX_ELEMENTS;

  value(value: Cbor, depth: number): void {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an unsigned integer: ${value}`);
      this.#head(MAJOR.uint, value);
    } else if (typeof value === 'string') {
      this.#string(MAJOR.text, utf8(value));
    } else if (value instanceof Uint8Array) {
      this.#string(MAJOR.bytes, value);
    } else {
      this.#elementsLeft -= value.length;
      if (depth >= MAX_DEPTH || this.#elementsLeft < 0) throw new RangeError('CBOR nested too deep or too many elements');
      this.#head(MAJOR.array, value.length);
      for (const element of value) this.value(element, depth + 1);
    }
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #string(major: number, content: Uint8Array): void {
    this.#head(major, content.length);
    this.#reserve(content.length);
    this.#bytes.set(content, this.#length);
    this.#length += content.length;
  }

  #head(major: number, argument: number): void {
    this.#reserve(9);
    const form = SMALLEST.findLastIndex((smallest) => argument >= smallest);
    this.#bytes[this.#length++] = (major << 5) | (form < 0 ? argument : 24 + form);
    if (form < 0) return;
    for (let place = (1 << form) - 1; place >= 0; place--) this.#bytes[this.#length++] = Math.floor(argument / 256 ** place) % 256;
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
