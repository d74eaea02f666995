/** The newest observation set in one line of cells: short name, value, and the NEWS2 points where it has some. */
import type { JSX } from 'preact';
import type { IsoDay, ObservationSet } from '../../../protocol/clinical/model.ts';
import type { News2Parameter } from '../../../protocol/clinical/news2.ts';
import { scoreSet } from '../../../protocol/clinical/news2.ts';
import { words } from '../state/preferences.ts';
import { showNumber } from '../vitals/fields.ts';
import type { Words } from '../words/en.ts';
import { Points } from './news-badge.tsx';

interface Cell {
  readonly name: string;
  readonly short: string;
  readonly value: string;
  readonly unit: string;
  readonly parameters: readonly News2Parameter[];
}

export function VitalsStrip({ set, birthDate }: { set: ObservationSet; birthDate: IsoDay | undefined }): JSX.Element {
  const score = scoreSet(set, birthDate);
  const pointsOf = (parameters: readonly News2Parameter[]): number => score.scored
    ? Math.max(0, ...parameters.map((parameter) => score.parameters[parameter]?.points ?? 0))
    : 0;
  return (
    <dl class="vitals-strip">
      {cells(set, words.value).map((cell) => {
        const points = pointsOf(cell.parameters);
        return (
          <div key={cell.short} class="vital" data-points={points}>
            <dt><span aria-hidden="true">{cell.short}</span><span class="visually-hidden">{cell.name}</span></dt>
            <dd>
              <span class="vital-value">{cell.value}</span>
              <span class={points > 0 ? 'visually-hidden' : 'vital-unit'}>{cell.unit}</span>
              {points > 0 && <Points points={points} />}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function cells(set: ObservationSet, say: Words): readonly Cell[] {
  const number = (key: 'respiratoryRate' | 'spo2' | 'heartRate' | 'temperature'): string => {
    const value = set[key];
    return value === undefined ? '–' : showNumber(key, value, say.locale);
  };
  return [
    { ...say.vitals.respiratoryRate, value: number('respiratoryRate'), unit: '/min', parameters: ['respiratoryRate'] },
    { ...say.vitals.spo2, value: number('spo2'), unit: '%', parameters: ['spo2'] },
    { ...say.vitals.oxygen, value: oxygenText(set, say), unit: '', parameters: ['oxygen'] },
    { ...say.vitals.bloodPressure, value: pressureText(set), unit: '', parameters: ['systolic'] },
    { ...say.vitals.heartRate, value: number('heartRate'), unit: '/min', parameters: ['heartRate'] },
    { ...say.vitals.consciousness, value: set.consciousness === undefined ? '–' : say.consciousness[set.consciousness].letter, unit: '', parameters: ['consciousness'] },
    { ...say.vitals.temperature, value: number('temperature'), unit: '°C', parameters: ['temperature'] },
  ];
}

/** 'Air', '2 L', 'Oxygen' when nobody wrote the flow. */
export function oxygenText(set: Pick<ObservationSet, 'oxygen'>, say: Words): string {
  if (set.oxygen === undefined) return '–';
  if (!set.oxygen.supplemental) return say.oxygen.air;
  return set.oxygen.litresPerMinute === undefined
    ? say.oxygen.oxygen
    : `${set.oxygen.litresPerMinute.toLocaleString(say.locale)} L`;
}

/** '118/74' */
export function pressureText(set: Pick<ObservationSet, 'systolic' | 'diastolic'>): string {
  if (set.systolic === undefined && set.diastolic === undefined) return '–';
  return `${set.systolic ?? '–'}/${set.diastolic ?? '–'}`;
}
