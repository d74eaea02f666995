/** What IndexedDB says, as one `StoreError` that says what to do. */
import { MalformedError } from '../codec/result.ts';
import { StoreError } from './item-store.ts';
import { damaged } from './record-store.ts';

/** Errors that are not about the database are bugs, and come back as they are. */
export function indexedDbError(title: string, error: unknown): unknown {
  if (error instanceof MalformedError) return damaged(title, error);
  switch (nameOf(error)) {
    case 'QuotaExceededError':
      return new StoreError(
        'disk-full',
        `${title} could not be written: the browser gives it no more space. Nothing that was saved is lost; free some space on the disk, and try again.`,
        { cause: error },
      );
    case 'InvalidStateError':
      return new StoreError('closed', `${title} was closed by the browser, or deleted. Reload the page.`, { cause: error });
    case 'NotFoundError':
    case 'UnknownError':
    case 'NotReadableError':
    case 'DataError':
      return damaged(title, error);
    default:
      return error;
  }
}

/** While opening, a refusal means that this browser keeps nothing for this page. */
export function openingError(title: string, error: unknown): unknown {
  switch (nameOf(error)) {
    case 'VersionError':
      return new StoreError('newer-format', `${title} was made by a newer program. Reload the page to update it. Nothing was changed in the store.`, { cause: error });
    case 'InvalidStateError':
    case 'SecurityError':
    case 'UnknownError':
      return new StoreError(
        'not-writable',
        `${title} cannot be written: this browser keeps no data for the page. Leave private browsing, or allow the page to store data.`,
        { cause: error },
      );
    default:
      return indexedDbError(title, error);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}
