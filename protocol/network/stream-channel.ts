/**
 * A libp2p stream as a `FrameChannel`.
 *
 * Streams of libp2p 3 are event based. Reading: a paused yamux stream grants no new window, so a reader that pauses
 * holds at most one window unread (the stream itself is reset beyond 4 MiB). Writing: `send` returns false when the
 * window is used up; `onDrain()` blocks only once in a stream's life, so the `drain` event is awaited instead.
 */
import './polyfill.ts';
import type { Stream } from '@libp2p/interface';
import { pipe } from 'it-pipe';
import { concatBytes } from '../codec/bytes.ts';
import type { Timers } from '../codec/environment.ts';
import type { FrameChannel } from '../sync/channel.ts';
import { MAX_FRAME_LENGTH } from '../sync/messages.ts';
import { ChannelError, decodeFrames, framePrefix, type ChannelFault, type FrameBounds } from './frames.ts';

/** Bytes read ahead of the reader before the stream is paused. */
const READ_AHEAD = 256 * 1024;
/** A frame up to this length is sent together with its prefix: one packet instead of two. */
const JOINED_LENGTH = 64 * 1024;
/** A peer that takes nothing of a full window for so long has stopped reading (ATTACK 32). */
const STALL_LIMIT = 30_000;
/** How long a closed channel may go on delivering what was sent before. */
const CLOSE_GRACE = 1_000;

/**
 * Takes the stream over. To be called in the same turn in which the stream was handed out: after an `await` the other
 * side may have sent and closed already. `remote` is the device key that the Noise handshake proved; `bounds` are for
 * what is received.
 */
export function channelOver(stream: Stream, remote: Uint8Array, bounds: FrameBounds, timers: Timers): FrameChannel {
  const chunks = readChunks(stream);
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  const write = async (frame: Uint8Array): Promise<void> => {
    if (closed || stream.writeStatus !== 'writable') throw new ChannelError(closed ? 'closed' : 'cut');
    if (frame.length <= JOINED_LENGTH) {
      stream.send(concatBytes(framePrefix(frame.length), frame));
    } else {
      stream.send(framePrefix(frame.length));
      stream.send(frame);
    }
    while (stream.writableNeedsDrain) await drained(stream, timers);
  };

  return {
    remote,
    send(frame) {
      if (frame.length === 0 || frame.length > MAX_FRAME_LENGTH) throw new RangeError(`frame of ${frame.length} bytes`);
      const sent = turn.then(() => write(frame));
      turn = sent.catch(() => undefined);
      return sent;
    },
    frames: () => pipe(chunks, decodeFrames(bounds)),
    close() {
      if (closed) return;
      closed = true;
      const patience = new AbortController();
      const cancel = timers.after(CLOSE_GRACE, () => {
        patience.abort();
        stream.abort(new ChannelError('closed'));
      });
      stream.addEventListener('close', cancel, { once: true });
      stream.close({ signal: patience.signal }).catch(() => stream.abort(new ChannelError('closed')));
    },
  };
}

/** Resolves at the next `drain`; rejects when the stream ends or the other side takes nothing. */
function drained(stream: Stream, timers: Timers): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (fault: ChannelFault | undefined): void => {
      cancel();
      stream.removeEventListener('drain', onDrain);
      stream.removeEventListener('close', onClose);
      if (fault === undefined) resolve();
      else reject(new ChannelError(fault));
    };
    const onDrain = (): void => settle(undefined);
    const onClose = (): void => settle('cut');
    const cancel = timers.after(STALL_LIMIT, () => {
      settle('stalled');
      stream.abort(new ChannelError('stalled'));
    });
    stream.addEventListener('drain', onDrain);
    stream.addEventListener('close', onClose);
    if (stream.status !== 'open' && stream.status !== 'closing') onClose();
  });
}

/**
 * The stream's bytes, read on demand and at most `READ_AHEAD` (and one window) ahead. Ends when the other side has
 * closed; throws `ChannelError` `cut` when the stream was reset. Listens from the moment of the call.
 */
function readChunks(stream: Stream): AsyncIterable<Uint8Array> {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let wake = (): void => undefined;
  let resuming = false;

  const pauseIfFull = (): void => {
    if (queued >= READ_AHEAD && stream.readStatus === 'readable') stream.pause();
  };
  // `resume` delivers what is buffered and only then opens the window: a pause from inside it would be undone.
  const resume = (): void => {
    resuming = true;
    try {
      stream.resume();
    } catch {
      // The connection has gone; what was buffered has been delivered all the same.
    }
    resuming = false;
    pauseIfFull();
  };

  stream.addEventListener('message', ({ data }) => {
    for (const chunk of data instanceof Uint8Array ? [data] : data) {
      queue.push(chunk);
      queued += chunk.length;
    }
    if (!resuming) pauseIfFull();
    wake();
  });
  stream.addEventListener('remoteCloseWrite', () => wake());
  stream.addEventListener('close', () => wake());

  const hasEnded = (): boolean =>
    stream.readBufferLength === 0 && (stream.remoteWriteStatus === 'closed' || (stream.status !== 'open' && stream.status !== 'closing'));

  return (async function* chunks() {
    for (;;) {
      const chunk = queue.shift();
      if (chunk !== undefined) {
        queued -= chunk.length;
        yield chunk;
      } else if (stream.readStatus === 'paused') {
        resume();
      } else if (hasEnded()) {
        if (stream.status === 'aborted' || stream.status === 'reset') throw new ChannelError('cut');
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  })();
}
