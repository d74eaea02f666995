/** Observation sets as a table, newest first. Sets entered in error stay in it, struck through, with the reason. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { IsoDay, ObservationSet } from '../../../protocol/clinical/model.ts';
import type { News2Parameter } from '../../../protocol/clinical/news2.ts';
import { scoreSet } from '../../../protocol/clinical/news2.ts';
import type { Entry } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { furtherFields, showNumber, showValue } from '../vitals/fields.ts';
import { levelOf } from '../vitals/news.ts';
import type { Words } from '../words/en.ts';
import { moment } from '../words/when.ts';
import { AmendmentLine } from './error-dialog.tsx';
import { Icon } from './icon.tsx';
import { Points } from './news-badge.tsx';
import { BroughtIn, ProvenanceLine } from './provenance-line.tsx';
import { StandingMark } from './standing.tsx';
import { oxygenText, pressureText } from './vitals-strip.tsx';

export interface ObservationTableProps {
  /** Oldest first. */
  readonly entries: readonly Entry<ObservationSet>[];
  readonly birthDate: IsoDay | undefined;
  readonly onMark?: (entry: Entry<ObservationSet>) => void;
}

const ROWS_AT_FIRST = 25;
const COLUMNS = 12;

export function ObservationTable({ entries, birthDate, onMark }: ObservationTableProps): JSX.Element {
  const [rows, setRows] = useState(ROWS_AT_FIRST);
  const say = words.value;
  const shown = entries.toReversed().slice(0, rows);
  const hidden = entries.length - shown.length;
  return (
    <>
      <div class="table-scroll" role="region" aria-label={say.observations.table} tabIndex={0}>
        <table class="table observation-table">
          <thead>
            <tr>
              <th scope="col">{say.observations.time}</th>
              <th scope="col" class="number">{say.news.name}</th>
              <th scope="col" class="number">{say.vitals.respiratoryRate.short} <small>/min</small></th>
              <th scope="col" class="number">{say.vitals.spo2.short} <small>%</small></th>
              <th scope="col">{say.vitals.oxygen.short}</th>
              <th scope="col" class="number">{say.vitals.bloodPressure.short} <small>mmHg</small></th>
              <th scope="col" class="number">{say.vitals.heartRate.short} <small>/min</small></th>
              <th scope="col">{say.vitals.consciousness.short}</th>
              <th scope="col" class="number">{say.vitals.temperature.short} <small>°C</small></th>
              <th scope="col" class="number">{say.vitals.pain.short}</th>
              <th scope="col">{say.observations.by}</th>
              {onMark !== undefined && <th scope="col"><span class="visually-hidden">{say.observations.action}</span></th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((entry) => <Row key={entry.id} entry={entry} birthDate={birthDate} {...(onMark === undefined ? {} : { onMark })} />)}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <button type="button" class="button button-quiet" onClick={() => setRows(entries.length)}>{say.observations.showMore(hidden)}</button>
      )}
    </>
  );
}

function Row({ entry, birthDate, onMark }: Omit<ObservationTableProps, 'entries'> & { entry: Entry<ObservationSet> }): JSX.Element {
  const set = entry.value;
  const say = words.value;
  const wrong = set.enteredInError;
  const when = moment(set.at, now.value, say);
  const score = scoreSet(set, birthDate);
  const cell = (parameter: News2Parameter, text: string, number: boolean, under = ''): JSX.Element => {
    const points = wrong === undefined && score.scored ? score.parameters[parameter]?.points ?? 0 : 0;
    const body = <>{text}{points > 0 && <Points points={points} />}{under !== '' && <small>{under}</small>}</>;
    return <td class={number ? 'number' : undefined} data-points={points}>{wrong === undefined ? body : <del>{text}</del>}</td>;
  };
  const numeric = (key: 'respiratoryRate' | 'spo2' | 'heartRate' | 'temperature', under = ''): JSX.Element => {
    const value = set[key];
    return cell(key, value === undefined ? '–' : showNumber(key, value, say.locale), true, under);
  };
  const more = further(set, say);
  return (
    <>
      <tr data-error={wrong !== undefined}>
        <th scope="row">{wrong === undefined ? when : <del>{when}</del>}</th>
        <td class="number">{score.scored && (wrong === undefined
          ? <span class="news-chip" data-level={levelOf(score.total, score.anyThree)}>{score.total}{score.complete ? '' : '*'}</span>
          : <del>{score.total}</del>)}
        </td>
        {numeric('respiratoryRate')}
        {numeric('spo2', set.spo2Scale === 2 ? say.news.scale2Short : '')}
        {cell('oxygen', oxygenText(set, say), false, deviceName(set.oxygen?.device, say))}
        {cell('systolic', pressureText(set), true)}
        {numeric('heartRate')}
        {cell('consciousness', set.consciousness === undefined ? '–' : say.consciousness[set.consciousness].letter, false)}
        {numeric('temperature')}
        <td class="number">{set.pain === undefined ? '–' : wrong === undefined ? set.pain : <del>{set.pain}</del>}</td>
        <td class="by">{set.author.name} <BroughtIn provenance={entry.provenance} /> <StandingMark standing={entry.standing} /></td>
        {onMark !== undefined && (
          <td>
            {wrong === undefined && (
              <button
                type="button" class="button button-quiet button-icon" aria-label={`${say.error.mark}: ${when}`} title={say.error.mark}
                onClick={() => onMark(entry)}
              >
                <Icon name="strike" />
              </button>
            )}
          </td>
        )}
      </tr>
      {(wrong !== undefined || more !== '' || isQuestioned(entry)) && (
        <tr class="row-more">
          <td colSpan={COLUMNS}>
            {more !== '' && (wrong === undefined ? <span class="muted">{more}</span> : <del>{more}</del>)}
            <ProvenanceLine provenance={entry.provenance} />
            {wrong !== undefined && <><AmendmentLine amendment={wrong} /><ProvenanceLine provenance={entry.errorProvenance} /></>}
          </td>
        </tr>
      )}
    </>
  );
}

function isQuestioned({ provenance }: Entry<ObservationSet>): boolean {
  return provenance !== undefined && (provenance.isImported !== true || provenance.changedBy !== undefined || provenance.isTooLong === true);
}

/** Devices the app offers are named in its language; others, of an import, as they were written. */
function deviceName(device: string | undefined, say: Words): string | undefined {
  return say.oxygen.devices.find(({ value }) => value === device)?.name ?? device;
}

/** What has no column of its own: 'Glucose 6.1 mmol/L · Weight 71.2 kg'. */
function further(set: ObservationSet, say: Words): string {
  const values = furtherFields.filter((key) => key !== 'pain').flatMap((key) => {
    const value = set[key];
    return value === undefined ? [] : [`${say.vitals[key].short} ${showValue(key, value, say.locale)}`];
  });
  return values.join(' · ');
}
