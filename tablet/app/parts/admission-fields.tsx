/** Bed, reason and time of an admission. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { BoardView } from '../port.ts';
import { usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import type { AdmissionDraft } from '../vitals/person-draft.ts';
import { readAdmission } from '../vitals/person-draft.ts';
import { TimeChoice } from './time-choice.tsx';

export function AdmissionFields({ draft, change }: { draft: AdmissionDraft; change: (part: Partial<AdmissionDraft>) => void }): JSX.Element {
  const board = usePort().topics.board.value;
  const say = words.value.admit;
  return (
    <>
      {board.beds.length === 0
        ? (
          <label class="field">
            <span class="field-name">{say.bedText}</span>
            <input class="input input-short" value={draft.bed} autocomplete="off" spellcheck={false} maxLength={20} onInput={(event) => change({ bed: event.currentTarget.value })} />
          </label>
        )
        : <Beds board={board} chosen={draft.bed} onChoose={(bed) => change({ bed })} />}
      <label class="field">
        <span class="field-name">{say.reason}</span>
        <input
          class="input" value={draft.reason} autocomplete="off" spellcheck={false} maxLength={200} placeholder={say.reasonHint}
          onInput={(event) => change({ reason: event.currentTarget.value })}
        />
      </label>
      <TimeChoice
        label={say.time} at={draft.at} problem={readAdmission(draft, now.value) === null ? words.value.when.future : undefined}
        onAt={(at) => change({ at })}
      />
    </>
  );
}

/** The free beds, bay by bay in the order of the corridor. A chosen bed that was taken meanwhile stays in sight, and is refused on saving. */
function Beds({ board, chosen, onChoose }: { board: BoardView; chosen: string; onChoose: (bed: string) => void }): JSX.Element {
  const group = useId();
  const say = words.value.admit;
  const taken = new Set(board.cards.map(({ bed }) => bed));
  const free = board.beds.filter(({ label }) => !taken.has(label) || label === chosen);
  const bays = Map.groupBy(free, ({ bay }) => bay ?? words.value.board.noBay);
  const option = (value: string, label: string): JSX.Element => (
    <label key={value} class="choice-option">
      <input type="radio" name={group} value={value} checked={chosen === value} onChange={() => onChoose(value)} />
      <span>{label}</span>
    </label>
  );
  return (
    <fieldset class="bed-choice">
      <legend class="field-name">{say.bed}</legend>
      {[...bays].map(([bay, beds]) => (
        <div key={bay} class="bed-choice-bay">
          <span class="muted">{bay}</span>
          <div class="choice">{beds.map(({ label }) => option(label, label))}</div>
        </div>
      ))}
      {free.length === 0 && <p class="muted">{say.noneFree}</p>}
      <div class="choice">{option('', say.noBedYet)}</div>
    </fieldset>
  );
}
