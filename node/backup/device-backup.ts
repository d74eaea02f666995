/** A device's backups, as the ward is to know of them (ERASE-5): made, looked into, and destroyed. */
import { fromHex, toHex } from '../../protocol/codec/bytes.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import { MalformedError, fail, succeed, type Result } from '../../protocol/codec/result.ts';
import { decodeItem } from '../../protocol/items/item.ts';
import { NotAdmittedError } from '../../protocol/replica/chain-writer.ts';
import type { Custodian } from '../../protocol/replica/custody.ts';
import { listBackups, type KnownBackup } from '../../protocol/replica/custody-notes.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { BackupReader } from './backup-file.ts';
import { backupId, backupStore, type BackupOptions, type BackupReport } from './backup-store.ts';
import { BackupError, failureOf, type BackupFailure } from './failure.ts';

export interface Keeping {
  readonly replica: Replica;
  readonly custodian: Custodian;
}

export interface NotedBackup extends BackupReport {
  /** The ward knows of it; not so where the device may not write any more. */
  readonly noted: boolean;
}

/** Makes a backup and notes it, with the log's heads of before, so that it is never taken for newer than it is. */
export async function backupDevice({ replica, custodian }: Keeping, options: Omit<BackupOptions, 'isErased'>): Promise<Result<NotedBackup, BackupFailure>> {
  const { heads } = replica.state();
  const made = await backupStore({ ...options, isErased: (document) => replica.isErased(document) });
  if (!made.ok) return made;
  const noted = await isWritten(custodian.note({ type: 'backup-made', backup: fromHex(made.value.id, 'backup'), created: options.created, heads }));
  return succeed({ ...made.value, noted });
}

/** Notes that no copy of the backup is left; the one that `name` begins. */
export async function noteDestroyed({ replica, custodian }: Keeping, name: string): Promise<Result<KnownBackup, 'unknown' | 'several' | 'not-written'>> {
  const found = (await listBackups(replica)).filter(({ id }) => name.length >= 8 && id.startsWith(name.toLowerCase()));
  const [backup] = found;
  if (backup === undefined) return fail('unknown');
  if (found.length > 1) return fail('several');
  const noted = await isWritten(custodian.note({ type: 'backup-destroyed', backup: fromHex(backup.id, 'backup') }));
  return noted ? succeed(backup) : fail('not-written');
}

export interface BackupContent {
  readonly id: string;
  readonly items: number;
  /** Items of documents that are erased by now. */
  readonly erasedItems: number;
}

/** Reads the whole file: does it hold anything of a patient who was erased since? */
export async function lookInto(replica: Replica, file: string): Promise<Result<BackupContent, BackupFailure>> {
  try {
    const reader = await BackupReader.open(file);
    try {
      return succeed(await count(reader, replica, file));
    } finally {
      await reader.close();
    }
  } catch (error) {
    return fail(failureOf(file, error));
  }
}

async function count(reader: BackupReader, replica: Replica, file: string): Promise<BackupContent> {
  let [items, erasedItems] = [0, 0];
  const header = await reader.frame();
  if (header.type !== 'header') throw new MalformedError('its header is missing');
  if (hexOf(header.ward) !== hexOf(replica.ward)) throw new BackupError('other-ward', `The backup ${file} is of another ward (${toHex(header.ward).slice(0, 16)}…).`);
  for (;;) {
    const frame = await reader.frame();
    if (frame.type === 'end') return { id: backupId(await reader.finish()), items, erasedItems };
    if (frame.type === 'header') throw new MalformedError('a second header');
    const inside = frame.type === 'fork' ? [frame.other] : frame.items;
    items += inside.length;
    erasedItems += inside.filter((item) => replica.isErased(decodeItem(item).fields.document)).length;
  }
}

async function isWritten(writing: Promise<void>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof NotAdmittedError) return false;
    throw error;
  }
}
