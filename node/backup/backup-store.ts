/** Makes a backup of a replica while it is in use. */
import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { equalBytes, toHex } from '../../protocol/codec/bytes.ts';
import { RECEIPTS_DOCUMENT, type DocumentId } from '../../protocol/codec/ids.ts';
import { succeed, fail, MalformedError, type Result } from '../../protocol/codec/result.ts';
import type { ChainHead, ItemStore } from '../../protocol/store/item-store.ts';
import { flushFolder } from '../../protocol/store/level-folder.ts';
import { damaged } from '../../protocol/store/record-store.ts';
import { systemCode } from '../device/system-error.ts';
import { BackupWriter } from './backup-file.ts';
import { ChainCheck, isEvidence } from './chain-check.ts';
import { BackupError, failureOf, type BackupFailure } from './failure.ts';
import { MAX_BYTES_PER_RUN, MAX_ITEMS_PER_RUN, type BackupCounts, type BackupHeader } from './format.ts';

export interface BackupOptions extends BackupHeader {
  /** Open, by the process that has it: LevelDB belongs to one process, so a running archive is asked to do this. */
  readonly store: ItemStore;
  /** Must not exist. It appears when it is complete and on disk. */
  readonly file: string;
  /** What is being erased is left out. */
  readonly isErased?: (document: DocumentId) => boolean;
  readonly onProgress?: (progress: { readonly items: number; readonly bytes: number }) => void;
}

export interface BackupReport extends BackupCounts {
  /** How the backup is called (ERASE-5): 32 hex digits, the beginning of the hash with which the file ends. */
  readonly id: string;
  /** Size of the file. */
  readonly bytes: number;
}

/**
 * Copies everything but receipts and local values into `file`.
 *
 * The copy is consistent without stopping anything: the heads are those of one moment, and what stands below a head
 * never changes. Every chain is checked on the way, so a backup that was made can be restored.
 */
export async function backupStore(options: BackupOptions): Promise<Result<BackupReport, BackupFailure>> {
  const partial = `${options.file}.${toHex(randomBytes(4))}.partial`;
  try {
    await assertAbsent(options.file);
    const report = await writeBackup(partial, options);
    await putInPlace(partial, options.file);
    return succeed(report);
  } catch (error) {
    await unlink(partial).catch(() => undefined);
    return fail(failureOf(options.file, error));
  }
}

export function backupId(hash: Uint8Array): string {
  return toHex(hash.subarray(0, 16));
}

async function writeBackup(path: string, options: BackupOptions): Promise<BackupReport> {
  const { ward, deviceKind, created } = options;
  const writer = await BackupWriter.create(path);
  try {
    await writer.frame({ type: 'header', ward, deviceKind, created });
    const counts = await writeContent(writer, options);
    await writer.frame({ type: 'end', ...counts });
    const hash = await writer.finish();
    return { ...counts, id: backupId(hash), bytes: writer.bytes };
  } finally {
    await writer.close();
  }
}

async function writeContent(writer: BackupWriter, { store, ward, file, isErased = () => false, onProgress }: BackupOptions): Promise<BackupCounts> {
  const check = new ChainCheck(ward);
  let [chains, items, forks] = [0, 0, 0];
  /** Whether the chain that is being copied has been erased meanwhile. */
  let erasing = (): boolean => false;
  try {
    for await (const head of store.heads()) {
      if (equalBytes(head.document, RECEIPTS_DOCUMENT) || isErased(head.document)) continue;
      erasing = () => isErased(head.document);
      for await (const count of writeChain(writer, store, head, check)) {
        items += count;
        onProgress?.({ items, bytes: writer.bytes });
      }
      chains += 1;
    }
    check.end();
    for await (const fork of store.forks()) {
      if (equalBytes(fork.document, RECEIPTS_DOCUMENT) || isErased(fork.document) || !isEvidence(ward, fork)) continue;
      await writer.frame({ type: 'fork', ...fork });
      forks += 1;
    }
  } catch (error) {
    if (error instanceof MalformedError && erasing()) throw new BackupError('erased-meanwhile', `A patient was erased while ${file} was being written. Nothing is left of it; make it again.`);
    // What cannot be right in a backup was not right in the store.
    throw error instanceof MalformedError ? damaged('The store', error) : error;
  }
  return { chains, items, forks };
}

/** Yields the number of items in each run written. */
async function* writeChain(writer: BackupWriter, store: ItemStore, head: ChainHead, check: ChainCheck): AsyncIterable<number> {
  for (let seq = 1; seq <= head.seq; ) {
    const limit = { maxItems: Math.min(MAX_ITEMS_PER_RUN, head.seq - seq + 1), maxBytes: MAX_BYTES_PER_RUN };
    const stored = await store.read(head, seq, limit);
    if (stored.length === 0) throw new MalformedError(`item ${seq} of a chain is missing`);
    const items = stored.map(({ item }) => item);
    let reached: ChainHead | undefined;
    for (const item of items) reached = check.next(item);
    await writer.frame({ type: 'run', items });
    seq += items.length;
    if (seq > head.seq && (reached === undefined || !equalBytes(reached.id, head.id))) throw new MalformedError('a chain does not end in its head');
    yield items.length;
  }
  check.endChain();
}

async function assertAbsent(file: string): Promise<void> {
  const found = await lstat(file).then(() => true, (error: unknown) => {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  });
  if (found) throw new BackupError('file-exists', `${file} exists already, and a backup replaces nothing. Choose another name.`);
}

/** Gives the complete file its name, if nothing has that name, durably. */
async function putInPlace(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
    await unlink(partial);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(error))) throw error;
    // A file system without links (FAT on a stick): reserve the name, then replace one's own reservation.
    await (await open(file, 'wx')).close();
    await rename(partial, file);
  }
  await flushFolder(dirname(file));
}
