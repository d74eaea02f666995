/**
 * The measured values of an observation set as the app shows and asks for them: units, decimals, and the range outside
 * which a value is questioned. The questions are ours, not NEWS2's: they catch slips of the finger (temperature 367,
 * saturation 9), and whoever is at the bed may always answer 'it is right'.
 */
import type { ObservationSet } from '../../../protocol/clinical/model.ts';

export type NumericVital =
  | 'respiratoryRate' | 'spo2' | 'systolic' | 'diastolic' | 'heartRate' | 'temperature'
  | 'pain' | 'weight' | 'height' | 'bloodGlucose';

export interface VitalField {
  readonly key: NumericVital;
  /** As shown after the number; empty for a score without one. */
  readonly unit: string;
  readonly decimals: 0 | 1;
  /** Outside this range the app asks 'is it right?'. */
  readonly expected: readonly [low: number, high: number];
}

export const vitalFields: Readonly<Record<NumericVital, VitalField>> = {
  respiratoryRate: { key: 'respiratoryRate', unit: '/min', decimals: 0, expected: [5, 60] },
  spo2: { key: 'spo2', unit: '%', decimals: 0, expected: [70, 100] },
  systolic: { key: 'systolic', unit: 'mmHg', decimals: 0, expected: [60, 250] },
  diastolic: { key: 'diastolic', unit: 'mmHg', decimals: 0, expected: [30, 150] },
  heartRate: { key: 'heartRate', unit: '/min', decimals: 0, expected: [30, 200] },
  temperature: { key: 'temperature', unit: '°C', decimals: 1, expected: [33, 41.5] },
  pain: { key: 'pain', unit: '', decimals: 0, expected: [0, 10] },
  weight: { key: 'weight', unit: 'kg', decimals: 1, expected: [30, 250] },
  height: { key: 'height', unit: 'cm', decimals: 0, expected: [120, 220] },
  bloodGlucose: { key: 'bloodGlucose', unit: 'mmol/L', decimals: 1, expected: [2.5, 25] },
};

/** Asked in every round, in the order of the paper chart. */
export const roundFields: readonly NumericVital[] = [
  'respiratoryRate', 'spo2', 'systolic', 'diastolic', 'heartRate', 'temperature',
];

/** Asked when wanted. */
export const furtherFields: readonly NumericVital[] = ['pain', 'bloodGlucose', 'weight', 'height'];

/** '37.2', with the decimal sign of the language. */
export function showNumber(key: NumericVital, value: number, locale: string): string {
  return numberFormat(locale, vitalFields[key].decimals).format(value);
}

/** Making a format costs more than using it a hundred times, and a board shows a thousand numbers. */
const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string, decimals: number): Intl.NumberFormat {
  const name = `${locale} ${decimals}`;
  const known = numberFormats.get(name);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: 2, useGrouping: false });
  numberFormats.set(name, made);
  return made;
}

/** '37.2 °C' */
export function showValue(key: NumericVital, value: number, locale: string): string {
  const { unit } = vitalFields[key];
  const number = showNumber(key, value, locale);
  // A thin, unbreakable gap; the per cent sign stands close in English and apart in French, close suits both here.
  return unit === '' ? number : unit === '%' ? `${number}%` : `${number}\u00a0${unit}`;
}

/** The newest set that was not entered in error and that has this value. */
export function previousWith(sets: readonly ObservationSet[], key: keyof ObservationSet): ObservationSet | undefined {
  return sets.findLast((set) => set.enteredInError === undefined && set[key] !== undefined);
}
