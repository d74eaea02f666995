/** The topics `board` and `patient`: the clinical views, with how far each entry has been synced. */
import type { Chart } from '../../../protocol/chart/chart.ts';
import { bedCards, patientParts, wardBeds, type Admission, type Kept, type Viewing } from '../../../protocol/clinical/views.ts';
import { documentId } from '../../../protocol/codec/ids.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { BoardView, Entry, PatientView } from '../port.ts';

export function boardView(chart: Chart, wardName: string, now: number): BoardView {
  const index = chart.wardIndex();
  return {
    state: 'ready',
    ward: index?.name ?? wardName,
    beds: index === undefined ? [] : wardBeds(index),
    cards: bedCards([...chart.admissions()], viewingAt(now), index),
    waiting: chart.waiting(),
  };
}

export function patientView(session: Session, chart: Chart, patient: string, now: number): PatientView | null {
  const admission = currentAdmission(chart, patient);
  if (admission === undefined) return null;
  const { patient: id, stay, value } = admission;
  const parts = patientParts(admission, viewingAt(now), chart.wardIndex());
  const entries = <T>(document: string, collection: string, kept: readonly Kept<T>[]): Entry<T>[] =>
    kept.map((entry) => ({ ...entry, standing: session.standings.of(documentId.fromHex(document), [collection, entry.id]) }));
  return {
    ...parts,
    patient: id,
    allergies: entries(id, 'allergies', parts.allergies),
    conditions: entries(id, 'conditions', parts.conditions),
    medications: parts.medications.flatMap((entry) => entries(entry.id in value.orders ? stay : id, entry.id in value.orders ? 'orders' : 'medications', [entry])),
    measurements: entries(id, 'measurements', parts.measurements),
    observations: entries(stay, 'observations', parts.observations),
    notes: entries(stay, 'notes', parts.notes),
    administrations: entries(stay, 'administrations', parts.administrations),
  };
}

/** The stay that is in progress, or the latest one. */
function currentAdmission(chart: Chart, patient: string): Admission | undefined {
  const own = [...chart.admissions()].filter((admission) => admission.patient === patient);
  return own.sort((a, b) => rank(b) - rank(a) || Date.parse(b.value.start) - Date.parse(a.value.start))[0];
}

function rank({ value }: Admission): number {
  return value.status === 'in-progress' ? 1 : 0;
}

function viewingAt(now: number): Viewing {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  return { now, dayStart: day.getTime() };
}
