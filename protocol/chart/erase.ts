/** What of the chart goes when a patient is erased. */
import { documentId, type DocumentId } from '../codec/ids.ts';
import type { Chart } from './chart.ts';

/** None when the patient is not open here. The record, every stay that it names, and every stay here that names it. A bed knows of no patient: stays name beds. */
export function documentsOf(chart: Chart, patient: string): readonly DocumentId[] {
  const file = chart.file(patient);
  if (file === undefined) return [];
  const named = Object.values(file.record.stays).map(({ document }) => document);
  const here = file.stays.keys();
  return [...new Set([patient, ...named, ...here])].filter((id) => /^[0-9a-f]{32}$/.test(id)).map((id) => documentId.fromHex(id));
}
