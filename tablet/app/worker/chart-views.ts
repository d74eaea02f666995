/** The topics `board` and `patient`: the clinical views, with how far each entry has been synced. */
import type { Chart } from '../../../protocol/chart/chart.ts';
import type { Provenances } from '../../../protocol/chart/provenance.ts';
import type { Kept } from '../../../protocol/clinical/entries.ts';
import { patientParts } from '../../../protocol/clinical/patient-page.ts';
import { bedCards, otherPatients, wardBeds, type Viewing } from '../../../protocol/clinical/views.ts';
import { documentId } from '../../../protocol/codec/ids.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { BoardView, Entry, PatientView } from '../port.ts';

export function boardView(chart: Chart, wardName: string, now: number): BoardView {
  const index = chart.wardIndex();
  const viewing = viewingAt(now);
  const cards = bedCards([...chart.admissions()], viewing, index);
  return {
    state: 'ready',
    ward: index?.name ?? wardName,
    beds: index === undefined ? [] : wardBeds(index),
    cards,
    others: otherPatients(chart.patients(), cards, (stay) => chart.stay(stay) !== undefined, viewing),
    waiting: chart.waiting(),
  };
}

/** Which patient is shown, and which of the stays is to be read. */
export interface ShownPatient {
  readonly patient: string;
  readonly stay?: string;
}

/** Null for a patient who is not known here. */
export function patientView(session: Session, chart: Chart, shown: ShownPatient, now: number, provenancesOf: (document: string) => Provenances = () => new Map()): PatientView | null {
  const file = chart.file(shown.patient);
  if (file === undefined) return null;
  const parts = patientParts(file, viewingAt(now), chart.wardIndex(), shown.stay);
  const entries = <T>(document: string | undefined, collection: string, kept: readonly Kept<T>[]): Entry<T>[] => document === undefined ? [] :
    kept.map((entry) => withProvenance(provenancesOf(document), collection, { ...entry, standing: session.standings.of(documentId.fromHex(document), [collection, entry.id]) }));
  const { patient } = file;
  const stay = parts.opened?.stay;
  return {
    ...parts,
    allergies: entries(patient, 'allergies', parts.allergies),
    conditions: entries(patient, 'conditions', parts.conditions),
    medications: entries(patient, 'medications', parts.medications),
    measurements: parts.measurements.flatMap((entry) => entries(entry.id in file.record.measurements ? patient : stay, 'measurements', [entry])),
    orders: entries(stay, 'orders', parts.orders),
    observations: entries(stay, 'observations', parts.observations),
    notes: entries(stay, 'notes', parts.notes),
    administrations: entries(stay, 'administrations', parts.administrations),
    notShown: chart.setAside(patient),
  };
}

function withProvenance<T>(provenances: Provenances, collection: string, entry: Entry<T>): Entry<T> {
  const [provenance, errorProvenance] = ['', '/enteredInError'].map((part) => provenances.get(`${collection}/${entry.id}${part}`));
  return { ...entry, ...(provenance !== undefined && { provenance }), ...(errorProvenance !== undefined && { errorProvenance }) };
}

function viewingAt(now: number): Viewing {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  return { now, dayStart: day.getTime() };
}
