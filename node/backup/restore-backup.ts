/** Makes a store of a backup, which is an untrusted file. */
import { mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { equalBytes, toHex } from '../../protocol/codec/bytes.ts';
import { hexOf, RECEIPTS_DOCUMENT, type WardId } from '../../protocol/codec/ids.ts';
import { fail, MalformedError, succeed, type Result } from '../../protocol/codec/result.ts';
import { decodeItem, itemLength, type Chain, type EncodedItem } from '../../protocol/items/item.ts';
import type { ChainHead, ForkEvidence, ItemStore, StoredItem } from '../../protocol/store/item-store.ts';
import { ensureFolder } from '../../protocol/store/ensure-folder.ts';
import { flushFolder } from '../../protocol/store/level-folder.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { systemCode } from '../device/system-error.ts';
import { removeEmpty } from '../device/new-folder.ts';
import { BackupReader } from './backup-file.ts';
import { ChainCheck, isEvidence } from './chain-check.ts';
import { BackupError, failureOf, type BackupFailure } from './failure.ts';
import type { BackupCounts, BackupHeader } from './format.ts';

export interface RestoreOptions {
  readonly file: string;
  /** Becomes the folder of the items (`openLevelStore`). Absent, or an empty folder. */
  readonly folder: string;
  /** Refuse a backup of another ward. */
  readonly ward?: WardId;
  readonly onProgress?: (progress: { readonly items: number; readonly bytes: number; readonly totalBytes: number }) => void;
}

export interface RestoreReport extends BackupHeader, BackupCounts {}

/**
 * Restores `file` into `folder`, which appears only when all of it was verified and is on disk: the hash of the file,
 * every link and the signed end of each chain, and that they begin with the ward's genesis. What nobody can verify
 * without the ward's log as a whole, membership, is computed from the log when the replica is opened (ADMIT-5).
 *
 * There is no device key in it, so whoever opens the folder is a new device.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Result<RestoreReport, BackupFailure>> {
  const folder = resolve(options.folder);
  try {
    return succeed(await withReader(options.file, async (reader) => {
      await assertEmpty(folder);
      return buildBeside(folder, (building) => restoreInto(building, reader, options));
    }));
  } catch (error) {
    return fail(failureOf(error instanceof FolderError ? folder : options.file, error instanceof FolderError ? error.cause : error));
  }
}

/** What a backup says of itself. Nothing of it is verified. */
export async function readBackupHeader(file: string): Promise<Result<BackupHeader, BackupFailure>> {
  try {
    return succeed(await withReader(file, (reader) => readHeader(reader)));
  } catch (error) {
    return fail(failureOf(file, error));
  }
}

async function restoreInto(building: string, reader: BackupReader, options: RestoreOptions): Promise<RestoreReport> {
  const header = await readHeader(reader);
  if (options.ward !== undefined && !equalBytes(options.ward, header.ward)) {
    throw new BackupError('other-ward', `The backup ${options.file} is of another ward (${toHex(header.ward).slice(0, 16)}…).`);
  }
  const store = await openLevelStore(building);
  try {
    const counts = await new Restoration(store, header.ward).run(reader, (items) => {
      options.onProgress?.({ items, bytes: reader.bytes, totalBytes: reader.totalBytes });
    });
    await reader.finish();
    return { ...header, ...counts };
  } finally {
    await store.close();
  }
}

/** A flush for many small chains costs as much as for one large run. */
const FLUSH_BYTES = 1024 * 1024;
const FLUSH_ITEMS = 4096;

class Restoration {
  readonly #store: ItemStore;
  readonly #ward: WardId;
  readonly #check: ChainCheck;
  #counts = { chains: 0, items: 0, forks: 0 };
  #items: StoredItem[] = [];
  #bytes = 0;
  readonly #heads = new Map<string, ChainHead>();

  constructor(store: ItemStore, ward: WardId) {
    this.#store = store;
    this.#ward = ward;
    this.#check = new ChainCheck(ward);
  }

  /** Reads frames up to `end`. */
  async run(reader: BackupReader, onItems: (items: number) => void): Promise<BackupCounts> {
    for (;;) {
      const frame = await reader.frame();
      if (frame.type === 'run') {
        for (const item of frame.items) await this.#add(item);
        onItems(this.#counts.items);
      } else if (frame.type === 'fork') {
        await this.#addFork(frame);
      } else if (frame.type === 'end') {
        await this.#end(frame);
        return this.#counts;
      } else {
        throw new MalformedError('a second header');
      }
    }
  }

  async #add(item: EncodedItem): Promise<void> {
    const head = this.#check.next(item);
    if (equalBytes(head.document, RECEIPTS_DOCUMENT)) throw new MalformedError('a receipt is in it');
    if (head.seq === 1) await this.#beginChain(head);
    this.#items.push({ document: head.document, author: head.author, seq: head.seq, item });
    this.#heads.set(keyOf(head), head);
    this.#bytes += itemLength(item);
    this.#counts.items += 1;
    if (this.#bytes >= FLUSH_BYTES || this.#items.length >= FLUSH_ITEMS) await this.#flush();
  }

  async #beginChain(chain: Chain): Promise<void> {
    const known = this.#heads.has(keyOf(chain)) || (await this.#store.read(chain, 1, { maxItems: 1, maxBytes: 0 })).length > 0;
    if (known) throw new MalformedError('a chain is in it twice');
    this.#counts.chains += 1;
  }

  async #addFork(fork: ForkEvidence): Promise<void> {
    await this.#flush();
    const [kept] = await this.#store.read(fork, fork.seq, { maxItems: 1, maxBytes: 0 });
    if (kept === undefined || kept.seq !== fork.seq || !equalBytes(decodeItem(kept.item).id, fork.kept) || !isEvidence(this.#ward, fork)) {
      throw new MalformedError('the evidence of a fork proves nothing');
    }
    await this.#store.append({ items: [], heads: [], forks: [fork] });
    this.#counts.forks += 1;
  }

  async #end(counts: BackupCounts): Promise<void> {
    this.#check.end();
    await this.#flush();
    const { chains, items, forks } = this.#counts;
    if (counts.chains !== chains || counts.items !== items || counts.forks !== forks) throw new MalformedError('its counts do not fit');
  }

  async #flush(): Promise<void> {
    if (this.#items.length === 0) return;
    await this.#store.append({ items: this.#items, heads: [...this.#heads.values()] });
    this.#items = [];
    this.#heads.clear();
    this.#bytes = 0;
  }
}

