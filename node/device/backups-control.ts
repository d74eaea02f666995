/** What a device answers about backups: those that the ward knows of, what is in one, and that one is destroyed. */
import { hexOf } from '../../protocol/codec/ids.ts';
import { listBackups } from '../../protocol/replica/custody-notes.ts';
import { lookInto, noteDestroyed, type BackupContent, type Keeping } from '../backup/device-backup.ts';

/** Times in ISO. */
export interface BackupEntry {
  readonly id: string;
  readonly device: string;
  readonly created: string;
  readonly destroyed: string | null;
  /** Erasures confirmed since: the backup holds sealed items of so many patients. */
  readonly erasedSince: number;
}

export type BackupsQuestion = 'backups' | 'backup-content' | 'backup-destroyed';

/** A line for the operator. */
export class BackupsError extends Error {
  override readonly name = 'BackupsError';
}

export function backupsControl(keeping: Keeping): Readonly<Record<BackupsQuestion, (argument: unknown) => Promise<unknown>>> {
  return {
    backups: () => entriesOf(keeping),
    'backup-content': async (argument): Promise<BackupContent> => {
      const content = await lookInto(keeping.replica, textOf(argument));
      if (!content.ok) throw new BackupsError(content.failure.message);
      return content.value;
    },
    'backup-destroyed': async (argument) => {
      const noted = await noteDestroyed(keeping, textOf(argument));
      if (!noted.ok) throw new BackupsError(FAILURES[noted.failure]);
      return (await entriesOf(keeping)).find(({ id }) => id === noted.value.id);
    },
  };
}

export function isBackupEntry(value: unknown): value is BackupEntry {
  return typeof value === 'object' && value !== null && 'id' in value && 'created' in value && 'erasedSince' in value;
}

export function areBackupEntries(value: unknown): value is readonly BackupEntry[] {
  return Array.isArray(value) && value.every(isBackupEntry);
}

export function isBackupContent(value: unknown): value is BackupContent {
  return typeof value === 'object' && value !== null && 'id' in value && 'erasedItems' in value;
}

async function entriesOf({ replica }: Keeping): Promise<readonly BackupEntry[]> {
  const state = replica.state();
  const confirmations = [...state.erasures.values()].flatMap(({ confirmed }) => (confirmed === undefined ? [] : [confirmed.operation]));
  return (await listBackups(replica)).map(({ id, device, created, destroyed, heads }) => ({
    id,
    device: hexOf(device),
    created: new Date(created).toISOString(),
    destroyed: destroyed === undefined ? null : new Date(destroyed).toISOString(),
    erasedSince: confirmations.filter((operation) => !(state.knows(heads) && state.isPast([operation], heads))).length,
  }));
}

function textOf(argument: unknown): string {
  if (typeof argument !== 'string') throw new BackupsError('this needs a text');
  return argument;
}

const FAILURES = {
  unknown: "no such backup is known to the ward; 'wardsync backups' lists those that are",
  several: 'several begin like that: give more digits',
  'not-written': 'this device may not write in the ward any more',
} as const;
