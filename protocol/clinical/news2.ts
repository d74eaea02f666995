/**
 * NEWS2, the National Early Warning Score of the Royal College of Physicians (2017), charts 1 and 4.
 *
 * A decision aid, not a decision: for adults, not under 16 and not in pregnancy. The table stands here once, as data;
 * entry forms and charts read their bounds from it.
 */
import type { Consciousness, IsoDay, IsoTime, ObservationSet } from './model.ts';
import { ageAt, millisecondsOf, readTime, writeTime } from './time.ts';

export type Points = 0 | 1 | 2 | 3;

export const NEWS2_PARAMETERS = ['respiratoryRate', 'spo2', 'oxygen', 'systolic', 'heartRate', 'consciousness', 'temperature'] as const;

export type News2Parameter = (typeof NEWS2_PARAMETERS)[number];

/** One cell of the chart: from and to are inclusive, absent means without bound. */
export interface News2Band {
  readonly points: Points;
  readonly from?: number;
  readonly to?: number;
  /** The cell applies only on air or only on oxygen (upper half of SpO2 scale 2). */
  readonly breathing?: 'air' | 'oxygen';
}

export interface News2Row {
  readonly label: string;
  readonly unit: string;
  /** The steps in which the chart counts: values are rounded to so many decimals before they are looked up. */
  readonly decimals: 0 | 1;
  readonly bands: readonly News2Band[];
}

export const NEWS2_TABLE = {
  respiratoryRate: {
    label: 'Respirations', unit: '/min', decimals: 0,
    bands: [{ to: 8, points: 3 }, { from: 9, to: 11, points: 1 }, { from: 12, to: 20, points: 0 }, { from: 21, to: 24, points: 2 }, { from: 25, points: 3 }],
  },
  spo2Scale1: {
    label: 'SpO2 scale 1', unit: '%', decimals: 0,
    bands: [{ to: 91, points: 3 }, { from: 92, to: 93, points: 2 }, { from: 94, to: 95, points: 1 }, { from: 96, points: 0 }],
  },
  spo2Scale2: {
    label: 'SpO2 scale 2', unit: '%', decimals: 0,
    bands: [
      { to: 83, points: 3 }, { from: 84, to: 85, points: 2 }, { from: 86, to: 87, points: 1 }, { from: 88, to: 92, points: 0 },
      { from: 93, points: 0, breathing: 'air' },
      { from: 93, to: 94, points: 1, breathing: 'oxygen' }, { from: 95, to: 96, points: 2, breathing: 'oxygen' }, { from: 97, points: 3, breathing: 'oxygen' },
    ],
  },
  systolic: {
    label: 'Systolic blood pressure', unit: 'mmHg', decimals: 0,
    bands: [{ to: 90, points: 3 }, { from: 91, to: 100, points: 2 }, { from: 101, to: 110, points: 1 }, { from: 111, to: 219, points: 0 }, { from: 220, points: 3 }],
  },
  heartRate: {
    label: 'Pulse', unit: '/min', decimals: 0,
    bands: [
      { to: 40, points: 3 }, { from: 41, to: 50, points: 1 }, { from: 51, to: 90, points: 0 }, { from: 91, to: 110, points: 1 },
      { from: 111, to: 130, points: 2 }, { from: 131, points: 3 },
    ],
  },
  temperature: {
    label: 'Temperature', unit: '°C', decimals: 1,
    bands: [
      { to: 35, points: 3 }, { from: 35.1, to: 36, points: 1 }, { from: 36.1, to: 38, points: 0 }, { from: 38.1, to: 39, points: 1 }, { from: 39.1, points: 2 },
    ],
  },
} as const satisfies Record<string, News2Row>;

export const NEWS2_OXYGEN: Readonly<Record<'air' | 'oxygen', Points>> = { air: 0, oxygen: 2 };

/** `confusion` is new confusion; voice, pain and unresponsive are the rest of ACVPU. */
export const NEWS2_CONSCIOUSNESS: Readonly<Record<Consciousness, Points>> = { alert: 0, confusion: 3, voice: 3, pain: 3, unresponsive: 3 };

/** NEWS2 is not for people younger than this, in years. */
export const NEWS2_FROM_AGE = 16;

export type News2Risk = 'low' | 'low-medium' | 'medium' | 'high';

export interface News2Response {
  readonly risk: News2Risk;
  /** How often to observe, in words of the chart. */
  readonly interval: string;
  /** Minutes after which the next set is due at the latest. */
  readonly dueAfterMinutes: number;
  readonly action: string;
}

/**
 * The clinical response. For 7 and more the chart demands continuous monitoring and names no interval: half an hour is
 * when the next set is to be written down, so that the board does not call every such patient overdue all the time.
 */
export const NEWS2_RESPONSES = {
  zero: { risk: 'low', interval: 'at least every 12 hours', dueAfterMinutes: 720, action: 'Continue routine monitoring' },
  low: { risk: 'low', interval: 'every 4–6 hours', dueAfterMinutes: 360, action: 'A registered nurse assesses the patient' },
  anyThree: { risk: 'low-medium', interval: 'at least every hour', dueAfterMinutes: 60, action: 'Urgent review by a ward clinician' },
  medium: { risk: 'medium', interval: 'at least every hour', dueAfterMinutes: 60, action: 'Urgent review by a clinician with skills in acute illness' },
  high: { risk: 'high', interval: 'continuous monitoring', dueAfterMinutes: 30, action: 'Emergency assessment by a critical care team' },
} as const satisfies Record<string, News2Response>;

