/** How people unlock: how many of the ward's devices have to answer, and what each choice gives up (UNLOCK-7). */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { DesktopsPanel } from '../parts/desktops-panel.tsx';
import { FormProblem } from '../parts/form-problem.tsx';
import { GracePanel } from '../parts/grace-panel.tsx';
import type { CouncilView, PolicyChoice } from '../port-council.ts';
import { useActing } from '../state/council.ts';
import { words } from '../state/preferences.ts';

const ALONE: PolicyChoice = { threshold: 0, nodes: 0, tries: 0, triesOnOne: 0 };

export function WardUnlock({ view }: { view: CouncilView }): JSX.Element {
  const { working, problem, act } = useActing();
  const [chosen, setChosen] = useState<PolicyChoice>(view.policy ?? ALONE);
  const { unlock: say, working: workingText } = words.value.council;
  const byPassword = view.people.filter(({ byPasswordAlone }) => byPasswordAlone).map(({ name }) => name);
  const isInForce = isSame(chosen, view.policy ?? ALONE);

  return (
    <div class="ward-part">
      <p>{say.text}</p>
      <section class="panel" aria-labelledby="ward-policy">
        <h2 id="ward-policy">{say.now}</h2>
        <p><strong>{view.policy === null ? say.none : say.is(view.policy.threshold, view.policy.nodes)}</strong></p>
        {view.policy !== null && <Words policy={view.policy} />}
        <p class="muted">{say.there(view.nodesThere)}</p>
        {view.policy !== null && byPassword.length > 0 && <p class="muted">{say.byPassword(byPassword.join(', '))}</p>}
      </section>
      <form
        class="panel" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isInForce) void act({ do: 'set-policy', threshold: chosen.threshold, nodes: chosen.nodes }, say.done);
        }}
      >
        <fieldset class="choice-rows">
          <legend class="field-name">{say.choose}</legend>
          {[...view.policies, ALONE].map((policy) => (
            <label key={`${policy.threshold} ${policy.nodes}`} class="ward-choice">
              <input type="radio" name="policy" checked={isSame(policy, chosen)} onChange={() => setChosen(policy)} />
              <span>
                <strong>{policy.nodes === 0 ? say.alone : say.option(policy.threshold, policy.nodes)}</strong>
                {policy.nodes === 0 ? <small class="muted">{say.aloneText}</small> : <Words policy={policy} />}
              </span>
            </label>
          ))}
        </fieldset>
        {view.nodesThere < ENOUGH && <p class="notice" data-tone="question">{say.fewText}</p>}
        <FormProblem text={problem} />
        <button type="submit" class="button button-primary" aria-disabled={working || isInForce}>{working ? workingText : say.action}</button>
      </form>
      <GracePanel view={view} />
      <DesktopsPanel view={view} />
    </div>
  );
}

function Words({ policy }: { policy: PolicyChoice }): JSX.Element {
  const say = words.value.council.unlock;
  const { threshold, nodes, tries, triesOnOne } = policy;
  return (
    <>
      <small class="muted">{say.steal(threshold - 1)}</small>
      <small class="muted">{say.away(nodes - threshold)}</small>
      <small class="muted">{say.tries(tries, triesOnOne)}</small>
    </>
  );
}

/** From so many nodes on one may be stolen and another may be off. */
const ENOUGH = 3;

function isSame(a: PolicyChoice, b: PolicyChoice): boolean {
  return a.threshold === b.threshold && a.nodes === b.nodes;
}
