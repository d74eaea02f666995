/** Who comes to the ward: a new patient's record, and the stay that an admission begins. */
import { MRN_SYSTEM } from '../clinical/codes.ts';
import type { IsoDay, IsoTime, PatientRecord, Stay } from '../clinical/model.ts';
import { readTime } from '../clinical/time.ts';
import { isArriving } from '../clinical/views.ts';
import type { TeamId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import type { Chart } from './chart.ts';

export interface NewAdmission {
  /** With offset or `Z`. */
  readonly start: IsoTime;
  readonly bed?: string;
  readonly reason?: string;
}

export interface NewPerson {
  readonly family: string;
  readonly given: string;
  readonly birthDate?: IsoDay;
  readonly sex?: NonNullable<PatientRecord['sex']>;
  /** The hospital's record number. */
  readonly identifier?: string;
  /** Substances; empty when somebody asked and none is known; absent when nobody asked. */
  readonly allergies?: readonly string[];
}

export type AdmitFailure = 'unknown-patient' | 'already-admitted' | 'bed-taken' | 'malformed';

/** Begins a stay for a patient who is not on the ward, for the care team that has the record. Gives the stay's id. */
export async function admit(chart: Chart, patient: string, admission: NewAdmission): Promise<Result<string, AdmitFailure>> {
  const [team, record] = [chart.teamOf(patient), chart.patient(patient)];
  if (team === undefined || record === undefined) return fail('unknown-patient');
  if (isArriving(record, (stay) => chart.stay(stay) !== undefined)) return fail('already-admitted');
  const hindrance = hindranceOf(chart, admission, patient);
  if (hindrance !== undefined) return fail(hindrance);
  return succeed(await chart.addStay(team, patient, chart.newEntryId(), stayOf(chart, admission)));
}

/** Makes the record, and begins a stay if an admission is given. Nothing is written when either cannot be. Gives the patient's id. */
export async function addPerson(chart: Chart, team: TeamId, person: NewPerson, admission?: NewAdmission): Promise<Result<string, AdmitFailure>> {
  if (person.family.trim() === '' || (person.birthDate !== undefined && readTime(person.birthDate) === undefined)) return fail('malformed');
  const hindrance = admission && hindranceOf(chart, admission);
  if (hindrance !== undefined) return fail(hindrance);
  const stays = admission === undefined ? {} : { [chart.newEntryId()]: stayOf(chart, admission) };
  return succeed(await chart.addPatient(team, { record: recordOf(chart, person), stays }));
}

function hindranceOf(chart: Chart, { start, bed }: NewAdmission, patient?: string): AdmitFailure | undefined {
  if (readTime(start)?.exact !== true) return 'malformed';
  for (const { patient: other, value } of chart.admissions()) {
    if (value.status !== 'in-progress') continue;
    if (other === patient) return 'already-admitted';
    if (bed !== undefined && value.bed === bed) return 'bed-taken';
  }
  return undefined;
}

function stayOf(chart: Chart, { start, bed, reason }: NewAdmission): Omit<Stay, 'patient'> {
  const ward = chart.wardIndex()?.name;
  return {
    kind: 'stay', schema: 1, status: 'in-progress', start, class: 'IMP',
    ...(ward !== undefined && { ward }),
    ...(bed !== undefined && { bed }),
    ...(reason !== undefined && { reason: { display: reason } }),
    observations: {}, measurements: {}, notes: {}, orders: {}, administrations: {},
  };
}

function recordOf(chart: Chart, { family, given, birthDate, sex, identifier, allergies }: NewPerson): Omit<PatientRecord, 'stays'> {
  const at = chart.now();
  return {
    kind: 'patient', schema: 1, name: { family, given },
    ...(birthDate !== undefined && { birthDate }),
    ...(sex !== undefined && { sex }),
    identifiers: identifier === undefined ? {} : { [MRN_SYSTEM]: identifier },
    allergies: Object.fromEntries((allergies ?? []).map((display) => [chart.newEntryId(), { substance: { display }, status: 'active' as const, recorded: at }])),
    ...(allergies?.length === 0 && { noKnownAllergies: { at, author: chart.author() } }),
    conditions: {}, medications: {}, immunizations: {}, procedures: {}, measurements: {}, encounters: {},
  };
}
