/** When something happened: 'now' until somebody says otherwise. */
import type { JSX } from 'preact';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

export interface TimeChoiceProps {
  readonly label: string;
  /** `YYYY-MM-DDTHH:MM` local; empty for the time of saving. */
  readonly at: string;
  /** In words, if the time cannot be taken. */
  readonly problem?: string | undefined;
  readonly onAt: (at: string) => void;
}

export function TimeChoice({ label, at, problem, onAt }: TimeChoiceProps): JSX.Element {
  const say = words.value.when;
  if (at === '') {
    return (
      <p class="time-choice">
        <Icon name="clock" /> {label}: <strong>{say.now}</strong>
        <button type="button" class="button button-quiet" onClick={() => onAt(localMinute(now.value))}>{say.change}</button>
      </p>
    );
  }
  return (
    <div class="time-choice">
      <label class="field">
        <span class="field-name">{label}</span>
        <input
          class="input" type="datetime-local" value={at} aria-invalid={problem !== undefined} data-step
          onInput={(event) => {
            // Half-typed it is empty: that is not 'now' yet.
            if (event.currentTarget.value !== '') onAt(event.currentTarget.value);
          }}
          // What stands in the field is what will be saved.
          onBlur={(event) => { event.currentTarget.value = at; }}
        />
      </label>
      <button type="button" class="button button-quiet" onClick={() => onAt('')}>{say.useNow}</button>
      {problem !== undefined && <p class="notice" data-tone="failed" role="alert"><Icon name="alert" /> {problem}</p>}
    </div>
  );
}

/** `YYYY-MM-DDTHH:MM` as `datetime-local` wants it. `at` in milliseconds since 1970. */
function localMinute(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
