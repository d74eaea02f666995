/** What LevelDB and the file system say, as one `StoreError` that says what to do. */
import { MalformedError } from '../codec/result.ts';
import { StoreError } from './item-store.ts';
import { damaged } from './record-store.ts';

/** What is looked for in codes and messages of an error and its causes; the first that matches counts. */
const CAUSES: readonly (readonly [RegExp, 'in-use' | 'disk-full' | 'not-writable', string])[] = [
  [/LEVEL_LOCKED/, 'in-use', 'is in use by another process. Stop that one first, or use another folder.'],
  [
    /ENOSPC|EFBIG|EDQUOT|No space left|File too large|quota exceeded|not enough space/i,
    'disk-full',
    'could not be written: the disk is full. Nothing that was saved is lost; free some space, and try again.',
  ],
  [
    /EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT|Permission denied|Operation not permitted|Read-only file system|Not a directory|Access is denied/i,
    'not-writable',
    'cannot be written: check that it is a folder, that it exists and that this user may write there.',
  ],
];

/** Errors that are not about the disk are bugs, and come back as they are. */
export function levelError(title: string, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  if (error instanceof MalformedError) return damaged(title, error);
  const text = wordsOf(error);
  if (/LEVEL_CORRUPTION|Corruption:|does not exist \(create_if_missing/.test(text)) return damaged(title, deepest(error));
  for (const [pattern, code, advice] of CAUSES) {
    if (pattern.test(text)) return new StoreError(code, `${title} ${advice}`, { cause: error });
  }
  if (/LEVEL_IO_ERROR|Invalid argument/.test(text)) return damaged(title, deepest(error));
  if (/LEVEL_(DATABASE|ITERATOR)_NOT_OPEN/.test(text)) {
    return new StoreError('closed', `${title} was closed, or opened anew, while it was being read. Try again.`, { cause: error });
  }
  return error;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const code = 'code' in error ? String(error.code) : '';
  return `${code} ${error.message} ${wordsOf(error.cause)}`;
}

function deepest(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? deepest(error.cause) : error;
}
