/** A backup's bytes, written and read in one pass with bounded memory. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { concatBytes, equalBytes, fromUtf8, utf8 } from '../../protocol/codec/bytes.ts';
import { MalformedError } from '../../protocol/codec/result.ts';
import { fromBytes, toBytes } from '../../protocol/codec/shape.ts';
import { BackupError } from './failure.ts';
import { frameShape, HASH_LENGTH, MAGIC, MAGIC_NAME, MAX_FRAME_LENGTH, type Frame } from './format.ts';

const CHUNK = 256 * 1024;

/** Writes a file that must not be there yet. */
export class BackupWriter {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #written = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<BackupWriter> {
    const writer = new BackupWriter(await open(path, 'wx', 0o600));
    await writer.#add(utf8(MAGIC));
    return writer;
  }

  get bytes(): number {
    return this.#written + this.#waitingBytes;
  }

  async frame(frame: Frame): Promise<void> {
    const content = toBytes(frameShape, frame);
    if (content.length > MAX_FRAME_LENGTH) throw new RangeError(`backup frame of ${content.length} bytes`);
    const head = new Uint8Array(4);
    new DataView(head.buffer).setUint32(0, content.length);
    await this.#add(head, content);
  }

  /** Ends the file with its hash, which it returns, and has it on disk. */
  async finish(): Promise<Uint8Array> {
    await this.#flush();
    const hash = this.#hash.digest();
    await this.#file.writeFile(hash);
    this.#written += HASH_LENGTH;
    await this.#file.sync();
    return hash;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #add(...parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.#waiting.push(part);
      this.#waitingBytes += part.length;
    }
    if (this.#waitingBytes >= CHUNK) await this.#flush();
  }

  async #flush(): Promise<void> {
    const chunk = concatBytes(...this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#hash.update(chunk);
    await this.#file.writeFile(chunk);
    this.#written += chunk.length;
  }
}

/** Reads an untrusted file: never more in memory than one chunk and one frame, whatever lengths it claims. */
export class BackupReader {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  /** Size of the file, and how much of it was taken from it so far. */
  readonly totalBytes: number;
  #taken = 0;
  #buffer: Uint8Array = new Uint8Array(0);
  #fetched = 0;

  private constructor(file: FileHandle, totalBytes: number) {
    this.#file = file;
    this.totalBytes = totalBytes;
  }

  /** Checks that `path` is a backup of this format. Throws `BackupError` or the file system's error. */
  static async open(path: string): Promise<BackupReader> {
    // Not to hang on a pipe that somebody put there.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new BackupError('not-a-backup', `${path} is not a file.`);
      const reader = new BackupReader(file, status.size);
      await reader.#readMagic(path);
      return reader;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#taken;
  }

  /** Throws `MalformedError` where there is no whole, valid frame. */
  async frame(): Promise<Frame> {
    const head = await this.#take(4);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    if (length > MAX_FRAME_LENGTH) throw new MalformedError(`frame of ${length} bytes`);
    return fromBytes(frameShape, await this.#take(length), MAX_FRAME_LENGTH, 'frame');
  }

  /** After the last frame: nothing may follow but the right hash, which it returns. */
  async finish(): Promise<Uint8Array> {
    const expected = this.#hash.digest();
    if (this.#left() !== 0) throw new MalformedError('bytes after the end');
    const hash = await this.#bytes(HASH_LENGTH);
    if (!equalBytes(hash, expected)) throw new MalformedError('its hash does not fit');
    return hash;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Bytes before the hash. */
  #left(): number {
    return this.totalBytes - HASH_LENGTH - this.#taken;
  }

  async #readMagic(path: string): Promise<void> {
    const line = this.#left() >= MAGIC.length ? await this.#take(MAGIC.length) : new Uint8Array(0);
    if (equalBytes(line, utf8(MAGIC))) return;
    if (equalBytes(line.subarray(0, MAGIC_NAME.length), utf8(MAGIC_NAME))) {
      throw new BackupError('newer-format', `The backup ${path} is of a later format (${fromUtf8(line.subarray(MAGIC_NAME.length), 'format').trim()}). Update the program.`);
    }
    throw new BackupError('not-a-backup', `${path} is not a Wardsync backup, or was cut off at its beginning.`);
  }

  async #take(length: number): Promise<Uint8Array> {
    if (length > this.#left()) throw new MalformedError('it was cut off');
    const bytes = await this.#bytes(length);
    this.#hash.update(bytes);
    this.#taken += length;
    return bytes;
  }

  async #bytes(length: number): Promise<Uint8Array> {
    while (this.#buffer.length < length) await this.#fetch(length);
    const bytes = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return bytes;
  }

  async #fetch(atLeast: number): Promise<void> {
    const chunk = new Uint8Array(Math.max(CHUNK, atLeast - this.#buffer.length));
    const { bytesRead } = await this.#file.read(chunk, 0, chunk.length, this.#fetched);
    if (bytesRead === 0) throw new MalformedError('it was cut off while it was read');
    this.#fetched += bytesRead;
    this.#buffer = concatBytes(this.#buffer, chunk.subarray(0, bytesRead));
  }
}