async function readHeader(reader: BackupReader): Promise<BackupHeader> {
  const frame = await reader.frame();
  if (frame.type !== 'header') throw new MalformedError('its header is missing');
  const { ward, deviceKind, created } = frame;
  return { ward, deviceKind, created };
}

async function withReader<T>(file: string, use: (reader: BackupReader) => Promise<T>): Promise<T> {
  const reader = await BackupReader.open(file);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/** An error of the folder to be made, so that the message names it and not the backup. */
class FolderError extends Error {
  override readonly name = 'FolderError';
}

async function assertEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw new FolderError(folder, { cause: error });
  });
  if (names.length > 0) throw new BackupError('folder-not-empty', `${folder} is not empty, and a restore replaces nothing. Name a new folder.`);
}

/** Runs `build` on a new folder beside `folder`, and gives it that name at the end. Leaves nothing when it fails. */
async function buildBeside<T>(folder: string, build: (building: string) => Promise<T>): Promise<T> {
  const parent = dirname(folder);
  const made = await ensureFolder(parent).catch(asFolderError(folder));
  let building: string | undefined;
  try {
    building = await mkdtemp(join(parent, `${basename(folder)}.restoring-`)).catch(asFolderError(folder));
    const result = await build(building);
    await rmdir(folder).catch((error: unknown) => { if (systemCode(error) !== 'ENOENT') throw new FolderError(folder, { cause: error }); });
    await rename(building, folder).catch(asFolderError(folder));
    await flushFolder(parent);
    return result;
  } catch (error) {
    if (building !== undefined) await rm(building, { recursive: true, force: true });
    if (made !== undefined) removeEmpty(parent, made);
    throw error;
  }
}

function asFolderError(folder: string): (error: unknown) => never {
  return (cause) => { throw new FolderError(folder, { cause }); };
}

function keyOf(chain: Chain): string {
  return hexOf(chain.document) + hexOf(chain.author);
}
