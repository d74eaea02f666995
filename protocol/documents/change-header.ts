/**
 * The head of an Automerge change chunk (automerge.org/automerge-binary-format-spec), read without Automerge: who made
 * it, which number it has, what it rests on, what it hashes to. Decoding a whole change in WASM costs milliseconds; this costs one SHA-256.
 */
import { compareBytes } from '../codec/bytes.ts';
import { MalformedError } from '../codec/result.ts';
import { sha256 } from '../crypto/signing/hash.ts';

export interface ChangeHeader {
  readonly actor: Uint8Array;
  readonly seq: number;
  /** Hashes of the changes that it was made on top of. */
  readonly deps: readonly Uint8Array[];
  /** The change's hash: SHA-256 over the chunk from its type byte on. */
  readonly hash: Uint8Array;
}

const MAGIC = Uint8Array.from([0x85, 0x6f, 0x4a, 0x83]);
const CHANGE_CHUNK = 1;
const MAX_DEPS = 4096;

/**
 * Throws `MalformedError` unless `change` is exactly one uncompressed change chunk with a matching checksum.
 * Compressed chunks are refused: nothing here is ever compressed (SUITE-4), and nothing can unpack to more than it is.
 */
export function readChangeHeader(change: Uint8Array): ChangeHeader {
  if (compareBytes(change.subarray(0, 4), MAGIC) !== 0 || change[8] !== CHANGE_CHUNK) throw new MalformedError('change: not a plain change chunk');
  const hash = sha256(change.subarray(8));
  if (compareBytes(hash.subarray(0, 4), change.subarray(4, 8)) !== 0) throw new MalformedError('change: checksum');

  const reader = new Leb128Reader(change, 9);
  if (reader.number() !== change.length - reader.offset) throw new MalformedError('change: length');
  const count = reader.number();
  if (count > MAX_DEPS) throw new MalformedError('change: too many dependencies');
  const deps = Array.from({ length: count }, () => reader.bytes(32));
  const actor = reader.bytes(reader.number());
  return { actor, seq: reader.number(), deps, hash };
}

class Leb128Reader {
  private readonly source: Uint8Array;
  offset: number;

  constructor(source: Uint8Array, offset: number) {
    this.source = source;
    this.offset = offset;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = this.source[this.offset++];
      if (byte === undefined) throw new MalformedError('change: ends too early');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedError('change: number too large');
  }

  bytes(length: number): Uint8Array {
    if (length > this.source.length - this.offset) throw new MalformedError('change: ends too early');
    this.offset += length;
    return this.source.subarray(this.offset - length, this.offset);
  }
}
