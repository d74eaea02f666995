/**
 * Finds any of many strings in a stream of bytes, in every form in which they may have been left lying: UTF-8,
 * UTF-16LE, hex and base64, the last at each of its three alignments.
 *
 * Wu and Manber's algorithm (TR-94-17): fast enough to look through gigabytes of other processes' memory.
 */
export interface Finding {
  readonly text: string;
  readonly form: string;
}

interface Pattern extends Finding {
  readonly bytes: Buffer;
}

const BLOCK = 3;
const TABLE_SIZE = 1 << 16;

export class StringSearch {
  readonly #window: number;
  readonly #longest: number;
  readonly #shifts: Uint8Array;
  readonly #byBlock = new Map<number, Pattern[]>();

  /** Strings of at least eight bytes. */
  constructor(texts: readonly string[]) {
    const patterns = texts.flatMap(formsOf);
    this.#window = Math.min(64, ...patterns.map(({ bytes }) => bytes.length));
    this.#longest = Math.max(...patterns.map(({ bytes }) => bytes.length));
    if (this.#window < 8) throw new RangeError('too short to tell from chance');
    this.#shifts = new Uint8Array(TABLE_SIZE).fill(this.#window - BLOCK + 1);
    for (const pattern of patterns) {
      for (let end = BLOCK; end <= this.#window; end++) {
        const block = blockAt(pattern.bytes, end - 1);
        this.#shifts[block] = Math.min(this.#shifts[block] ?? 0, this.#window - end);
        if (end === this.#window) this.#byBlock.set(block, [...this.#byBlock.get(block) ?? [], pattern]);
      }
    }
  }

  /** What of it stands in the chunks, seams included; each string and form once. */
  async find(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<readonly Finding[]> {
    const found = new Map<string, Finding>();
    let rest = Buffer.alloc(0);
    for await (const chunk of chunks) {
      const data = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([rest, chunk]);
      this.#scan(data, found);
      rest = Buffer.from(data.subarray(Math.max(0, data.length - this.#longest + 1)));
    }
    return [...found.values()];
  }

  #scan(data: Buffer, found: Map<string, Finding>): void {
    const shifts = this.#shifts;
    const window = this.#window;
    for (let last = window - 1; last < data.length;) {
      const block = blockAt(data, last);
      const shift = shifts[block] ?? 0;
      if (shift > 0) {
        last += shift;
        continue;
      }
      for (const { bytes, text, form } of this.#byBlock.get(block) ?? []) {
        const start = last - window + 1;
        if (data.compare(bytes, 0, bytes.length, start, Math.min(data.length, start + bytes.length)) === 0) found.set(`${form} ${text}`, { text, form });
      }
      last += 1;
    }
  }
}

function blockAt(bytes: Uint8Array, last: number): number {
  return ((bytes[last] ?? 0) ^ ((bytes[last - 1] ?? 0) << 4) ^ ((bytes[last - 2] ?? 0) << 8)) & (TABLE_SIZE - 1);
}

function formsOf(text: string): readonly Pattern[] {
  const utf8 = Buffer.from(text, 'utf8');
  const forms: [string, Buffer][] = [
    ['UTF-8', utf8],
    ['UTF-16LE', Buffer.from(text, 'utf16le')],
    ['hex', Buffer.from(utf8.toString('hex'))],
    ['hex', Buffer.from(utf8.toString('hex').toUpperCase())],
    ...[0, 1, 2].flatMap((shift): [string, Buffer][] => [
      ['base64', Buffer.from(base64Within(utf8, shift))],
      ['base64url', Buffer.from(base64Within(utf8, shift).replaceAll('+', '-').replaceAll('/', '_'))],
    ]),
  ];
  return forms.map(([form, bytes]) => ({ text, form, bytes }));
}

/** The digits that depend on `bytes` alone when it begins `shift` bytes after a group of three. */
function base64Within(bytes: Buffer, shift: number): string {
  const digits = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return digits.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}
