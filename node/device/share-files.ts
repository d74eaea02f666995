/**
 * A node's shares and counters as small files in the device's folder: written aside, flushed, renamed into place.
 *
 * A share is written once and overwritten before it is removed; on flash storage the old blocks may stay until the
 * controller erases them (THREATS). Counters have files of their own, so that counting leaves no copies of shares.
 */
import { open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { concatBytes } from '../../protocol/codec/bytes.ts';
import { crc32 } from '../../protocol/store/checksum.ts';
import { ensureFolder } from '../../protocol/store/ensure-folder.ts';
import { isRecordName, type ShareStore, type StoredShares } from '../../protocol/unlock/share-store.ts';
import { systemCode } from './system-error.ts';

const PARTIAL = '.partial';
const CHECKSUM_LENGTH = 4;

export function shareFiles(folder: string): ShareStore {
  return new ShareFiles(folder);
}

class ShareFiles implements ShareStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async load(): Promise<StoredShares> {
    await ensureFolder(this.#folder);
    const records = new Map<string, Uint8Array>();
    const damaged: string[] = [];
    for (const name of await readdir(this.#folder)) {
      // What a crash left half written was never acknowledged.
      if (name.endsWith(PARTIAL)) await this.#erase(name);
      if (!isRecordName(name)) continue;
      const bytes = unsealed(await readFile(join(this.#folder, name)));
      if (bytes === undefined) damaged.push(name);
      else records.set(name, bytes);
    }
    return { records, damaged };
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    if (!isRecordName(name)) throw new RangeError(`no name of a record: ${name}`);
    const partial = join(this.#folder, `${name}${PARTIAL}`);
    const file = await open(partial, 'w', 0o600);
    try {
      await file.writeFile(sealed(bytes));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, join(this.#folder, name));
    await this.#flushFolder();
  }

  async destroy(name: string): Promise<void> {
    if (!isRecordName(name)) throw new RangeError(`no name of a record: ${name}`);
    await this.#erase(name);
  }

  async #erase(name: string): Promise<void> {
    const path = join(this.#folder, name);
    try {
      const file = await open(path, 'r+');
      try {
        const { size } = await file.stat();
        await file.write(new Uint8Array(size), 0, size, 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await unlink(path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return;
      throw error;
    }
    await this.#flushFolder();
  }

  async #flushFolder(): Promise<void> {
    const directory = await open(this.#folder, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

function sealed(bytes: Uint8Array): Uint8Array {
  const checksum = new Uint8Array(CHECKSUM_LENGTH);
  new DataView(checksum.buffer).setUint32(0, crc32(bytes));
  return concatBytes(checksum, bytes);
}

function unsealed(file: Buffer): Uint8Array | undefined {
  if (file.length < CHECKSUM_LENGTH) return undefined;
  const bytes = new Uint8Array(file.subarray(CHECKSUM_LENGTH));
  return file.readUInt32BE(0) === crc32(bytes) ? bytes : undefined;
}
