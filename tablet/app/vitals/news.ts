/**
 * NEWS2 as the app words it: which level a total stands for, and which cell of the chart gave a point. The scoring
 * itself is `protocol/clinical/news2.ts`.
 */
import type { ObservationSet } from '../../../protocol/clinical/model.ts';
import type { News2Band, News2Parameter, News2Row, Points } from '../../../protocol/clinical/news2.ts';
import { NEWS2_TABLE, responseTo } from '../../../protocol/clinical/news2.ts';
import type { Words } from '../words/en.ts';

/** The risk of the response table, with 0 apart from 1–4 because it is observed less often. */
export type NewsLevel = keyof Words['news']['levels'];

export function levelOf(total: number, anyThree: boolean): NewsLevel {
  return total === 0 ? 'none' : responseTo(total, anyThree).risk;
}

export type Trend = 'rising' | 'falling' | 'steady';

export function trendOf(score: number, previous: number | undefined): Trend | undefined {
  if (previous === undefined) return undefined;
  return score > previous ? 'rising' : score < previous ? 'falling' : 'steady';
}

/** The bands of a total: 0, 1–4, 5–6, 7 and more, from the response table. */
export const newsBands: readonly News2Band[] = totalBands();

/** The row of the chart for a measured value; SpO2 has two, by what is prescribed. */
export function rowOf(parameter: News2Parameter, scale: 1 | 2): News2Row | undefined {
  switch (parameter) {
    case 'oxygen':
    case 'consciousness': return undefined;
    case 'spo2': return scale === 2 ? NEWS2_TABLE.spo2Scale2 : NEWS2_TABLE.spo2Scale1;
    default: return NEWS2_TABLE[parameter];
  }
}

/** The cells of a row that hold while breathing air or oxygen. */
export function bandsOf(row: News2Row, supplemental: boolean): readonly News2Band[] {
  const breathing = supplemental ? 'oxygen' : 'air';
  return row.bands.filter((band) => band.breathing === undefined || band.breathing === breathing);
}

/** Why a value has its points, in the language of the app: '21–24' of the chart, 'Oxygen', 'New confusion'. */
export function reasonFor(
  parameter: News2Parameter, points: Points, set: Omit<ObservationSet, 'author'>, words: Words,
): string {
  if (parameter === 'oxygen') return set.oxygen?.supplemental === true ? words.oxygen.oxygen : words.oxygen.air;
  if (parameter === 'consciousness') {
    return set.consciousness === undefined ? '' : words.consciousness[set.consciousness].name;
  }
  const row = rowOf(parameter, set.spo2Scale ?? 1);
  const value = set[parameter];
  if (row === undefined || value === undefined) return '';
  const step = Number(value.toFixed(row.decimals));
  const band = bandsOf(row, set.oxygen?.supplemental ?? false).find((cell) =>
    cell.points === points && step >= (cell.from ?? -Infinity) && step <= (cell.to ?? Infinity));
  return band === undefined ? '' : rangeText(band, row.decimals, words.locale);
}

function rangeText(band: News2Band, decimals: number, locale: string): string {
  const show = (value: number): string => value.toLocaleString(locale, { minimumFractionDigits: decimals });
  if (band.from === undefined) return band.to === undefined ? '' : `≤ ${show(band.to)}`;
  return band.to === undefined ? `≥ ${show(band.from)}` : `${show(band.from)}–${show(band.to)}`;
}

/** Read off `responseTo`, so that its limits stand in one place only. */
function totalBands(): News2Band[] {
  const MAX_TOTAL = 20;
  const bandOfLevel: Readonly<Record<NewsLevel, Points>> = { none: 0, low: 1, 'low-medium': 1, medium: 2, high: 3 };
  const points = Array.from({ length: MAX_TOTAL + 1 }, (_, total) => bandOfLevel[levelOf(total, false)]);
  return [...new Set(points)].map((band) => {
    const [from, to] = [points.indexOf(band), points.lastIndexOf(band)];
    return { points: band, ...(from > 0 && { from }), ...(to < MAX_TOTAL && { to }) };
  });
}
