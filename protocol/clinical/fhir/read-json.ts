/**
 * From bytes that nobody vouches for to a JSON value: every bound is checked before the work it bounds.
 */
import { fail, succeed, type Result } from '../../codec/result.ts';

export interface ReadLimits {
  /** Bytes; 100 MiB by default. */
  readonly maxBytes?: number;
  /** Objects and arrays inside each other; 100 by default. FHIR's own examples stay below 30. */
  readonly maxDepth?: number;
  /** Objects, arrays and values in all; 20 million by default. */
  readonly maxValues?: number;
}

export interface ReadFailure {
  readonly code: 'too-large' | 'too-deep' | 'too-many-values' | 'not-utf8' | 'truncated' | 'not-json';
  /** For people; holds nothing of the file's content. */
  readonly message: string;
}

export interface ReadOptions extends ReadLimits {
  /** Bytes in all if known beforehand, such as a file's size: refused at once when too large. */
  readonly size?: number;
  /** Lets others run; awaited between pieces of work of a few milliseconds. */
  readonly pause?: () => Promise<void>;
}

export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export const DEFAULT_READ_LIMITS = { maxBytes: 100 * 1024 * 1024, maxDepth: 100, maxValues: 20_000_000 } as const;

const PIECE = 1024 * 1024;
const NOT_UTF8 = fail<ReadFailure>({ code: 'not-utf8', message: 'The file is not UTF-8 text' });
const TRUNCATED = fail<ReadFailure>({ code: 'truncated', message: 'The file ends in the middle: it is not complete' });

/** Reads one JSON text, strictly UTF-8 (RFC 8259 §8.1; a byte order mark is skipped). */
export async function readJson(source: ByteSource, options: ReadOptions = {}): Promise<Result<unknown, ReadFailure>> {
  const { maxBytes, maxDepth, maxValues } = { ...DEFAULT_READ_LIMITS, ...options };
  const tooLarge = fail<ReadFailure>({ code: 'too-large', message: `The file is larger than ${Math.floor(maxBytes / 1_048_576)} MiB` });
  const announced = source instanceof Uint8Array ? source.length : options.size;
  if (announced !== undefined && announced > maxBytes) return tooLarge;

  const decode = strictDecoder();
  const shape = new JsonShape(maxDepth, maxValues);
  const texts: string[] = [];
  let total = 0;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    for (let start = 0; start < chunk.length; start += PIECE) {
      const piece = chunk.subarray(start, start + PIECE);
      total += piece.length;
      if (total > maxBytes) return tooLarge;
      const problem = shape.scan(piece);
      if (problem !== undefined) return fail(problem);
      const text = decode(piece);
      if (text === undefined) return NOT_UTF8;
      texts.push(text);
      await options.pause?.();
    }
  }
  const rest = decode();
  if (rest === undefined) return shape.open ? TRUNCATED : NOT_UTF8;
  if (shape.open) return TRUNCATED;
  try {
    return succeed(JSON.parse(texts.join('')) as unknown);
  } catch (error) {
    // The platform's message quotes the text, which may be a patient's.
    if (error instanceof SyntaxError || error instanceof RangeError) return fail({ code: 'not-json', message: 'The file is not JSON' });
    throw error;
  }
}

/** Pieces of UTF-8 to text, without an argument the rest; undefined for anything that is not UTF-8. */
function strictDecoder(): (piece?: Uint8Array) => string | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (piece) => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      return undefined;
    }
  };
}

/** Follows brackets and strings over the bytes, so that depth and count are known before anything is built. */
class JsonShape {
  readonly #maxDepth: number;
  readonly #maxValues: number;
  #depth = 0;
  #values = 0;
  #inString = false;
  #escaped = false;

  constructor(maxDepth: number, maxValues: number) {
    this.#maxDepth = maxDepth;
    this.#maxValues = maxValues;
  }

  /** Something was opened and not closed. */
  get open(): boolean {
    return this.#depth > 0 || this.#inString;
  }

  scan(bytes: Uint8Array): ReadFailure | undefined {
    for (const byte of bytes) {
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) this.#inString = false;
      } else if (byte === 0x22) {
        this.#inString = true;
      } else if (byte === 0x7b || byte === 0x5b) {
        this.#values += 1;
        if (++this.#depth > this.#maxDepth) return { code: 'too-deep', message: `The file is nested more than ${this.#maxDepth} levels deep` };
      } else if (byte === 0x7d || byte === 0x5d) {
        if (--this.#depth < 0) return { code: 'not-json', message: 'The file is not JSON' };
      } else if (byte === 0x2c) {
        this.#values += 1;
      } else if (byte === 0) {
        return { code: 'not-json', message: 'The file is not JSON' };
      }
    }
    return this.#values > this.#maxValues ? { code: 'too-many-values', message: `The file holds more than ${this.#maxValues} values` } : undefined;
  }
}
