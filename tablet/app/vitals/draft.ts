/**
 * An observation set while it is being typed: the texts as they stand in the fields. Reading it never changes a value;
 * what looks wrong becomes a question that the person at the bed answers.
 */
import type { Consciousness, ObservationSet } from '../../../protocol/clinical/model.ts';
import type { NumericVital } from './fields.ts';
import { vitalFields } from './fields.ts';

export interface ObservationDraft {
  /** `YYYY-MM-DDTHH:MM` local; empty for 'the time of saving'. */
  readonly at: string;
  readonly numbers: Readonly<Partial<Record<NumericVital, string>>>;
  readonly oxygen: 'air' | 'oxygen' | null;
  readonly litres: string;
  readonly device: string;
  readonly consciousness: Consciousness | null;
  /** The text of an unusual value that was confirmed as right; another text is asked about again. */
  readonly confirmed: Readonly<Partial<Record<Questioned, string>>>;
}

export type Questioned = NumericVital | 'litres' | 'at';

export type Problem =
  | { readonly kind: 'not-a-number' }
  | { readonly kind: 'future' }
  | { readonly kind: 'unusual'; readonly low: number; readonly high: number; readonly answered: boolean }
  /** Diastolic is not below systolic. */
  | { readonly kind: 'crossed'; readonly answered: boolean };

export interface ReadDraft {
  /** What counts so far: a value with an open question is not in it, so it cannot make a score. */
  readonly set: Omit<ObservationSet, 'author'>;
  readonly problems: Readonly<Partial<Record<Questioned, Problem>>>;
  readonly empty: boolean;
  /** Nothing stands in the way of saving. */
  readonly ready: boolean;
}

export const emptyDraft: ObservationDraft = {
  at: '', numbers: {}, oxygen: null, litres: '', device: '', consciousness: null, confirmed: {},
};

const LITRES_EXPECTED = [0.5, 60] as const;
/** A tablet's clock and a wrist watch differ a little. */
const FUTURE_ALLOWED_MS = 5 * 60_000;

/**
 * Reads the draft. `scale2`: SpO2 scale 2 is prescribed for this patient. `now` in milliseconds; it is the set's time
 * unless another was given.
 */
export function readDraft(draft: ObservationDraft, scale2: boolean, now: number): ReadDraft {
  const problems: Partial<Record<Questioned, Problem>> = {};
  const numbers: Partial<Record<NumericVital, number>> = {};

  for (const { key, expected } of Object.values(vitalFields)) {
    const text = draft.numbers[key] ?? '';
    const value = readNumber(text, key, draft, expected, problems);
    if (value !== undefined) numbers[key] = value;
  }
  if (
    numbers.systolic !== undefined && numbers.diastolic !== undefined
    && numbers.diastolic >= numbers.systolic && problems.diastolic === undefined
  ) {
    problems.diastolic = { kind: 'crossed', answered: draft.confirmed.diastolic === draft.numbers.diastolic };
  }

  const litres = draft.oxygen === 'oxygen'
    ? readNumber(draft.litres, 'litres', draft, LITRES_EXPECTED, problems)
    : undefined;
  const at = draft.at === '' ? now : Date.parse(draft.at);
  if (Number.isNaN(at)) problems.at = { kind: 'not-a-number' };
  else if (at > now + FUTURE_ALLOWED_MS) problems.at = { kind: 'future' };

  const set: Omit<ObservationSet, 'author'> = {
    at: new Date(Number.isNaN(at) ? now : at).toISOString(),
    ...numbers,
    ...(numbers.spo2 === undefined ? {} : { spo2Scale: scale2 ? 2 : 1 }),
    ...(draft.oxygen === null ? {} : {
      oxygen: {
        supplemental: draft.oxygen === 'oxygen',
        ...(litres === undefined ? {} : { litresPerMinute: litres }),
        ...(draft.oxygen === 'oxygen' && draft.device !== '' ? { device: draft.device } : {}),
      },
    }),
    ...(draft.consciousness === null ? {} : { consciousness: draft.consciousness }),
  };
  const empty = !isTouched(draft);
  const ready = !empty && Object.values(problems).every((problem) => 'answered' in problem && problem.answered);
  return { set, problems, empty, ready };
}

/** Whether anything was typed that would be lost. */
export function isTouched(draft: ObservationDraft): boolean {
  return draft.oxygen !== null || draft.consciousness !== null || draft.litres !== ''
    || Object.values(draft.numbers).some((text) => text !== '');
}

/** Accepts `37.2` and `37,2`: which of the two a keypad offers depends on the tablet's language. */
function readNumber(
  text: string, key: NumericVital | 'litres', draft: ObservationDraft,
  [low, high]: readonly [number, number], problems: Partial<Record<Questioned, Problem>>,
): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (!/^\d{1,4}([.,]\d{0,2})?$/.test(trimmed)) {
    problems[key] = { kind: 'not-a-number' };
    return undefined;
  }
  const value = Number(trimmed.replace(',', '.'));
  if (value < low || value > high) {
    const answered = draft.confirmed[key] === text;
    problems[key] = { kind: 'unusual', low, high, answered };
    if (!answered) return undefined;
  }
  return value;
}
