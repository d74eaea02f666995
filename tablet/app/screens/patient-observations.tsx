/** All observations of the stay: charts on the NEWS2 bands, and the same values as a table beside them. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ObservationSet } from '../../../protocol/clinical/model.ts';
import { ErrorDialog } from '../parts/error-dialog.tsx';
import { ObservationTable } from '../parts/observation-table.tsx';
import type { ChartRange } from '../parts/stay-charts.tsx';
import { chartRanges, StayCharts } from '../parts/stay-charts.tsx';
import { StayChoice } from '../parts/stay-item.tsx';
import { pressureText } from '../parts/vitals-strip.tsx';
import type { Entry, PatientView } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { showNumber } from '../vitals/fields.ts';
import { moment } from '../words/when.ts';

export function Observations({ view, canWrite }: { view: PatientView; canWrite: boolean }): JSX.Element {
  const [marking, setMarking] = useState<Entry<ObservationSet> | null>(null);
  const [range, setRange] = useState<ChartRange>('days');
  const say = words.value.observations;
  const { opened } = view;
  if (opened === undefined || view.observations.length === 0) {
    return <><StayChoice view={view} tab="observations" />{opened !== undefined && <p class="empty">{say.empty}</p>}</>;
  }
  return (
    <div class="observations">
      <StayChoice view={view} tab="observations" />
      <section class="panel charts" aria-label={say.charts}>
        <div class="panel-head">
          <h2>{say.charts}</h2>
          <div class="segments" role="group" aria-label={say.range}>
            {chartRanges.map((name) => (
              <button key={name} type="button" class="segment" aria-pressed={range === name} onClick={() => setRange(name)}>
                {say.ranges[name]}
              </button>
            ))}
          </div>
        </div>
        <StayCharts view={view} range={range} />
      </section>
      <section class="panel">
        <h2>{say.title}</h2>
        <ObservationTable entries={view.observations} birthDate={view.person.birthDate} {...(canWrite ? { onMark: setMarking } : {})} />
      </section>
      {marking !== null && (
        <ErrorDialog
          stay={opened.stay} collection="observations" id={marking.id} what={inShort(marking.value)} onClose={() => setMarking(null)}
        />
      )}
    </div>
  );
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
