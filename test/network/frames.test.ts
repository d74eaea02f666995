import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pipe } from 'it-pipe';
import { concatBytes } from '../../protocol/codec/bytes.ts';
import { ChannelError, decodeFrames, framePrefix } from '../../protocol/network/frames.ts';

const bounds = { maxFrameLength: 1_000 };

test('SYNC-1: frames come out as they went in, however the bytes were cut', async () => {
  const frames = [[1], [2, 3], Array.from({ length: 1_000 }, (_, i) => i & 255)].map((bytes) => Uint8Array.from(bytes));
  const wire = concatBytes(...frames.flatMap((frame) => [framePrefix(frame.length), frame]));
  for (const size of [1, 2, 3, 4, 5, 7, 500, wire.length]) {
    assert.deepEqual(await collect(chunksOf(wire, size)), frames, `chunks of ${size}`);
  }
});

test('SYNC-1: a stream that ends inside a frame was cut', async () => {
  const wire = concatBytes(framePrefix(3), Uint8Array.of(1, 2, 3));
  for (let length = 1; length < wire.length; length++) {
    await assert.rejects(collect(chunksOf(wire.subarray(0, length), 2)), isFault('cut'), `after ${length} bytes`);
  }
  assert.equal((await collect(chunksOf(wire, 2))).length, 1);
});

test('ATTACK 29: a length beyond the bound is refused before another byte is read', async () => {
  for (const length of [1_001, 0x7fff_ffff, 0xffff_ffff, 0]) {
    let asked = 0;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      asked++;
      yield framePrefix(length);
      asked++;
      yield new Uint8Array(10);
    };
    await assert.rejects(collect(source()), isFault('too-large'), `length ${length}`);
    assert.equal(asked, 1, 'nothing more was read');
  }
});

test('ATTACK 29: memory grows with what has come, not with what was promised', async () => {
  const before = process.memoryUsage().arrayBuffers;
  const pending = Array.from({ length: 500 }, () => {
    const stuck = async function* (): AsyncGenerator<Uint8Array> {
      yield framePrefix(2 * 1024 * 1024);
      await new Promise<never>(() => undefined);
    };
    return pipe(stuck(), decodeFrames({ maxFrameLength: 2 * 1024 * 1024 })).next();
  });
  await new Promise(setImmediate);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024, `${pending.length} promised frames took memory`);
});

test('NET-1: what comes in all is bounded where a bound is set', async () => {
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) yield concatBytes(framePrefix(100), new Uint8Array(100));
  };
  let frames = 0;
  await assert.rejects(async () => {
    for await (const frame of pipe(source(), decodeFrames({ ...bounds, maxTotalLength: 32 * 1024 }))) frames += Number(frame.length > 0);
  }, isFault('too-large'));
  assert.equal(frames, Math.floor((32 * 1024) / 104));
});

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  for await (const frame of pipe(source, decodeFrames(bounds))) frames.push(frame);
  return frames;
}

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ChannelError && error.code === code;
}
