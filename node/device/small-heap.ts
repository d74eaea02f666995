/** Memory of the processes that run day and night on small machines. */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at the size it has now. It would grow threefold while a large store is read at the start,
 * and never shrink. Blind nodes allocate little afterwards, so they pay nothing for it; clients would, in Automerge.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
