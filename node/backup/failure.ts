/** Why a backup was not made or not restored. One line for the operator, which says what to do. */
import { MalformedError } from '../../protocol/codec/result.ts';
import { StoreError } from '../../protocol/store/item-store.ts';
import { systemCode } from '../device/system-error.ts';

export interface BackupFailure {
  readonly code:
    | 'file-exists' | 'no-file' | 'folder-not-empty' | 'not-a-backup' | 'damaged-backup' | 'other-ward' | 'erased-meanwhile'
    | StoreError['code'];
  readonly message: string;
}

/** Thrown inside this room; its public faces return the failure. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly failure: BackupFailure;
  constructor(code: BackupFailure['code'], message: string) {
    super(message);
    this.failure = { code, message };
  }
}

export function damagedBackup(file: string, what: string): BackupError {
  return new BackupError('damaged-backup', `The backup ${file} is damaged (${what}). Nothing of it was restored; use another one.`);
}

/** What was thrown while working on `path`, as a failure. Bugs are thrown on. */
export function failureOf(path: string, error: unknown): BackupFailure {
  if (error instanceof BackupError) return error.failure;
  if (error instanceof StoreError) return { code: error.code, message: error.message };
  if (error instanceof MalformedError) return damagedBackup(path, error.message).failure;
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return { code: 'disk-full', message: `${path} could not be written: the disk is full. Nothing is left of it; free some space, or choose another disk.` };
    case 'EEXIST':
    case 'ENOTEMPTY':
      return { code: 'file-exists', message: `${path} exists already, and a backup or restore replaces nothing. Choose another name.` };
    case 'ENOENT':
      return { code: 'no-file', message: `${path} is not there, or its folder is not.` };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EISDIR':
      return { code: 'not-writable', message: `${path} cannot be used (${systemCode(error)}): check where it lies and who may write there.` };
    default:
      throw error;
  }
}
