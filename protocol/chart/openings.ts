/**
 * Opening a patient's record, which is written down first (AUDIT-1), and 'who looked at this patient'.
 *
 * The board is no opening: it is a list that everybody of the team has before them all day, and who is on it says nothing.
 * One patient's page, a printed or exported record, and an item of the review list are.
 */
import { documentId, hexOf, type DocumentId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { openedStay, type PatientFile } from '../clinical/patient-page.ts';
import type { JsonObject } from '../documents/engine.ts';
import { MAX_OPENING_LABEL, type Opening } from '../keys/audit-seal.ts';
import type { RecordFailure } from '../ward/read-audit.ts';
import type { Session } from '../ward/session.ts';
import type { Chart } from './chart.ts';

/** What is opened of a patient: the record, and one stay (the one asked for, or that a page shows) or all of them. */
export interface OpenedPart {
  readonly patient: string;
  readonly stay?: string | undefined;
  readonly stays?: 'one' | 'all';
  readonly how: Opening['how'];
}

/** The patient's file, once it is durable that it was opened. */
export async function openFile(session: Session, chart: Chart, part: OpenedPart): Promise<Result<PatientFile, RecordFailure | 'not-found'>> {
  const file = chart.file(part.patient);
  if (file === undefined) return fail('not-found');
  const recorded = await session.readAudit.record(openingOf(file, part));
  return recorded.ok ? succeed(file) : recorded;
}

/** Before disputed work is shown to whoever reviews it: `value` is what the document would become. */
export function recordReview(session: Session, chart: Chart, document: DocumentId, value: JsonObject): Promise<Result<null, RecordFailure>> {
  const patient = value['kind'] === 'stay' && typeof value['patient'] === 'string' && isId(value['patient']) ? value['patient'] : hexOf(document);
  const file = chart.file(patient);
  const part = { patient, stay: hexOf(document), how: 'review' } as const;
  return session.readAudit.record(file === undefined ? { how: part.how, patient: documentId.fromHex(patient), name: '', number: '', documents: [document] } : openingOf(file, part));
}

function openingOf(file: PatientFile, { patient, stay, stays, how }: OpenedPart): Omit<Opening, 'at'> {
  const { record } = file;
  const opened = stays === 'all' ? [...file.stays.keys()] : [openedStay(file, stay)].filter((id) => id !== undefined);
  return {
    how,
    patient: documentId.fromHex(patient),
    name: short([record.name.family, record.name.given].filter((part) => part !== '').join(', ')),
    number: short(Object.values(record.identifiers)[0]),
    documents: [patient, ...opened].slice(0, MAX_DOCUMENTS).map((id) => documentId.fromHex(id)),
  };
}

const MAX_DOCUMENTS = 16;

function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** What a team-mate's app may have put there is no reason not to record. */
function short(text: unknown): string {
  return typeof text === 'string' ? text.slice(0, MAX_OPENING_LABEL).toWellFormed() : '';
}
