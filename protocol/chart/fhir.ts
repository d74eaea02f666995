/**
 * FHIR bundles in and out of the ward's documents.
 *
 * Ids of documents are made by the ward (KEYS-7), so what a source calls a patient or a stay is kept beside it as
 * `importedAs`, and the same source finds the same documents again: importing twice changes nothing.
 */
import { exportPatient } from '../clinical/fhir/export.ts';
import { importFhir, type ImportedPatient } from '../clinical/fhir/import.ts';
import { mergeImported, setAt, type MergeEdit } from '../clinical/fhir/merge.ts';
import type { ByteSource, ReadLimits } from '../clinical/fhir/read-json.ts';
import { unmappedLines } from '../clinical/fhir/report.ts';
import type { PatientRecord, Stay } from '../clinical/model.ts';
import { writeTime } from '../clinical/time.ts';
import type { TeamId } from '../codec/ids.ts';
import type { Chart } from './chart.ts';

export interface ImportProgress {
  readonly done: number;
  readonly total: number;
  /** `reading` the file, or `writing` patients. */
  readonly what: 'reading' | 'writing';
}

export interface BundleImportOptions extends ReadLimits {
  /** Bytes, if known. */
  readonly size?: number;
  readonly pause?: () => Promise<void>;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportSummary {
  readonly patients: number;
  readonly stays: number;
  /** Documents that were made, changed, and found as they are. */
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** What was not taken over, by what it is, with counts. */
  readonly unmapped: Readonly<Record<string, number>>;
}

/** The file cannot be used at all; nothing was written. */
export class ImportFailed extends Error {
  override readonly name = 'ImportFailed';
}

/** Throws `ImportFailed`, and what writing throws. */
export async function importBundle(chart: Chart, team: TeamId, bytes: ByteSource, options: BundleImportOptions = {}): Promise<ImportSummary> {
  const { onProgress, pause, ...limits } = options;
  const read = await importFhir(bytes, {
    ...limits, ...(pause !== undefined && { pause }), onProgress: ({ done, total }) => onProgress?.({ done, total, what: 'reading' }),
  });
  if (!read.ok) throw new ImportFailed(read.failure.message);

  const { patients, report } = read.value;
  const counts = { created: 0, changed: 0, unchanged: 0 };
  const differing = new Map<string, number>();
  const noteDiffering = (paths: readonly { readonly path: readonly string[] }[]): void => {
    for (const { path } of paths) {
      const line = `${path.filter((_, at) => at !== 1).join('.')} — differs here; kept as it is`;
      differing.set(line, (differing.get(line) ?? 0) + 1);
    }
  };
  let done = 0;
  for (const patient of patients) {
    onProgress?.({ done, total: patients.length, what: 'writing' });
    await writePatient(chart, team, patient, counts, noteDiffering);
    done += 1;
    await pause?.();
  }
  onProgress?.({ done, total: patients.length, what: 'writing' });
  return {
    patients: patients.length,
    stays: patients.reduce((sum, { stays }) => sum + stays.length, 0),
    ...counts,
    unmapped: { ...unmappedLines(report), ...Object.fromEntries(differing) },
  };
}

/** The patient as a FHIR R4 Bundle; null when there is no such patient here. `now` in milliseconds since 1970. */
export function exportBundle(chart: Chart, patient: string, now: number): { readonly fileName: string; readonly json: string } | null {
  const record = chart.patient(patient);
  if (record === undefined) return null;
  const stays = Object.values(record.stays).flatMap(({ document }) => {
    const stay = chart.stay(document);
    return stay === undefined ? [] : [{ document, stay }];
  });
  const bundle = exportPatient(patient, record, stays, { timestamp: writeTime(now) });
  // The name of a file is seen by whoever looks over the shoulder at a list of downloads: the id, not the person.
  return { fileName: `patient-${patient.slice(0, 8)}.json`, json: `${JSON.stringify(bundle, null, 2)}\n` };
}

interface Counts { created: number; changed: number; unchanged: number }
type NoteDiffering = (paths: readonly { readonly path: readonly string[] }[]) => void;

async function writePatient(chart: Chart, team: TeamId, imported: ImportedPatient, counts: Counts, noteDiffering: NoteDiffering): Promise<void> {
  let patient = chart.findImported('patient', imported.document);
  if (patient === undefined) {
    patient = await chart.addPatient(team, { record: { ...imported.record, importedAs: imported.document }, stays: {} });
    counts.created += 1;
  } else {
    await mergeInto<PatientRecord>(chart, patient, chart.patient(patient), { ...imported.record, stays: {} }, counts, noteDiffering);
  }
  const keyOf = new Map(Object.entries(imported.record.stays).map(([key, { document }]) => [document, key]));
  for (const { document, stay } of imported.stays) {
    const known = chart.findImported('stay', document);
    if (known === undefined) {
      await chart.addStay(team, patient, keyOf.get(document) ?? document, { ...stay, importedAs: document });
      counts.created += 1;
    } else {
      await mergeInto<Stay>(chart, known, chart.stay(known), { ...stay, patient }, counts, noteDiffering);
      await keepLine(chart, patient, keyOf.get(document) ?? document, known);
    }
  }
}

/** The record's line of a stay says what the stay says; also after an import that was interrupted before it wrote the line. */
async function keepLine(chart: Chart, patient: string, key: string, document: string): Promise<void> {
  const stay = chart.stay(document);
  const known = Object.entries(chart.patient(patient)?.stays ?? {}).find(([, line]) => line.document === document);
  if (stay === undefined || (known !== undefined && (known[1].end !== undefined || stay.end === undefined))) return;
  const line = { document, start: stay.start, ...(stay.end !== undefined && { end: stay.end }) };
  await chart.edit(patient, (draft) => setAt(draft, { path: ['stays', known?.[0] ?? key], value: line }));
}

async function mergeInto<D extends PatientRecord | Stay>(chart: Chart, id: string, here: D | undefined, imported: D, counts: Counts, noteDiffering: NoteDiffering): Promise<void> {
  if (here === undefined) throw new Error('a document that was found is open');
  const { state, edits, differing } = mergeImported(here, imported);
  noteDiffering(differing);
  counts[state] += 1;
  for (const some of inBatches(edits)) await chart.edit(id, (draft) => { for (const edit of some) setAt(draft, edit); });
}

/** Few enough for a changeset each. */
function* inBatches(edits: readonly MergeEdit[]): Iterable<readonly MergeEdit[]> {
  const size = 200;
  for (let start = 0; start < edits.length; start += size) yield edits.slice(start, start + size);
}
