/** A person is admitted: the lasting record, and the stay before anything is written in it. */
import type { Allergy, Author, Coded, Condition, HumanName, MedicationOrder, PatientRecord, Stay } from '../model.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { dayOf, writeTime } from '../time.ts';
import type { Admission } from '../views.ts';
import { ALLERGIES, HOME_MEDICATION, type Case, type OrderPlan } from './cases.ts';
import { CONSULTANTS } from './names.ts';

const YEAR = 365.25 * 86_400_000;

export interface Arrival {
  readonly patient: string;
  readonly stay: string;
  readonly person: { readonly name: HumanName; readonly language: string };
  readonly sex: 'female' | 'male';
  readonly identifiers: Record<string, string>;
  readonly illness: Case;
  readonly bed: string;
  readonly ward: string;
  readonly start: number;
  /** Who admits, and prescribes SpO2 scale 2 where the illness asks for it. */
  readonly doctor: Author;
  readonly now: number;
}

export function admit(random: SeededRandom, arrival: Arrival): Admission {
  const { illness, start } = arrival;
  const id = (): string => random.hex(8);
  const age = random.between(...illness.ages);
  const background = random.some(illness.background, random.between(Math.min(1, illness.background.length), 3));
  const allergies = random.chance(0.4) ? random.some(ALLERGIES, random.chance(0.2) ? 2 : 1) : [];
  const stayKey = id();
  const startTime = writeTime(start);
  const record: PatientRecord = {
    kind: 'patient', schema: 1,
    name: { ...arrival.person.name },
    birthDate: dayOf(arrival.now - (age + random.next()) * YEAR),
    sex: arrival.sex,
    identifiers: arrival.identifiers,
    contact: { phone: `+44 7700 900${random.between(100, 999)}`, language: arrival.person.language },
    allergies: Object.fromEntries(allergies.map((allergy): [string, Allergy] => [id(), { ...allergy, recorded: yearsBefore(random, start, 2, 15) }])),
    ...(allergies.length === 0 && { noKnownAllergies: { at: startTime, author: arrival.doctor } }),
    conditions: Object.fromEntries([
      ...background.map((code): [string, Condition] => [id(), { code, status: 'active', verification: 'confirmed', onset: yearsBefore(random, start, 3, 18).slice(0, 4) }]),
      [id(), condition(illness.reason, startTime, stayKey)] as [string, Condition],
    ]),
    medications: Object.fromEntries(background.flatMap((code): [string, MedicationOrder][] => {
      const plan = HOME_MEDICATION[code.display];
      return plan === undefined ? [] : [[id(), orderOf(plan, yearsBefore(random, start, 1, 3))]];
    })),
    immunizations: random.chance(0.7) ? { [id()]: { vaccine: { display: 'Influenza vaccine' }, at: dayOf(start - random.between(20, 200) * 86_400_000), status: 'completed' } } : {},
    procedures: illness.procedure === undefined ? {} : { [id()]: { code: illness.procedure, start: startTime, status: 'completed', encounter: stayKey } },
    measurements: {},
    encounters: {},
    stays: { [stayKey]: { document: arrival.stay, start: startTime } },
  };
  const value: Stay = {
    kind: 'stay', schema: 1,
    patient: arrival.patient, status: 'in-progress', start: startTime, class: 'IMP',
    reason: illness.reason, ward: arrival.ward, bed: arrival.bed, consultant: random.pick(CONSULTANTS),
    ...(illness.scale2 === true && { spo2Scale2: { at: startTime, author: arrival.doctor } }),
    observations: {}, measurements: {}, notes: {}, orders: {}, administrations: {},
  };
  return { patient: arrival.patient, record, stay: arrival.stay, value };
}

export function orderOf(plan: OrderPlan, authored: string): MedicationOrder {
  return {
    medication: { display: plan.drug }, status: 'active', kind: plan.kind, dose: plan.dose, route: plan.route, schedule: plan.schedule,
    ...(plan.times !== undefined && { times: Object.fromEntries(plan.times.map((time) => [time, true as const])) }),
    ...(plan.reason !== undefined && { reason: plan.reason }),
    authored,
  };
}

function condition(code: Coded, onset: string, encounter: string): Condition {
  return { code, status: 'active', verification: 'confirmed', onset, recorded: onset, encounter };
}

function yearsBefore(random: SeededRandom, instant: number, least: number, most: number): string {
  return dayOf(instant - (least + random.next() * (most - least)) * YEAR);
}
