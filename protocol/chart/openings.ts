/**
 * Opening a patient's record, which is written down first (AUDIT-1), and 'who looked at this patient'.
 *
 * The board is no opening: it is a list that everybody of the team has before them all day, and who is on it says nothing.
 * One patient's page, a printed or exported record, and an item of the review list are.
 */
import { documentId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import type { PatientFile } from '../clinical/patient-page.ts';
import { MAX_OPENING_LABEL, type Opening } from '../keys/audit-seal.ts';
import type { RecordFailure } from '../ward/read-audit.ts';
import type { Session } from '../ward/session.ts';
import type { Chart } from './chart.ts';

/** What was opened of a patient; `stay` is the one that is read, if one is. */
export interface OpenedPart {
  readonly patient: string;
  readonly stay?: string | undefined;
  readonly how: Opening['how'];
}

/** The patient's file, once it is durable that it was opened. */
export async function openFile(session: Session, chart: Chart, part: OpenedPart): Promise<Result<PatientFile, RecordFailure | 'not-found'>> {
  const file = chart.file(part.patient);
  if (file === undefined) return fail('not-found');
  const recorded = await session.readAudit.record(openingOf(file, part));
  return recorded.ok ? succeed(file) : recorded;
}

function openingOf({ record, stays }: PatientFile, { patient, stay, how }: OpenedPart): Omit<Opening, 'at'> {
  // Taken out, the whole file goes along; on a screen it is the record and one stay.
  const opened = how === 'export' ? [...stays.keys()] : stay !== undefined && stays.has(stay) ? [stay] : [];
  return {
    how,
    patient: documentId.fromHex(patient),
    name: short([record.name.family, record.name.given].filter((part) => part !== '').join(', ')),
    number: short(Object.values(record.identifiers)[0]),
    documents: [patient, ...opened].slice(0, MAX_DOCUMENTS).map((id) => documentId.fromHex(id)),
  };
}

const MAX_DOCUMENTS = 16;

/** What a team-mate's app may have put there is no reason not to record. */
function short(text: unknown): string {
  return typeof text === 'string' ? text.slice(0, MAX_OPENING_LABEL).toWellFormed() : '';
}
