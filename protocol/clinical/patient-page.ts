/** One patient's page: the lasting record, the stay in progress if there is one, and one stay opened to read. */
import { activeFirst, compare, later, sorted, type Kept } from './entries.ts';
import type {
  Administration, Allergy, Condition, IsoTime, Measurement, MedicationOrder, Note, ObservationSet, PatientRecord, Stay, WardIndex,
} from './model.ts';
import { bedCard, isArriving, personCard, type BedCard, type PersonCard, type Viewing } from './views.ts';

/** All documents of one patient that are open here; ids are document ids in hex. */
export interface PatientFile {
  readonly patient: string;
  readonly record: PatientRecord;
  readonly stays: ReadonlyMap<string, Stay>;
}

export interface StayLine {
  readonly stay: string;
  readonly start: IsoTime;
  readonly end?: IsoTime;
  readonly reason?: string;
  readonly bed?: string;
  /** In progress. */
  readonly current: boolean;
  /** How much was written; absent when the stay's document is not open here. */
  readonly entries?: { readonly observations: number; readonly notes: number };
}

/** The clinical parts of a patient's page; how far each entry has been synced is added by whoever knows. */
export interface PatientParts {
  readonly person: PersonCard;
  /** Of the stay in progress; absent for a patient who is not on the ward. */
  readonly card?: BedCard;
  /** A stay that is not over is listed and its document has not arrived: see `OtherPatient.arriving`. */
  readonly arriving: boolean;
  readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  readonly allergies: readonly Kept<Allergy>[];
  readonly conditions: readonly Kept<Condition>[];
  /** The lasting list, active ones first. */
  readonly medications: readonly Kept<MedicationOrder>[];
  /** Of the record and the opened stay, newest first. */
  readonly measurements: readonly Kept<Measurement>[];
  /** Newest first. */
  readonly stays: readonly StayLine[];
  /** The stay whose entries follow: the one asked for, else the one in progress, else the newest; absent when none is open here. */
  readonly opened?: StayLine;
  /** Orders of the opened stay, active ones first. */
  readonly orders: readonly Kept<MedicationOrder>[];
  /** Of the opened stay, oldest first. */
  readonly observations: readonly Kept<ObservationSet>[];
  readonly notes: readonly Kept<Note>[];
  readonly administrations: readonly Kept<Administration>[];
  readonly spo2Scale2: boolean;
}

/** `wanted`: the stay to open, if it is one of the patient's. */
export function patientParts(file: PatientFile, viewing: Viewing, ward?: WardIndex, wanted?: string): PatientParts {
  const { patient, record } = file;
  const current = currentStay(file.stays);
  const lines = stayLines(file, current?.[0]);
  const opened = openedLine(lines, file, wanted);
  const value = opened === undefined ? undefined : file.stays.get(opened.stay);
  return {
    person: personCard(patient, record, viewing),
    ...(current !== undefined && { card: bedCard({ patient, record, stay: current[0], value: current[1] }, viewing, ward) }),
    arriving: current === undefined && isArriving(record, (stay) => file.stays.has(stay)),
    identifiers: Object.entries(record.identifiers).map(([system, number]) => ({ system, value: number })).sort((a, b) => compare(a.system, b.system)),
    allergies: sorted(record.allergies, (a, b) => compare(a.substance.display, b.substance.display)),
    conditions: sorted(record.conditions, (a, b) => activeFirst(a, b) || later(a.onset, b.onset)),
    medications: sorted(record.medications, (a, b) => activeFirst(a, b) || later(a.authored, b.authored)),
    measurements: sorted({ ...record.measurements, ...value?.measurements }, (a, b) => later(a.at, b.at)),
    stays: lines,
    ...(opened !== undefined && { opened }),
    orders: sorted(value?.orders ?? {}, (a, b) => activeFirst(a, b) || compare(a.medication.display, b.medication.display)),
    observations: sorted(value?.observations ?? {}, (a, b) => later(b.at, a.at)),
    notes: sorted(value?.notes ?? {}, (a, b) => later(b.at, a.at)),
    administrations: sorted(value?.administrations ?? {}, (a, b) => later(b.at, a.at)),
    spo2Scale2: value?.spo2Scale2 !== undefined,
  };
}

/** The stay whose entries `patientParts` shows. */
export function openedStay(file: PatientFile, wanted?: string): string | undefined {
  return openedLine(stayLines(file, currentStay(file.stays)?.[0]), file, wanted)?.stay;
}

function openedLine(lines: readonly StayLine[], file: PatientFile, wanted: string | undefined): StayLine | undefined {
  return lines.find(({ stay }) => stay === wanted && file.stays.has(stay))
    ?? lines.find((line) => line.current) ?? lines.find(({ stay }) => file.stays.has(stay));
}

/** In progress; of two (admitted on two devices at once) the one that began later. */
function currentStay(stays: ReadonlyMap<string, Stay>): readonly [string, Stay] | undefined {
  return [...stays].filter(([, { status }]) => status === 'in-progress').sort(([a, { start }], [b, { start: other }]) => later(start, other) || compare(a, b))[0];
}

/** Those that the record lists and those that are open: of an admission just made, either may arrive first. */
function stayLines({ record, stays }: PatientFile, current: string | undefined): readonly StayLine[] {
  const listed = new Map(Object.values(record.stays).map(({ document, start, end }) => [document, { start, end }]));
  for (const [document, { start, end }] of stays) listed.set(document, { start, end });
  return [...listed].map(([stay, { start, end }]): StayLine => {
    const value = stays.get(stay);
    return {
      stay, start,
      ...(end !== undefined && { end }),
      ...(value?.reason !== undefined && { reason: value.reason.display }),
      ...(value?.bed !== undefined && { bed: value.bed }),
      current: stay === current,
      ...(value !== undefined && { entries: { observations: Object.keys(value.observations).length, notes: Object.keys(value.notes).length } }),
    };
  }).sort((a, b) => later(a.start, b.start) || compare(a.stay, b.stay));
}
