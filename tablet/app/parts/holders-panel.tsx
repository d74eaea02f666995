/** Name the people who can bring one's keys back together. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AccountView } from '../port.ts';
import { explainAccount, usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { FormProblem } from './form-problem.tsx';
import { Icon } from './icon.tsx';
import { PasswordField } from './password-field.tsx';

const FEWEST = 2;

export function HoldersPanel({ account }: { account: AccountView }): JSX.Element {
  const port = usePort();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [threshold, setThreshold] = useState(FEWEST);
  const [password, setPassword] = useState('');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const [done, setDone] = useState(false);
  const { holders: say, again, missing } = words.value.account;
  const { holders, candidates } = account;

  const name = async (people: ReadonlySet<string>): Promise<void> => {
    setDone(false);
    if (password === '') return setProblem(missing);
    setProblem('');
    setWorking(true);
    const reply = await port.request('setHolders', { password, holders: [...people], threshold: people.size === 0 ? 0 : threshold });
    setWorking(false);
    if (!reply.ok) return setProblem(explainAccount(reply.failure, words.value));
    setPassword('');
    setChosen(new Set());
    setDone(people.size > 0);
  };
  const toggle = (id: string, on: boolean): void => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };

  return (
    <section class="panel" aria-labelledby="account-holders">
      <h2 id="account-holders">{say.title}</h2>
      <p>{say.text}</p>
      {holders === null ? <p class="muted">{say.none}</p> : (
        <>
          <p>{say.now(holders.threshold, holders.people.length)}</p>
          <ul class="people">
            {holders.people.map(({ id, name: who, canHelp }) => <li key={id}>{who}{!canHelp && <span class="tag tag-quiet"> {say.cannot}</span>}</li>)}
          </ul>
        </>
      )}
      {candidates.length < FEWEST ? <p class="muted">{say.nobody}</p> : (
        <form
          class="form" noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!working) void (chosen.size < FEWEST ? setProblem(words.value.failures['bad-holders']) : name(chosen));
          }}
        >
          <fieldset class="people-choice">
            <legend class="field-name">{say.choose}</legend>
            {candidates.map(({ id, name: who, handle }) => (
              <label key={id} class="check">
                <input type="checkbox" checked={chosen.has(id)} onChange={(event) => toggle(id, event.currentTarget.checked)} /> {who} <small class="muted">{handle}</small>
              </label>
            ))}
          </fieldset>
          <label class="field">
            <span class="field-name">{say.howMany}</span>
            <input
              class="input" type="number" inputMode="numeric" min={FEWEST} max={Math.max(FEWEST, chosen.size)} value={threshold}
              onInput={(event) => setThreshold(event.currentTarget.valueAsNumber || 0)}
            />
          </label>
          <PasswordField label={again} value={password} shown={false} invalid={problem !== ''} enterKey="done" onValue={setPassword} />
          <FormProblem text={problem} />
          <div class="form-actions">
            <button type="submit" class="button" aria-disabled={working}>{working ? say.working : say.action}</button>
            {holders !== null && <button type="button" class="button button-quiet" aria-disabled={working} onClick={() => void name(new Set())}>{say.withdraw}</button>}
          </div>
        </form>
      )}
      <p class="notice-slot" role="status">{done && <span class="notice" data-tone="info"><Icon name="check" /> {say.done}</span>}</p>
    </section>
  );
}
