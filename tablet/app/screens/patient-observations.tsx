/** All observations of the stay: charts on the NEWS2 bands, and the same values as a table beside them. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ObservationSet } from '../../../protocol/clinical/model.ts';
import { scoreNews2 } from '../../../protocol/clinical/news2.ts';
import { ErrorDialog } from '../parts/error-dialog.tsx';
import { ObservationTable } from '../parts/observation-table.tsx';
import type { ChartPoint } from '../parts/vital-chart.tsx';
import { VitalChart } from '../parts/vital-chart.tsx';
import { pressureText } from '../parts/vitals-strip.tsx';
import type { Entry, PatientView } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { showNumber, vitalFields } from '../vitals/fields.ts';
import { bandsOf, rowOf } from '../vitals/news.ts';
import { moment } from '../words/when.ts';

type Range = 'day' | 'days' | 'stay';

const HOUR_MS = 3_600_000;
const ranges: readonly Range[] = ['day', 'days', 'stay'];
const charted = ['respiratoryRate', 'spo2', 'systolic', 'heartRate', 'temperature'] as const;

type Charted = (typeof charted)[number];

/** The part of each scale that is always in view; as on the paper chart, so that one knows a curve by its height. */
const usual: Readonly<Record<Charted, readonly [number, number]>> = {
  respiratoryRate: [6, 28], spo2: [86, 100], systolic: [60, 180], heartRate: [40, 130], temperature: [35, 39.5],
};

/** 7 and more is drawn up to here, or to the highest total. */
const NEWS_USUAL: readonly [number, number] = [0, 9];

export function Observations({ view, canWrite }: { view: PatientView; canWrite: boolean }): JSX.Element {
  const [marking, setMarking] = useState<Entry<ObservationSet> | null>(null);
  const [range, setRange] = useState<Range>('days');
  const say = words.value.observations;
  if (view.observations.length === 0) return <p class="empty">{say.empty}</p>;
  return (
    <div class="observations">
      <section class="panel charts" aria-label={say.charts}>
        <div class="panel-head">
          <h2>{say.charts}</h2>
          <div class="segments" role="group" aria-label={say.range}>
            {ranges.map((name) => (
              <button key={name} type="button" class="segment" aria-pressed={range === name} onClick={() => setRange(name)}>
                {say.ranges[name]}
              </button>
            ))}
          </div>
        </div>
        <Charts view={view} range={range} />
      </section>
      <section class="panel" aria-label={say.table}>
        <h2>{say.title}</h2>
        <ObservationTable entries={view.observations} age={view.card.age} {...(canWrite ? { onMark: setMarking } : {})} />
      </section>
      {marking !== null && (
        <ErrorDialog
          stay={view.card.stay} collection="observations" id={marking.id} what={inShort(marking.value)} onClose={() => setMarking(null)}
        />
      )}
    </div>
  );
}

function Charts({ view, range }: { view: PatientView; range: Range }): JSX.Element {
  const valid = useMemo(
    () => view.observations.map(({ value }) => value).filter((set) => set.enteredInError === undefined),
    [view.observations],
  );
  const [from, to] = period(range, valid);
  const series = useMemo(() => {
    const within = valid.filter((set) => Date.parse(set.at) >= from);
    const news = within.flatMap((set): ChartPoint[] => {
      const score = scoreNews2(set, view.card.age);
      return score.scored ? [{ at: Date.parse(set.at), value: score.total }] : [];
    });
    const vitals = Object.fromEntries(charted.map((key) => [key, pointsOf(within, key)])) as Record<Charted, ChartPoint[]>;
    return { news, vitals };
  }, [valid, from, view.card.age]);

  const say = words.value;
  if (series.news.length === 0) return <p class="empty-line">{say.observations.rangeEmpty}</p>;
  const supplemental = valid.at(-1)?.oxygen?.supplemental ?? false;
  return (
    <div class="chart-grid">
      <VitalChart
        name={say.news.name} unit="" points={series.news} halfStep={0.5} usual={NEWS_USUAL} range={[from, to]}
        bands={[{ to: 0, points: 0 }, { from: 1, to: 4, points: 1 }, { from: 5, to: 6, points: 2 }, { from: 7, points: 3 }]}
        show={({ value }) => String(value)}
      />
      {charted.map((key) => {
        const row = rowOf(key, view.spo2Scale2 ? 2 : 1);
        const { name } = key === 'systolic' ? say.vitals.bloodPressure : say.vitals[key];
        return (
          <VitalChart
            key={key} name={key === 'spo2' && view.spo2Scale2 ? `${name}, ${say.news.scale2Short}` : name} unit={vitalFields[key].unit}
            points={series.vitals[key]} bands={row === undefined ? [] : bandsOf(row, supplemental)}
            halfStep={vitalFields[key].decimals === 0 ? 0.5 : 0.05} usual={usual[key]} range={[from, to]}
            show={({ value, low }) => (key === 'systolic' ? `${value}/${low ?? '–'}` : showNumber(key, value, say.locale))}
          />
        );
      })}
    </div>
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
function period(range: Range, sets: readonly ObservationSet[]): readonly [number, number] {
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

/** The set in one line, for 'which one am I marking?'. */
function inShort(set: ObservationSet): string {
  const say = words.value;
  const value = (key: 'respiratoryRate' | 'spo2' | 'heartRate' | 'temperature'): string =>
    set[key] === undefined ? '' : `${say.vitals[key].short} ${showNumber(key, set[key], say.locale)}`;
  return [
    moment(set.at, now.value, say), value('respiratoryRate'), value('spo2'), `${say.vitals.bloodPressure.short} ${pressureText(set)}`,
    value('heartRate'), value('temperature'), set.author.name,
  ].filter((part) => part !== '').join(' · ');
}
