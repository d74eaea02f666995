/** What the commands share that show patients: what is opened is recorded first (AUDIT-1). */
import type { Result } from '../../protocol/codec/result.ts';
import type { RecordFailure } from '../../protocol/ward/read-audit.ts';
import { CommandFailed } from './command.ts';

export async function recorded<T>(opening: Promise<Result<T, RecordFailure | 'not-found'>>): Promise<T> {
  const opened = await opening;
  if (opened.ok) return opened.value;
  throw new CommandFailed(opened.failure === 'not-found'
    ? "no such patient on this device; 'wardsync show' lists them"
    : 'the patient is not shown, because it could not be recorded that you opened the record: see that the disk has room and that your role still stands, and try again');
}
