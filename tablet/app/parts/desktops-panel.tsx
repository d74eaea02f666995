/** Whether admins act at desktops, and what that costs, where the admin chooses it (PAGE-9). */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CouncilView } from '../port-council.ts';
import { useActing } from '../state/council.ts';
import { words } from '../state/preferences.ts';
import { FormProblem } from './form-problem.tsx';

const POWERS = ['own', 'role'] as const;

export function DesktopsPanel({ view: { desktopPowers } }: { view: CouncilView }): JSX.Element {
  const { working, problem, act } = useActing();
  const [chosen, setChosen] = useState(desktopPowers);
  const { desktops: say, working: workingText } = words.value.council;
  const isInForce = chosen === desktopPowers;

  return (
    <form
      class="panel" noValidate aria-labelledby="ward-desktops"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isInForce) void act({ do: 'set-desktop-powers', powers: chosen }, say.done);
      }}
    >
      <h2 id="ward-desktops">{say.title}</h2>
      <p>{say.text}</p>
      <fieldset class="choice-rows">
        <legend class="field-name">{say.choose}</legend>
        {POWERS.map((powers) => (
          <label key={powers} class="ward-choice">
            <input type="radio" name="desktops" checked={powers === chosen} onChange={() => setChosen(powers)} />
            <span>
              <strong>{say[powers]}</strong>{powers === desktopPowers && <small class="muted">{say.now}</small>}
              <small class="muted">{powers === 'own' ? say.ownText : say.roleText}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <FormProblem text={problem} />
      <button type="submit" class="button button-primary" aria-disabled={working || isInForce}>{working ? workingText : say.action}</button>
    </form>
  );
}
