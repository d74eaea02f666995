/** Make this page a device of a ward, with the one-time code that ward IT made elsewhere. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { WorkingForm } from '../parts/working-form.tsx';
import { explain, usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { Doorway } from './starting.tsx';

/** `fromLink`: the code that came in the address, already taken out of it. */
export function Enrol({ fromLink }: { fromLink: string | null }): JSX.Element {
  const port = usePort();
  const [code, setCode] = useState(fromLink ?? '');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const hint = useId();
  const say = words.value.enrol;

  const join = async (): Promise<void> => {
    const trimmed = code.replaceAll(/\s+/g, '');
    if (trimmed === '') {
      setProblem(say.missing);
      return;
    }
    setWorking(true);
    setProblem('');
    const reply = await port.request('enrol', { code: trimmed });
    setWorking(false);
    if (!reply.ok) setProblem(explain(reply.failure, words.value));
  };

  return (
    <Doorway>
      <h1>{say.title}</h1>
      <p>{say.text}</p>
      <WorkingForm working={working} problem={problem} action={say.action} workingText={say.working} onSubmit={join}>
        <label class="field">
          <span class="field-name">{say.label}</span>
          <textarea
            class="input code-input" rows={3} value={code} spellcheck={false} autocomplete="off" autocapitalize="off"
            aria-describedby={hint} aria-invalid={problem !== ''} onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
        <p id={hint} class="muted">{fromLink === null ? say.hint : say.fromLink}</p>
      </WorkingForm>
    </Doorway>
  );
}