export interface News2ParameterScore {
  readonly points: Points;
  /** Why, in words: the measured value and what the chart says to it. */
  readonly reason: string;
}

export type News2Result =
  | { readonly scored: false; readonly why: 'under-16' | 'nothing-measured'; readonly words: string }
  | News2Score;

export interface News2Score {
  readonly scored: true;
  readonly parameters: Readonly<Partial<Record<News2Parameter, News2ParameterScore>>>;
  /** Sum of what was measured: a lower bound unless `complete`. */
  readonly total: number;
  /** A single parameter scores 3. */
  readonly anyThree: boolean;
  readonly complete: boolean;
  readonly missing: readonly News2Parameter[];
  readonly response: News2Response;
}

/** Scores one set. `age` in years at the time of the set, if known; a set without `spo2Scale` is scored on scale 1. */
export function scoreNews2(set: Omit<ObservationSet, 'at' | 'author'>, age?: number): News2Result {
  if (age !== undefined && age < NEWS2_FROM_AGE) {
    return { scored: false, why: 'under-16', words: `NEWS2 is not for people under ${NEWS2_FROM_AGE}` };
  }
  const parameters: Partial<Record<News2Parameter, News2ParameterScore>> = {};
  for (const parameter of NEWS2_PARAMETERS) {
    const score = scoreParameter(parameter, set);
    if (score !== undefined) parameters[parameter] = score;
  }
  const scores = Object.values(parameters);
  if (scores.length === 0) return { scored: false, why: 'nothing-measured', words: 'None of the NEWS2 parameters was measured' };
  const total = scores.reduce((sum, score) => sum + score.points, 0);
  const anyThree = scores.some((score) => score.points === 3);
  const missing = NEWS2_PARAMETERS.filter((parameter) => parameters[parameter] === undefined);
  return { scored: true, parameters, total, anyThree, complete: missing.length === 0, missing, response: responseTo(total, anyThree) };
}

/** Scores a set by the age that somebody born on `birthDate` had when it was taken. */
export function scoreSet(set: Omit<ObservationSet, 'author'>, birthDate: IsoDay | undefined): News2Result {
  return scoreNews2(set, birthDate === undefined ? undefined : ageAt(birthDate, millisecondsOf(set.at)));
}

export function responseTo(total: number, anyThree: boolean): News2Response {
  if (total >= 7) return NEWS2_RESPONSES.high;
  if (total >= 5) return NEWS2_RESPONSES.medium;
  if (anyThree) return NEWS2_RESPONSES.anyThree;
  return total === 0 ? NEWS2_RESPONSES.zero : NEWS2_RESPONSES.low;
}

/** When the next set is due after one at `at` with this score; undefined if `at` is no instant. */
export function nextDue(at: IsoTime, score: News2Score): IsoTime | undefined {
  const taken = readTime(at);
  return taken === undefined ? undefined : writeTime(taken.milliseconds + score.response.dueAfterMinutes * 60_000);
}

function scoreParameter(parameter: News2Parameter, set: Omit<ObservationSet, 'at' | 'author'>): News2ParameterScore | undefined {
  switch (parameter) {
    case 'oxygen': {
      const breathing = breathingOf(set);
      return breathing && { points: NEWS2_OXYGEN[breathing], reason: breathing === 'air' ? 'breathing air' : 'on oxygen' };
    }
    case 'consciousness': {
      if (set.consciousness === undefined || !Object.hasOwn(NEWS2_CONSCIOUSNESS, set.consciousness)) return undefined;
      return { points: NEWS2_CONSCIOUSNESS[set.consciousness], reason: set.consciousness === 'confusion' ? 'new confusion' : set.consciousness };
    }
    case 'spo2':
      return scoreNumber(set.spo2Scale === 2 ? NEWS2_TABLE.spo2Scale2 : NEWS2_TABLE.spo2Scale1, set.spo2, breathingOf(set));
    default:
      return scoreNumber(NEWS2_TABLE[parameter], set[parameter], undefined);
  }
}

function breathingOf(set: Pick<ObservationSet, 'oxygen'>): 'air' | 'oxygen' | undefined {
  if (set.oxygen === undefined) return undefined;
  return set.oxygen.supplemental ? 'oxygen' : 'air';
}

/** Undefined when there is no number, or when the cell depends on oxygen and nobody said whether there was any. */
function scoreNumber(row: News2Row, value: number | undefined, breathing: 'air' | 'oxygen' | undefined): News2ParameterScore | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  const step = Number(value.toFixed(row.decimals));
  const band = row.bands.find((candidate) =>
    step >= (candidate.from ?? -Infinity) && step <= (candidate.to ?? Infinity)
    && (candidate.breathing === undefined || candidate.breathing === breathing));
  if (band === undefined) return undefined;
  return { points: band.points, reason: `${step.toFixed(row.decimals)} ${row.unit} (${describeNews2Band(band)})` };
}

/** The cell as the chart prints it: `≤8`, `9–11`, `≥25`, `93–94 on oxygen`. */
export function describeNews2Band(band: News2Band): string {
  const range = band.from === undefined ? `≤${band.to}` : band.to === undefined ? `≥${band.from}` : `${band.from}–${band.to}`;
  return band.breathing === undefined ? range : `${range} on ${band.breathing}`;
}
