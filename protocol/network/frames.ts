/**
 * Frames (SYNC-1): a 4-byte big-endian length, then so many bytes. The length is checked before a byte of the frame
 * is awaited, and memory grows with the bytes that have come, never with what a length promises (ATTACK 29).
 */
import { concatBytes } from '../codec/bytes.ts';

const PREFIX_LENGTH = 4;

/** How a channel came to its end other than by a clean close. */
export type ChannelFault =
  /** The stream was reset, or ended inside a frame. */
  | 'cut'
  /** A frame was longer than allowed, or empty, or more came in all than allowed. */
  | 'too-large'
  /** The other side took nothing for too long. */
  | 'stalled'
  /** Closed on this side. */
  | 'closed';

export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: ChannelFault;

  constructor(code: ChannelFault) {
    super(`channel ${code}`);
    this.code = code;
  }
}

export interface FrameBounds {
  readonly maxFrameLength: number;
  /** Bytes in all, prefixes included. */
  readonly maxTotalLength?: number;
}

export function framePrefix(length: number): Uint8Array {
  const prefix = new Uint8Array(PREFIX_LENGTH);
  new DataView(prefix.buffer).setUint32(0, length);
  return prefix;
}

/** A transform (for it-pipe) of bytes as they come into frames. Throws `ChannelError` `too-large` or `cut`. */
export function decodeFrames(bounds: FrameBounds): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* frames(source) {
    const bytes = new ByteQueue(source[Symbol.asyncIterator](), bounds.maxTotalLength ?? Number.MAX_SAFE_INTEGER);
    try {
      while (await bytes.fill(PREFIX_LENGTH, 'may-end')) {
        const prefix = bytes.take(PREFIX_LENGTH);
        const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_LENGTH).getUint32(0);
        if (length === 0 || length > bounds.maxFrameLength) throw new ChannelError('too-large');
        await bytes.fill(length, 'must-not-end');
        yield bytes.take(length);
      }
    } finally {
      await bytes.release();
    }
  };
}

/** Chunks that were read and not yet taken. It asks its source for another chunk only when it needs one. */
class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #maxTotal: number;
  #chunks: Uint8Array[] = [];
  #queued = 0;
  #total = 0;

  constructor(source: AsyncIterator<Uint8Array>, maxTotal: number) {
    this.#source = source;
    this.#maxTotal = maxTotal;
  }

  /** True once `length` bytes are here; false if the source ended cleanly before the first of them. */
  async fill(length: number, end: 'may-end' | 'must-not-end'): Promise<boolean> {
    while (this.#queued < length) {
      const next = await this.#source.next();
      if (next.done === true) {
        if (end === 'may-end' && this.#queued === 0) return false;
        throw new ChannelError('cut');
      }
      this.#total += next.value.length;
      if (this.#total > this.#maxTotal) throw new ChannelError('too-large');
      this.#chunks.push(next.value);
      this.#queued += next.value.length;
    }
    return true;
  }

  /** The first `length` bytes of those that are here, in memory of their own. */
  take(length: number): Uint8Array {
    const taken: Uint8Array[] = [];
    let missing = length;
    let used = 0;
    for (const chunk of this.#chunks) {
      if (missing === 0) break;
      const part = chunk.subarray(0, missing);
      taken.push(part);
      missing -= part.length;
      if (part.length < chunk.length) this.#chunks[used] = chunk.subarray(part.length);
      else used++;
    }
    this.#chunks = this.#chunks.slice(used);
    this.#queued -= length;
    return concatBytes(...taken);
  }

  async release(): Promise<void> {
    await this.#source.return?.();
  }
}
