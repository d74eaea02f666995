/**
 * FHIR R4 Bundles → patient records and stays.
 *
 * The input is untrusted: it may be anything. What cannot be used at all is one failure; what can be used in part is
 * used, and everything else is a counted line of the report. The same bundle gives the same ids and values every time.
 */
import { fail, succeed, type Result } from '../../codec/result.ts';
import type { PatientRecord, Stay } from '../model.ts';
import { indexBundle, type BundleFailure, type BundleIndex, type Resource } from './bundle.ts';
import type { Chart } from './chart.ts';
import { readEncounter } from './import-encounter.ts';
import { readAllergy, readCondition, readImmunization, readProcedure } from './import-history.ts';
import { readAdministration, readMedicationRequest, readMedicationStatement, type OrderKeys } from './import-medication.ts';
import { readNote } from './import-notes.ts';
import { gatherSets, readObservation, readOwnSet, type Observations } from './import-observation.ts';
import { patientSource, readPatient } from './import-patient.ts';
import { readReport } from './import-report.ts';
import { readJson, type ByteSource, type ReadFailure, type ReadLimits } from './read-json.ts';
import { ReportWriter, type ImportReport } from './report.ts';
import { digest, ownDocument } from './source.ts';

export interface ImportOptions {
  /**
   * Document id (32 hex digits) for a name that stays the same at every import of the same patient or stay. By default a
   * digest of the name alone, so whoever guesses the name can tell the id: where ids are seen by strangers, mix in a
   * secret. Bundles exported from here carry their ids with them, and this is not asked.
   */
  readonly documentId?: (source: string) => string;
  /** Lets others run; awaited every few hundred resources. */
  readonly pause?: () => Promise<void>;
  /** `done` of `total` resources. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface Imported {
  readonly patients: readonly ImportedPatient[];
  readonly report: ImportReport;
}

export interface ImportedPatient {
  /** Document id in hex of the record. */
  readonly document: string;
  /** What the document id is made of. */
  readonly source: string;
  readonly record: PatientRecord;
  readonly stays: readonly { readonly document: string; readonly stay: Stay }[];
}

export type ImportFailure = ReadFailure | BundleFailure;

/** Bytes of a file → patients. `size`, if known, is checked before anything is read. */
export async function importFhir(
  bytes: ByteSource,
  options: ImportOptions & ReadLimits & { readonly size?: number } = {},
): Promise<Result<Imported, ImportFailure>> {
  const json = await readJson(bytes, options);
  await options.pause?.();
  return json.ok ? await importBundle(json.value, options) : json;
}

/** A parsed Bundle → patients. */
export async function importBundle(json: unknown, options: ImportOptions = {}): Promise<Result<Imported, ImportFailure>> {
  const report = new ReportWriter();
  const indexed = indexBundle(json, report);
  if (!indexed.ok) return indexed;
  const index = indexed.value;
  await options.pause?.();
  const charts = openCharts(index, report, options.documentId ?? digest);
  if (charts.size === 0) return fail({ code: 'no-patient', message: 'The bundle holds no patient' });

  const total = index.resources.length;
  let done = 0;
  const step = async (): Promise<void> => {
    done += 1;
    if (done % 250 !== 0) return;
    options.onProgress?.({ done, total });
    await options.pause?.();
  };

  const orders: OrderKeys = new Map();
  const observations = new Map<Chart, Observations>([...charts.values()].map((chart) => [chart, { sets: new Map(), signs: [] }]));
  const seen = (chart: Chart): Observations => observations.get(chart) ?? { sets: new Map(), signs: [] };
  // Encounters come first, because everything else may lie in one; orders before what was given on them.
  const mappings: readonly (readonly [type: string, read: (chart: Chart, resource: Resource) => void])[] = [
    ['Encounter', readEncounter],
    ['AllergyIntolerance', readAllergy],
    ['Condition', readCondition],
    ['Immunization', readImmunization],
    ['Procedure', readProcedure],
    ['MedicationRequest', (chart, resource) => readMedicationRequest(chart, resource, orders)],
    ['MedicationStatement', readMedicationStatement],
    ['MedicationAdministration', (chart, resource) => readAdministration(chart, resource, orders)],
    ['DocumentReference', readNote],
    ['DiagnosticReport', readReport],
    ['Observation', (chart, resource) => readOwnSet(chart, resource, seen(chart))],
    ['Observation', (chart, resource) => readObservation(chart, resource, seen(chart))],
  ];
  for (const [position, [type, read]] of mappings.entries()) {
    for (const resource of index.ofType(type)) {
      if (resource.leftOut !== undefined) continue;
      const chart = chartOf(index, charts, resource);
      if (chart !== undefined) read(chart, resource);
      if (mappings[position + 1]?.[0] !== type) await step();
    }
  }
  for (const chart of charts.values()) {
    gatherSets(chart, seen(chart));
    await options.pause?.();
  }
  await index.finish(options.pause);
  options.onProgress?.({ done: total, total });
  const patients = [...charts.values()].map(({ document, source, record, stays }) => ({ document, source, record, stays: stays.map(({ document: id, stay }) => ({ document: id, stay })) }));
  return succeed({ patients, report: report.finish() });
}

function openCharts(index: BundleIndex, report: ReportWriter, documentId: (source: string) => string): Map<Resource, Chart> {
  const charts = new Map<Resource, Chart>();
  const documents = new Set<string>();
  for (const resource of index.ofType('Patient')) {
    if (resource.leftOut !== undefined) continue;
    const source = patientSource(resource);
    const document = ownDocument(resource) ?? documentId(source);
    if (documents.has(document)) {
      resource.leftOut = 'the same id again';
      continue;
    }
    documents.add(document);
    charts.set(resource, { index, report, documentId, document, source, record: readPatient(resource), visits: new Map(), stays: [] });
  }
  return charts;
}

/** Whose the resource is, by its `subject` or `patient`. Nobody's: it is left out, even in a bundle of one patient. */
function chartOf(index: BundleIndex, charts: ReadonlyMap<Resource, Chart>, resource: Resource): Chart | undefined {
  const reference = resource.cursor.child('subject') ?? resource.cursor.child('patient');
  const text = reference?.text('reference', 2000);
  reference?.settle('type', 'display');
  const patient = text === undefined ? undefined : index.resolve(text, resource);
  const chart = patient && charts.get(patient);
  if (chart === undefined) resource.leftOut = text === undefined ? 'of no patient' : 'of a patient who is not in the bundle';
  return chart;
}
