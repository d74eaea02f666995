/** Make a recovery kit, print it, and let go of it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AccountView } from '../port.ts';
import { explainAccount, usePort } from '../state/app.ts';
import { language, languageCodes, languages, words } from '../state/preferences.ts';
import { longDay } from '../words/when.ts';
import { FormProblem } from './form-problem.tsx';
import { KitSheet, type Kit } from './kit-sheet.tsx';
import { PasswordField } from './password-field.tsx';

export function KitPanel({ account, handle, ward }: { account: AccountView; handle: string; ward: string }): JSX.Element {
  const port = usePort();
  const [password, setPassword] = useState('');
  const [wanted, setWanted] = useState(language.value);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const [kit, setKit] = useState<Kit | null>(null);
  const { kit: say, again, missing } = words.value.account;

  const make = async (): Promise<void> => {
    if (password === '') return setProblem(missing);
    setProblem('');
    setWorking(true);
    const reply = await port.request('makeKit', { password, language: wanted });
    setWorking(false);
    if (!reply.ok) return setProblem(explainAccount(reply.failure, words.value));
    setPassword('');
    setKit(reply.result);
  };

  return (
    <section class="panel" aria-labelledby="account-kit">
      <h2 id="account-kit">{say.title}</h2>
      {kit !== null ? (
        <>
          <p class="notice" data-tone="info" role="status">{say.once}</p>
          <KitSheet kit={kit} handle={handle} ward={ward} />
          <div class="dialog-actions">
            <button type="button" class="button" onClick={() => print()}>{say.print}</button>
            <button type="button" class="button button-primary" onClick={() => setKit(null)}>{say.done}</button>
          </div>
        </>
      ) : (
        <>
          <p>{say.text}</p>
          <p class="muted">{account.kitMade === undefined ? say.none : say.made(longDay(account.kitMade, words.value))}</p>
          <form
            class="form" noValidate
            onSubmit={(event) => {
              event.preventDefault();
              if (!working) void make();
            }}
          >
            <label class="field">
              <span class="field-name">{say.language}</span>
              <select class="input" value={wanted} onChange={({ currentTarget: { value } }) => setWanted(value === 'fr' ? 'fr' : 'en')}>
                {languageCodes.map((code) => <option key={code} value={code}>{languages[code].languageName}</option>)}
              </select>
            </label>
            <PasswordField label={again} value={password} shown={false} invalid={problem !== ''} enterKey="done" onValue={setPassword} />
            <FormProblem text={problem} />
            <button type="submit" class="button" aria-disabled={working}>{working ? say.working : say.action}</button>
          </form>
        </>
      )}
    </section>
  );
}
