/** What is written during a stay: orders, observation sets as often as NEWS2 asks for, drug rounds, laboratory, notes. */
import { SYSTEMS } from '../codes.ts';
import type { Administration, Author, Measurement, MedicationOrder, Note, ObservationSet } from '../model.ts';
import { scoreNews2, type News2Score } from '../news2.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { ageAt, millisecondsOf, writeTime } from '../time.ts';
import type { Admission } from '../views.ts';
import { orderOf } from './admit.ts';
import { HOME_MEDICATION, HYPERTENSION, type Case, type OrderPlan } from './cases.ts';
import { measure, normalValues, severityAt, type Course, type Measured } from './course.ts';
import { authorOf, type DemoStaff } from './names.ts';
import { admissionNote, escalationNote, handoverNote, nursingNote, reviewNote, roundNote, type Situation } from './prose.ts';

interface Collections {
  observations: ObservationSet;
  measurements: Measurement;
  notes: Note;
  orders: MedicationOrder;
  administrations: Administration;
}

/** One edit: `value` is put under `id`, by `author` at `at`. The same id again is an amendment of the earlier entry. */
export type DemoEntry = {
  [C in keyof Collections]: { readonly at: number; readonly author: Author; readonly collection: C; readonly id: string; readonly value: Collections[C] }
}[keyof Collections];

interface Story {
  readonly admission: Admission;
  readonly illness: Case;
  readonly course: Course;
  readonly now: number;
  readonly offsetMinutes: number;
  readonly staff: readonly DemoStaff[];
}

