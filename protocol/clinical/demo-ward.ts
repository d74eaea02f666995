/**
 * A demonstration ward: invented adults in the beds of four bays over the last five days, as a series of edits.
 *
 * The same seed and options give the same ward, to the letter. Nobody in it exists.
 */
import { MRN_SYSTEM } from './codes.ts';
import { COURSES } from './demo/course.ts';
import { CASES } from './demo/cases.ts';
import { authorOf, DEMO_STAFF, peopleFrom, type DemoStaff } from './demo/names.ts';
import { admit } from './demo/admit.ts';
import { stayEntries, type DemoEntry } from './demo/diary.ts';
import type { PatientRecord, Stay, WardIndex } from './model.ts';
import { seededRandom, type SeededRandom } from './seeded-random.ts';

export { DEMO_STAFF, type DemoStaff } from './demo/names.ts';
export type { DemoEntry } from './demo/diary.ts';

export interface DemoWardOptions {
  readonly seed: number;
  /** The present, in milliseconds since 1970: nothing is dated later. */
  readonly now: number;
  /** 24 by default. */
  readonly patients?: number;
  /** How long ago the longest stay began; 5 by default. */
  readonly days?: number;
  /** Minutes by which the ward's clock is ahead of UTC; 0 by default. */
  readonly offsetMinutes?: number;
  /** Who writes the entries; at least one nurse and one doctor. Invented people by default. */
  readonly staff?: readonly DemoStaff[];
  /** Document ids in hex; drawn from the seed by default. */
  readonly documentId?: () => string;
}

export interface DemoWard {
  readonly index: WardIndex;
  readonly staff: readonly DemoStaff[];
  readonly patients: readonly DemoPatient[];
}

export interface DemoPatient {
  /** Document id of the record. */
  readonly patient: string;
  readonly record: PatientRecord;
  /** Document id of the stay. */
  readonly stay: string;
  /** The stay as it began: its collections are empty. */
  readonly admitted: Stay;
  /** What was written since, oldest first. */
  readonly entries: readonly DemoEntry[];
}

const BAYS = ['A', 'B', 'C', 'D'] as const;

export function demoWard(options: DemoWardOptions): DemoWard {
  const { seed, now, patients: count = 24, days = 5, offsetMinutes = 0, staff = DEMO_STAFF } = options;
  const random = seededRandom(seed);
  const documentId = options.documentId ?? (() => random.hex(16));
  const index = wardIndex(count);
  const beds = random.some(Object.values(index.beds).map(({ label }) => label), count).sort();
  const person = peopleFrom(random);
  const cases = shuffled(random, count, CASES);
  const courses = shuffled(random, count, COURSES);
  const numbers = recordNumbers(random);
  const patients = beds.map((bed, i): DemoPatient => {
    const illness = cases[i] ?? random.pick(CASES);
    const course = courses[i] ?? 'stable';
    const sex = random.chance(0.52) ? 'female' : 'male';
    // The first in each bay came when the ward's five days began; those who get worse have been there long enough to.
    const hours = i % BAYS.length === 0 ? days * 24 : Math.max(course === 'deteriorating' || course === 'relapse' ? days * 12 : days * 3, random.next() * days * 24);
    const admission = admit(random, {
      patient: documentId(), stay: documentId(), person: person(sex), sex, identifiers: { [MRN_SYSTEM]: numbers() },
      illness, bed, ward: index.name, start: now - Math.round(hours * 60) * 60_000, now,
      doctor: authorOf(random.pick(staff.filter(({ role }) => role === 'doctor'))),
    });
    const entries = stayEntries(random, { admission, illness, course, now, offsetMinutes, staff });
    return { patient: admission.patient, record: admission.record, stay: admission.stay, admitted: admission.value, entries };
  });
  return { index, staff, patients };
}

/** The stay after the given entries, in order: what the documents hold once all are written. */
export function afterEntries(admitted: Stay, entries: readonly DemoEntry[]): Stay {
  const stay = structuredClone(admitted);
  for (const entry of entries) {
    switch (entry.collection) {
      case 'observations': stay.observations[entry.id] = entry.value; break;
      case 'measurements': stay.measurements[entry.id] = entry.value; break;
      case 'notes': stay.notes[entry.id] = entry.value; break;
      case 'orders': stay.orders[entry.id] = entry.value; break;
      case 'administrations': stay.administrations[entry.id] = entry.value; break;
    }
  }
  return stay;
}

/** Two beds more than there are patients, at least: a full ward is no demonstration of an empty bed. */
function wardIndex(patients: number): WardIndex {
  const perBay = Math.ceil((patients + 2) / BAYS.length);
  const beds: WardIndex['beds'] = {};
  for (const [bay, letter] of BAYS.entries()) {
    for (let bed = 1; bed <= perBay; bed++) {
      const label = `${letter}${bed}`;
      beds[label.toLowerCase()] = { label, bay: `Bay ${letter}`, order: bay * perBay + bed };
    }
  }
  return { kind: 'ward', schema: 1, name: 'Larch Ward', beds };
}

/** `count` elements in random order in which each of the list comes as often as any other, give or take one. */
function shuffled<T>(random: SeededRandom, count: number, list: readonly T[]): T[] {
  const rounds = Array.from({ length: Math.ceil(count / list.length) }, () => random.some(list, list.length)).flat();
  return random.some(rounds.slice(0, count), count);
}

/** Seven digits and a check digit (weights 8 to 2, modulo 11), as hospitals number their records; never the same twice. */
function recordNumbers(random: SeededRandom): () => string {
  const given = new Set<string>();
  return () => {
    for (;;) {
      const digits = String(random.between(2_000_000, 6_999_999));
      const check = digits.split('').reduce((sum, digit, i) => sum + Number(digit) * (8 - i), 0) % 11;
      if (check === 10 || given.has(digits)) continue;
      given.add(digits);
      return `${digits}${check}`;
    }
  };
}
