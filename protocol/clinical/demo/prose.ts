/** What nurses and doctors of the demonstration ward write. */
import type { News2Score } from '../news2.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Case } from './cases.ts';
import type { Measured } from './course.ts';

export interface Situation {
  readonly illness: Case;
  readonly age: number;
  readonly sex: 'female' | 'male';
  readonly title: string;
  readonly background: readonly string[];
  readonly allergies: readonly string[];
  readonly latest: Measured;
  readonly score: number;
  readonly worse: boolean;
  /** Days since admission, from 1. */
  readonly day: number;
}

export function admissionNote(random: SeededRandom, now: Situation): string {
  const { illness } = now;
  const lived = random.pick(['Lives alone, independent.', 'Lives with family, walks with a stick.', 'Lives with partner, independent.', 'Lives in sheltered housing, help once a day.']);
  return [
    `${now.age}-year-old ${now.sex === 'female' ? 'woman' : 'man'}. ${illness.presenting}`,
    `Background: ${now.background.length === 0 ? 'nothing of note' : now.background.join(', ').toLowerCase()}. Allergies: ${now.allergies.length === 0 ? 'none known, asked' : now.allergies.join(', ')}. ${lived}`,
    `On examination: ${illness.examination}`,
    `Impression: ${illness.reason.display.toLowerCase()}. NEWS2 ${now.score} on arrival.`,
    `Plan: ${illness.plan.join(' ')}`,
  ].join('\n');
}

export function roundNote(random: SeededRandom, now: Situation): string {
  const finding = now.worse ? now.illness.worsening : random.pick(now.illness.improving);
  const next = now.worse
    ? random.pick(['Bloods and chest X-ray today, discuss with critical care outreach.', 'Observations at least hourly. Review again this afternoon.', 'Escalation discussed with patient and family.'])
    : random.pick(['Continue.', 'Aim for home in the next days if this goes on.', 'Step down observations as NEWS2 allows.', 'Remove cannula when antibiotics are oral.', 'Discharge planning started.']);
  return [
    `Ward round, day ${now.day}. ${finding}`,
    `RR ${now.latest.respiratoryRate}, SpO2 ${now.latest.spo2} % ${oxygenWords(now.latest)}, BP ${now.latest.systolic}/${now.latest.diastolic}, pulse ${now.latest.heartRate}, temp ${now.latest.temperature?.toFixed(1)}. NEWS2 ${now.score}.`,
    `${random.pick(now.illness.plan)} ${next}`,
  ].join('\n');
}

export function nursingNote(random: SeededRandom, now: Situation, shift: 'early' | 'late' | 'night'): string {
  const pain = now.latest.pain ?? 0;
  const opening = {
    early: ['Washed and dressed with help of one.', 'Managed own wash at the sink.', 'Washed in bed, skin intact.', 'Up in the chair for breakfast.'],
    late: ['Sat out for most of the afternoon.', 'Visited by family.', 'Rested on the bed after lunch.', 'Walked to the day room and back.'],
    night: ['Slept in short spells.', 'Slept well between rounds.', 'Awake until two, settled with a warm drink.', 'Repositioned every two to three hours, skin intact.'],
  }[shift];
  const comfort = pain >= 6 ? `Pain ${pain} of 10, analgesia given as charted with some effect.` : pain >= 3 ? `Pain ${pain} of 10, settled after regular analgesia.` : 'No complaints of pain.';
  return [
    now.worse ? now.illness.worsening : random.pick(opening),
    comfort,
    random.pick(['Eating about half of meals.', 'Ate well.', 'Poor appetite, supplements offered.', 'Fluids encouraged, chart up to date.']),
    random.pick(['Cannula site clean, no redness.', 'Pressure areas checked, intact.', 'Bowels opened.', 'Call bell within reach, bed low.', 'Falls risk reviewed.']),
  ].join(' ');
}

/** Situation, background, assessment, recommendation. */
export function handoverNote(now: Situation): string {
  return [
    `S: ${now.title}, ${now.age}, ${now.illness.reason.display.toLowerCase()}, day ${now.day}.`,
    `B: ${now.background.length === 0 ? 'No long-standing conditions' : now.background.join(', ')}. ${now.allergies.length === 0 ? 'No known allergies.' : `ALLERGIC: ${now.allergies.join(', ')}.`}`,
    `A: NEWS2 ${now.score}, ${oxygenWords(now.latest)}. ${now.worse ? now.illness.worsening : 'No concerns on this shift.'}`,
    `R: ${now.worse ? 'Observations hourly, call the doctor if NEWS2 rises further.' : now.illness.plan.at(-1) ?? 'Continue.'}`,
  ].join('\n');
}

export function escalationNote(random: SeededRandom, now: Situation, score: News2Score, doctor: string): string {
  const why = Object.values(score.parameters).filter(({ points }) => points >= 2).map(({ reason }) => reason);
  const done = random.pick(['Sat upright, oxygen adjusted.', 'Bloods and cultures taken.', 'Fluid bolus running.', 'Second cannula sited, lactate sent.']);
  return `NEWS2 ${score.total}${why.length === 0 ? '' : `: ${why.join('; ')}`}. ${now.illness.worsening} ${score.response.action}. ${doctor} informed and coming. ${done}`;
}

export function reviewNote(random: SeededRandom, now: Situation): string {
  return [
    `Asked to see, NEWS2 ${now.score}. ${now.illness.worsening}`,
    random.pick(['Blood gas, lactate and cultures sent.', 'Chest X-ray and ECG requested.', 'Abdomen and chest examined, as above.']),
    random.pick(['Treatment escalated, critical care outreach aware.', 'For review in one hour; registrar informed.', 'Ceiling of care: full escalation, discussed with family.']),
  ].join(' ');
}

function oxygenWords(values: Measured): string {
  if (values.oxygen?.supplemental !== true) return 'on air';
  return `on ${values.oxygen.litresPerMinute} L/min by ${values.oxygen.device}`;
}
