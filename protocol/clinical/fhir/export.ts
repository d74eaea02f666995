/**
 * A patient → a FHIR R4 Bundle: codes and UCUM units of the vital-signs profiles, and every reference inside.
 *
 * `import(export(p))` is `p`, ids included. What R4 has no field for is in extensions `urn:wardsync:extension:…`, which
 * other systems may ignore. Two exceptions: an optional collection that is empty comes back absent, and so does a
 * measurement's status 'unknown'.
 */
import type { Bundle, FhirResource } from 'fhir/r4';
import type { IsoTime, PatientRecord, Stay } from '../model.ts';
import { ExportBundle } from './export-bundle.ts';
import { exportHistory } from './export-history.ts';
import { exportMeasurement, exportSets } from './export-observation.ts';
import { exportAdministration, exportOrder } from './export-medication.ts';
import { exportPatientResource } from './export-patient.ts';
import { exportEncounter, exportListedStay, exportNote, exportStay } from './export-stay.ts';

export interface ExportOptions {
  /** 'collection' by default: a document to read. A 'transaction' can be posted to a FHIR server. */
  readonly type?: 'collection' | 'transaction';
  /** Adds the NEWS2 total of each complete observation set, as a computed observation; true by default. */
  readonly news2?: boolean;
  /** When the bundle was made. */
  readonly timestamp?: IsoTime;
}

export interface ExportedStay {
  /** Document id in hex. */
  readonly document: string;
  readonly stay: Stay;
}

/** `patient` is the record's document id in hex; `stays` are those whose documents are here. */
export function exportPatient(patient: string, record: PatientRecord, stays: readonly ExportedStay[], options: ExportOptions = {}): Bundle<FhirResource> {
  const bundle = new ExportBundle(patient);
  const subject = exportPatientResource(bundle, patient, record);
  const keyOf = new Map(Object.entries(record.stays).map(([key, { document }]) => [document, key]));
  const open = stays.map((stay) => ({ ...stay, key: keyOf.get(stay.document) ?? stay.document }));
  const encounters = new Set([...Object.keys(record.stays), ...open.map(({ key }) => key), ...Object.keys(record.encounters)]);
  const place = { bundle, subject, encounters };

  for (const [key, encounter] of Object.entries(record.encounters)) exportEncounter(place, key, encounter);
  for (const [key, listed] of Object.entries(record.stays)) if (!open.some((stay) => stay.key === key)) exportListedStay(place, key, listed);
  exportHistory(place, record);
  for (const [key, order] of Object.entries(record.medications)) exportOrder(place, 'patient.medications', key, order);
  for (const [key, measurement] of Object.entries(record.measurements)) exportMeasurement(place, 'patient.measurements', key, measurement);

  for (const { key, document, stay } of open) {
    const within = { ...place, stay: key };
    exportStay(place, key, document, stay, record.stays[key]);
    for (const [id, order] of Object.entries(stay.orders)) exportOrder(within, 'stay.orders', id, order);
    for (const [id, administration] of Object.entries(stay.administrations)) exportAdministration(within, id, administration, stay, record);
    exportSets(within, stay, options.news2 ?? true, record.birthDate);
    for (const [id, measurement] of Object.entries(stay.measurements)) exportMeasurement(within, 'stay.measurements', id, measurement);
    for (const [id, note] of Object.entries(stay.notes)) exportNote(within, id, note);
  }
  return bundle.finish(options.type ?? 'collection', options.timestamp);
}
