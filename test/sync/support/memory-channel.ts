/** Pairs of `FrameChannel`s in memory. How long a frame is on its way is up to the caller. */
import type { FrameChannel } from '../../../protocol/sync/channel.ts';

/** Hands a frame, or the end, over to the other side: now or later, in order. */
export type Carry = (deliver: () => void, length: number) => void;

export interface ChannelPair {
  readonly left: MemoryChannel;
  readonly right: MemoryChannel;
  /** Both sides end at once; what was on its way is lost. */
  cut(): void;
}

export function channelPair(leftDevice: Uint8Array, rightDevice: Uint8Array, carry: Carry = (deliver) => queueMicrotask(deliver)): ChannelPair {
  const left = new MemoryChannel(rightDevice, carry);
  const right = new MemoryChannel(leftDevice, carry);
  left.other = right;
  right.other = left;
  return {
    left,
    right,
    cut() {
      left.abort();
      right.abort();
    },
  };
}

export class MemoryChannel implements FrameChannel {
  readonly remote: Uint8Array;
  other: MemoryChannel | undefined;
  /** Frames and bytes that were sent from here. */
  sentFrames = 0;
  sentBytes = 0;
  readonly #carry: Carry;
  readonly #arrived: Uint8Array[] = [];
  #wake: () => void = () => undefined;
  #ended = false;
  #closed = false;
  #aborted = false;

  constructor(remote: Uint8Array, carry: Carry) {
    this.remote = remote;
    this.#carry = carry;
  }

  send(frame: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('closed'));
    this.sentFrames++;
    this.sentBytes += frame.length;
    const { other } = this;
    return new Promise((resolve) => {
      this.#carry(() => {
        if (!this.#aborted) other?.arrive(frame);
        resolve();
      }, frame.length);
    });
  }

  async *frames(): AsyncIterable<Uint8Array> {
    for (;;) {
      const frame = this.#arrived.shift();
      if (frame !== undefined) yield frame;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { other } = this;
    this.#carry(() => {
      if (!this.#aborted) other?.finish();
    }, 0);
    this.finish();
  }

  arrive(frame: Uint8Array): void {
    if (this.#ended) return;
    this.#arrived.push(frame);
    this.#wake();
  }

  finish(): void {
    this.#ended = true;
    this.#closed = true;
    this.#wake();
  }

  abort(): void {
    this.#aborted = true;
    this.#arrived.length = 0;
    this.finish();
  }
}
