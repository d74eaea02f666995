/** Change one's own password. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { explainAccount, usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { FormProblem } from './form-problem.tsx';
import { Icon } from './icon.tsx';
import { NewPassword, nothingChosen } from './new-password.tsx';
import { PasswordField } from './password-field.tsx';

export function PasswordPanel(): JSX.Element {
  const port = usePort();
  const [old, setOld] = useState('');
  const [chosen, setChosen] = useState(nothingChosen);
  const [shown, setShown] = useState(false);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const [done, setDone] = useState(false);
  const say = words.value.account.password;

  const change = async (): Promise<void> => {
    setDone(false);
    const { fresh, again } = chosen;
    if (old === '' || fresh === '' || again === '') return setProblem(say.missing);
    if (fresh !== again) return setProblem(say.differ);
    setProblem('');
    setWorking(true);
    const reply = await port.request('changePassword', { old, fresh });
    setWorking(false);
    if (!reply.ok) return setProblem(explainAccount(reply.failure, words.value));
    setOld('');
    setChosen(nothingChosen);
    setShown(false);
    setDone(true);
  };

  return (
    <section class="panel" aria-labelledby="account-password">
      <h2 id="account-password">{say.title}</h2>
      <p>{say.text}</p>
      <form
        class="form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!working) void change();
        }}
      >
        <PasswordField label={say.old} value={old} shown={shown} invalid={problem !== ''} onValue={setOld} />
        <NewPassword chosen={chosen} onChosen={setChosen} shown={shown} onShown={setShown} invalid={problem !== ''} />
        <FormProblem text={problem} />
        <button type="submit" class="button button-primary" aria-disabled={working}>
          {working ? <><span class="spinner" aria-hidden="true" /> {say.working}</> : say.action}
        </button>
      </form>
      <p class="notice-slot" role="status">{done && <span class="notice" data-tone="info"><Icon name="check" /> {say.done}</span>}</p>
    </section>
  );
}
