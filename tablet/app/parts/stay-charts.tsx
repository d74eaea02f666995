/** The charts of a stay: the NEWS2 total, and each vital sign that it counts. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { IsoDay, ObservationSet } from '../../../protocol/clinical/model.ts';
import { scoreSet } from '../../../protocol/clinical/news2.ts';
import type { Entry, PatientView } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { showNumber, vitalFields } from '../vitals/fields.ts';
import { bandsOf, newsBands, rowOf } from '../vitals/news.ts';
import type { ChartPoint } from './vital-chart.tsx';
import { VitalChart } from './vital-chart.tsx';

export type ChartRange = 'day' | 'days' | 'stay';

export const chartRanges: readonly ChartRange[] = ['day', 'days', 'stay'];

const HOUR_MS = 3_600_000;
const charted = ['respiratoryRate', 'spo2', 'systolic', 'heartRate', 'temperature'] as const;

type Charted = (typeof charted)[number];

/** The part of each scale that is always in view; as on the paper chart, so that one knows a curve by its height. */
const usual: Readonly<Record<Charted, readonly [number, number]>> = {
  respiratoryRate: [6, 28], spo2: [86, 100], systolic: [60, 180], heartRate: [40, 130], temperature: [35, 39.5],
};

/** 7 and more is drawn up to here, or to the highest total. */
const NEWS_USUAL: readonly [number, number] = [0, 9];

export function StayCharts({ view, range }: { view: PatientView; range: ChartRange }): JSX.Element {
  const { observations, spo2Scale2 } = view;
  const valid = useValid(observations);
  const [from, to] = period(range, valid);
  const series = useMemo(() => {
    const within = valid.filter((set) => Date.parse(set.at) >= from);
    return charted.map((key) => ({ key, points: pointsOf(within, key) }));
  }, [valid, from]);

  const say = words.value;
  if (series.every(({ points }) => points.length === 0)) return <p class="empty-line">{say.observations.rangeEmpty}</p>;
  const supplemental = valid.at(-1)?.oxygen?.supplemental ?? false;
  return (
    <div class="chart-grid">
      <NewsChart observations={observations} birthDate={view.person.birthDate} range={range} />
      {series.map(({ key, points }) => {
        const row = rowOf(key, spo2Scale2 ? 2 : 1);
        const { name } = key === 'systolic' ? say.vitals.bloodPressure : say.vitals[key];
        return (
          <VitalChart
            key={key} name={key === 'spo2' && spo2Scale2 ? `${name}, ${say.news.scale2Short}` : name} unit={vitalFields[key].unit}
            points={points} bands={row === undefined ? [] : bandsOf(row, supplemental)}
            halfStep={vitalFields[key].decimals === 0 ? 0.5 : 0.05} usual={usual[key]} from={from} to={to}
            show={({ value, low }) => (key === 'systolic' ? `${value}/${low ?? '–'}` : showNumber(key, value, say.locale))}
          />
        );
      })}
    </div>
  );
}

/** The NEWS2 total over time; nothing when no set has a score. */
export function NewsChart({ observations, birthDate, range }: {
  observations: readonly Entry<ObservationSet>[];
  birthDate: IsoDay | undefined;
  range: ChartRange;
}): JSX.Element | null {
  const valid = useValid(observations);
  const [from, to] = period(range, valid);
  const points = useMemo(() => valid.filter((set) => Date.parse(set.at) >= from).flatMap((set): ChartPoint[] => {
    const score = scoreSet(set, birthDate);
    return score.scored ? [{ at: Date.parse(set.at), value: score.total }] : [];
  }), [valid, from, birthDate]);
  if (points.length === 0) return null;
  return (
    <VitalChart
      name={words.value.news.name} unit="" points={points} bands={newsBands} halfStep={0.5} usual={NEWS_USUAL} from={from} to={to}
      show={({ value }) => String(value)}
    />
  );
}

function useValid(observations: readonly Entry<ObservationSet>[]): readonly ObservationSet[] {
  return useMemo(
    () => observations.map(({ value }) => value).filter((set) => set.enteredInError === undefined),
    [observations],
  );
}

function pointsOf(sets: readonly ObservationSet[], key: Charted): ChartPoint[] {
  return sets.flatMap((set) => {
    const value = set[key];
    if (value === undefined) return [];
    const low = key === 'systolic' && set.diastolic !== undefined ? { low: set.diastolic } : {};
    return [{ at: Date.parse(set.at), value, ...low }];
  });
}

/** Up to now for a patient who is being observed; for an old stay, up to its last set. Steps of an hour, so that it rests. */
function period(range: ChartRange, sets: readonly ObservationSet[]): readonly [number, number] {
  const first = Date.parse(sets[0]?.at ?? '') || now.value;
  const last = Date.parse(sets.at(-1)?.at ?? '') || now.value;
  const fresh = now.value - last < 24 * HOUR_MS;
  const to = Math.ceil((fresh ? now.value : last + HOUR_MS) / HOUR_MS) * HOUR_MS;
  switch (range) {
    case 'day': return [to - 24 * HOUR_MS, to];
    case 'days': return [to - 72 * HOUR_MS, to];
    case 'stay': return [Math.floor(first / HOUR_MS) * HOUR_MS - HOUR_MS, to];
    default: return range satisfies never;
  }
}