interface Round {
  readonly at: number;
  readonly values: Measured;
  readonly score: News2Score;
  readonly worse: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function stayEntries(random: SeededRandom, story: Story): readonly DemoEntry[] {
  const start = millisecondsOf(story.admission.value.start);
  const team = teamOf(random, story.staff);
  const rounds = roundsOf(random, story, start);
  const orders = ordersOf(random, story, start, team);
  return [
    ...orders,
    ...observations(random, rounds, team),
    ...drugRounds(random, story, orders, rounds, team),
    ...laboratory(random, story, start, team),
    ...notes(random, story, start, rounds, team),
  ]
    .filter((entry) => entry.at <= story.now)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

interface Team {
  /** Who is on duty at an instant: the shift changes every twelve hours. */
  nurse(at: number): Author;
  doctor(at: number): Author;
}

function teamOf(random: SeededRandom, staff: readonly DemoStaff[]): Team {
  const shift = random.between(0, 6);
  const onDuty = (role: DemoStaff['role'], every: number) => {
    const people = staff.filter((person) => person.role === role);
    if (people.length === 0) throw new RangeError(`the ward has no ${role}`);
    return (at: number): Author => authorOf(people[(Math.floor(at / every) + shift) % people.length] ?? random.pick(people));
  };
  return { nurse: onDuty('nurse', 12 * HOUR), doctor: onDuty('doctor', DAY) };
}

/** Rounds from admission on; the next is done when the response to the last one says so, give or take some minutes. */
function roundsOf(random: SeededRandom, { admission, illness, course, now }: Story, start: number): Round[] {
  const { record } = admission;
  const age = record.birthDate === undefined ? 60 : ageAt(record.birthDate, now) ?? 60;
  const hypertensive = Object.values(record.conditions).some(({ code }) => code.display === HYPERTENSION.display);
  const patient = { normal: normalValues(random, age, hypertensive, illness.scale2 === true), illness, confusable: age > 68 };
  const rounds: Round[] = [];
  let at = start + random.between(5, 25) * MINUTE;
  while (at <= now) {
    const severity = severityAt(course, (at - start) / HOUR, (now - at) / HOUR);
    const values = withExtras(random, measure(random, patient, severity), rounds.length, illness, patient.normal.weight, severity);
    const score = scoreNews2(values, age);
    if (!score.scored) break;
    rounds.push({ at, values, score, worse: severity > 0.5 && rounds.length > 3 });
    // Long ago, sets were at most two-hourly, for brevity; the last twelve hours are as the response table has them.
    const due = Math.max(now - at < 12 * HOUR ? 30 : 120, score.response.dueAfterMinutes);
    at += due * (0.62 + 0.42 * random.next()) * MINUTE;
    at = Math.round(at / MINUTE) * MINUTE;
  }
  // On a busy ward somebody is always overdue.
  return rounds.length > 3 && random.chance(0.12) ? rounds.slice(0, -1) : rounds;
}

function withExtras(random: SeededRandom, values: Measured, index: number, illness: Case, weight: number, severity: number): Measured {
  return {
    ...values,
    ...(index === 0 && { weight, height: random.between(152, 188) }),
    ...(illness.diabetic === true && { bloodGlucose: Math.round((6 + 9 * severity + random.next() * 3) * 10) / 10 }),
  };
}

function observations(random: SeededRandom, rounds: readonly Round[], team: Team): DemoEntry[] {
  return rounds.flatMap(({ at, values }, index): DemoEntry[] => {
    const id = random.hex(8);
    const author = team.nurse(at);
    const value: ObservationSet = { at: writeTime(at), author, ...values };
    // Now and then two digits are swapped: the set is marked and written again.
    if (index < 2 || index > rounds.length - 3 || !random.chance(0.015)) return [{ at, author, collection: 'observations', id, value }];
    const again = random.hex(8);
    const wrong: ObservationSet = { ...value, heartRate: (value.heartRate ?? 70) * 2 };
    const noticed = at + 2 * MINUTE;
    return [
      { at, author, collection: 'observations', id, value: wrong },
      { at: noticed, author, collection: 'observations', id: again, value },
      { at: noticed + MINUTE, author, collection: 'observations', id, value: { ...wrong, enteredInError: { at: writeTime(noticed + MINUTE), author, reason: 'Pulse typed wrong', replacedBy: again } } },
    ];
  });
}

type OrderEntry = Extract<DemoEntry, { collection: 'orders' }>;

function ordersOf(random: SeededRandom, { admission: { record }, illness }: Story, start: number, team: Team): OrderEntry[] {
  const allergic = new Set(Object.values(record.allergies).map(({ substance }) => substance.display));
  const safe = (plan: OrderPlan): OrderPlan => (plan.contains !== undefined && allergic.has(plan.contains) && plan.instead !== undefined ? plan.instead : plan);
  const home = Object.values(record.conditions).flatMap(({ code }) => HOME_MEDICATION[code.display] ?? []);
  const byDrug = new Map([...home, ...illness.orders.map(safe)].map((plan) => [plan.drug, plan]));
  const author = team.doctor(start);
  return [...byDrug.values()].map((plan, i): OrderEntry => {
    const at = start + (20 + i) * MINUTE;
    const order: MedicationOrder = {
      ...orderOf(plan, writeTime(at)), author,
      ...(illness.onHold?.includes(plan.drug) === true && { status: 'on-hold' as const }),
      ...(plan.kind === 'stat' && { status: 'completed' as const }),
    };
    return { at, author, collection: 'orders', id: random.hex(8), value: order };
  });
}

const LOWERING = new Set(['Amlodipine', 'Bisoprolol', 'Furosemide', 'Ramipril']);

function drugRounds(random: SeededRandom, story: Story, orders: readonly OrderEntry[], rounds: readonly Round[], team: Team): DemoEntry[] {
  const entries: DemoEntry[] = [];
  const write = (order: OrderEntry, at: number, outcome: Administration['outcome'], reason?: string): void => {
    const author = team.nurse(at);
    const value: Administration = { order: order.id, at: writeTime(at), outcome, ...(reason !== undefined && { reason }), author };
    entries.push({ at, author, collection: 'administrations', id: random.hex(8), value });
  };
  for (const order of orders) {
    const { value } = order;
    if (value.kind === 'stat') write(order, order.at + random.between(5, 20) * MINUTE, 'given');
    if (value.kind === 'prn') {
      for (const { at, values } of rounds) if (at > order.at && (values.pain ?? 0) >= 4 && random.chance(0.5)) write(order, at + 8 * MINUTE, 'given', `Pain ${values.pain} of 10`);
    }
    if (value.status !== 'active') continue;
    for (const due of dueTimes(value, order.at, story)) {
      const at = Math.max(order.at + MINUTE, due + random.between(-10, 45) * MINUTE);
      const systolic = rounds.findLast((round) => round.at <= at)?.values.systolic ?? 120;
      if (LOWERING.has(value.medication.display) && systolic < 100) write(order, at, 'withheld', `Systolic ${systolic} mmHg`);
      else if (random.chance(0.02)) write(order, at, 'withheld', random.pick(['Off the ward for a scan', 'Nil by mouth', 'Drug not available, pharmacy informed']));
      else if (random.chance(0.015)) write(order, at, 'refused', random.pick(['Feels sick', 'Did not want it now', 'Says it upsets the stomach']));
      else write(order, at, 'given');
    }
  }
  return entries;
}

/** Instants at which an order is due between its writing and now, by the ward's own clock. */
function dueTimes(order: MedicationOrder, from: number, { now, offsetMinutes }: Story): number[] {
  const first = Math.floor((from + offsetMinutes * MINUTE) / DAY) * DAY - offsetMinutes * MINUTE;
  const due: number[] = [];
  for (let day = first; day <= now; day += DAY) {
    for (const time of Object.keys(order.times ?? {}).sort()) {
      const at = day + (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE;
      if (at > from && at <= now) due.push(at);
    }
  }
  return due;
}

function laboratory(random: SeededRandom, story: Story, start: number, team: Team): DemoEntry[] {
  const { illness, course, now } = story;
  const factor = illness.laboratory;
  const creatinine = random.between(62, 96);
  const haemoglobin = random.between(122, 148);
  const entries: DemoEntry[] = [];
  const times = [start + 30 * MINUTE, ...localTimes(story, start, '06:30')];
  for (const at of times) {
    const severity = severityAt(course, (at - start) / HOUR, (now - at) / HOUR);
    const share = Math.min(1, severity * 1.4);
    const values: readonly [string, string, number, string][] = [
      ['1988-5', 'C reactive protein', Math.round(4 + factor.crp * share), 'mg/L'],
      ['6690-2', 'Leukocytes', Math.round((6.5 + factor.whiteCells * share) * 10) / 10, '10*9/L'],
      ['718-7', 'Haemoglobin', Math.round(haemoglobin * (1 - (1 - factor.haemoglobin) * Math.max(share, 0.7))), 'g/L'],
      ['14682-9', 'Creatinine', Math.round(creatinine * (1 + (factor.creatinine - 1) * share)), 'umol/L'],
      ['2951-2', 'Sodium', random.between(133, 144), 'mmol/L'],
      ['2823-3', 'Potassium', Math.round((3.6 + random.next() * 1.2) * 10) / 10, 'mmol/L'],
    ];
    for (const [code, display, quantity, unit] of values) {
      const value: Measurement = { code: { system: SYSTEMS.loinc, code, display }, at: writeTime(at), category: 'laboratory', value: { quantity, unit }, status: 'final' };
      entries.push({ at: at + 50 * MINUTE, author: team.doctor(at), collection: 'measurements', id: random.hex(8), value });
    }
  }
  return entries;
}

function notes(random: SeededRandom, story: Story, start: number, rounds: readonly Round[], team: Team): DemoEntry[] {
  const { record } = story.admission;
  const entries: DemoEntry[] = [];
  const situation = (at: number): Situation | undefined => {
    const round = rounds.findLast((candidate) => candidate.at <= at) ?? rounds[0];
    return round && {
      illness: story.illness,
      age: record.birthDate === undefined ? 60 : ageAt(record.birthDate, at) ?? 60,
      sex: record.sex === 'male' ? 'male' : 'female',
      title: `${record.sex === 'male' ? 'Mr' : 'Ms'} ${record.name.family}`,
      background: Object.values(record.conditions).filter(({ encounter }) => encounter === undefined).map(({ code }) => code.display),
      allergies: Object.values(record.allergies).map(({ substance }) => substance.display),
      latest: round.values, score: round.score.total, worse: round.worse,
      day: 1 + Math.floor((at - start) / DAY),
    };
  };
  const write = (kind: Note['kind'], planned: number, author: Author, compose: (now: Situation) => string): void => {
    const at = Math.max(planned, start + 10 * MINUTE);
    const now = situation(at);
    if (now === undefined) return;
    entries.push({ at, author, collection: 'notes', id: random.hex(8), value: { at: writeTime(at), author, kind, text: compose(now) } });
  };
  write('medical', start + 35 * MINUTE, team.doctor(start), (now) => admissionNote(random, now));
  for (const at of spread(random, localTimes(story, start, '09:30'))) write('medical', at, team.doctor(at), (now) => roundNote(random, now));
  for (const at of spread(random, localTimes(story, start, '11:30'))) write('nursing', at, team.nurse(at), (now) => nursingNote(random, now, 'early'));
  for (const at of spread(random, localTimes(story, start, '17:00'))) if (random.chance(0.6)) write('nursing', at, team.nurse(at), (now) => nursingNote(random, now, 'late'));
  for (const at of spread(random, localTimes(story, start, '05:45'))) write('nursing', at, team.nurse(at), (now) => nursingNote(random, now, 'night'));
  for (const at of spread(random, localTimes(story, start, '20:30'))) write('handover', at, team.nurse(at), handoverNote);
  rounds.forEach((round, index) => {
    const before = rounds[index - 1];
    if (before === undefined || before.score.total >= 5 || round.score.total < 5) return;
    const doctor = team.doctor(round.at);
    write('nursing', round.at + 6 * MINUTE, team.nurse(round.at), (now) => escalationNote(random, now, round.score, doctor.name));
    write('medical', round.at + 31 * MINUTE, doctor, (now) => reviewNote(random, now));
  });
  return entries;
}

/** Each day's instant of this time by the ward's clock, between admission and now. */
function localTimes(story: Story, start: number, time: string): number[] {
  return dueTimes({ medication: { display: '' }, status: 'active', times: { [time]: true } }, start, story);
}

function spread(random: SeededRandom, instants: readonly number[]): number[] {
  return instants.map((at) => at + random.between(-20, 25) * MINUTE);
}
