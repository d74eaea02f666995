/** For how long a PIN opens after a password, and what that costs, where the admin chooses it (PIN-1). */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CouncilView } from '../port-council.ts';
import { useActing } from '../state/council.ts';
import { words } from '../state/preferences.ts';
import { FormProblem } from './form-problem.tsx';

/** Never, half a day's shift, a shift, a day. `wardsync policy set --grace` takes any number of hours between. */
const HOURS = [0, 8, 12, 24];

export function GracePanel({ view: { graceHours } }: { view: CouncilView }): JSX.Element {
  const { working, problem, act } = useActing();
  const [chosen, setChosen] = useState(graceHours);
  const { grace: say, working: workingText } = words.value.council;
  const isInForce = chosen === graceHours;
  const choices = [...new Set([...HOURS, graceHours])].sort((a, b) => a - b);

  return (
    <form
      class="panel" noValidate aria-labelledby="ward-grace"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isInForce) void act({ do: 'set-grace', hours: chosen }, say.done(chosen));
      }}
    >
      <h2 id="ward-grace">{say.title}</h2>
      <p>{say.text}</p>
      <p class="notice" data-tone="question"><span>{say.cost}</span></p>
      <fieldset class="choice-rows">
        <legend class="field-name">{say.choose}</legend>
        {choices.map((hours) => (
          <label key={hours} class="ward-choice">
            <input type="radio" name="grace" checked={hours === chosen} onChange={() => setChosen(hours)} />
            <span><strong>{say.option(hours)}</strong>{hours === graceHours && <small class="muted">{say.now}</small>}</span>
          </label>
        ))}
      </fieldset>
      <FormProblem text={problem} />
      <button type="submit" class="button button-primary" aria-disabled={working || isInForce}>{working ? workingText : say.action}</button>
    </form>
  );
}
