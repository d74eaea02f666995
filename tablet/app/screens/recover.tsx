/** I forgot my password: back to one's keys with the kit, or with the people one named. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { FormProblem } from '../parts/form-problem.tsx';
import { NewPassword, nothingChosen } from '../parts/new-password.tsx';
import type { RecoveryView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { Doorway } from './starting.tsx';

type Way = 'kit' | 'holders';

export function Recover({ onBack }: { onBack: () => void }): JSX.Element {
  const port = usePort();
  const [way, setWay] = useState<Way>('kit');
  const [handle, setHandle] = useState('');
  const [kit, setKit] = useState('');
  const [chosen, setChosen] = useState(nothingChosen);
  const [shown, setShown] = useState(false);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const asked = port.topics.recovery.value;
  const { recover: say, missing, password } = words.value.account;
  const choosesPassword = way === 'kit' || asked?.isEnough === true;

  const act = async (): Promise<void> => {
    if (handle.trim() === '' || (way === 'kit' && kit.trim() === '')) return setProblem(missing);
    if (choosesPassword && (chosen.fresh === '' || chosen.again === '')) return setProblem(missing);
    if (choosesPassword && chosen.fresh !== chosen.again) return setProblem(password.differ);
    setProblem('');
    setWorking(true);
    const { fresh } = chosen;
    const reply = way === 'kit' ? await port.request('recoverWithKit', { handle, kit, fresh })
      : asked === null ? await port.request('askHolders', { handle }) : await port.request('finishRecovery', { fresh });
    setWorking(false);
    if (!reply.ok) setProblem(explain(reply.failure, words.value));
  };
  const leave = (): void => {
    void port.request('giveUpRecovery', {});
    onBack();
  };
  const isWaiting = way === 'holders' && asked !== null && !asked.isEnough;

  return (
    <Doorway>
      <h1>{say.title}</h1>
      <p>{say.text}</p>
      <form
        class="form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!working) void act();
        }}
      >
        {asked === null && (
          <fieldset class="choice-rows">
            <legend class="field-name">{say.how}</legend>
            {([['kit', say.byKit], ['holders', say.byHolders]] as const).map(([value, label]) => (
              <label key={value} class="check"><input type="radio" name="way" checked={way === value} onChange={() => setWay(value)} /> {label}</label>
            ))}
          </fieldset>
        )}
        {asked === null && (
          <label class="field">
            <span class="field-name">{say.handle}</span>
            <input class="input" value={handle} autocomplete="off" autocapitalize="off" spellcheck={false} onInput={(event) => setHandle(event.currentTarget.value)} />
          </label>
        )}
        {way === 'kit' && (
          <label class="field">
            <span class="field-name">{say.kit}</span>
            <textarea
              class="input code-input" rows={5} value={kit} autocomplete="off" autocapitalize="off" spellcheck={false} aria-invalid={problem !== ''}
              onInput={(event) => setKit(event.currentTarget.value)}
            />
            <span class="field-hint">{say.kitHint}</span>
          </label>
        )}
        {way === 'holders' && asked !== null && <Asked asked={asked} />}
        {choosesPassword && <NewPassword chosen={chosen} onChosen={setChosen} shown={shown} onShown={setShown} invalid={problem !== ''} />}
        <FormProblem text={problem} />
        {!isWaiting && (
          <button type="submit" class="button button-primary button-wide" aria-disabled={working}>
            {way === 'holders' && asked === null ? (working ? say.asking : say.ask) : working ? say.working : say.action}
          </button>
        )}
      </form>
      <p class="muted">{say.neither}</p>
      <button type="button" class="button button-quiet" onClick={leave}>{say.back}</button>
    </Doorway>
  );
}

function Asked({ asked: { code, threshold, holders, isEnough } }: { asked: RecoveryView }): JSX.Element {
  const say = words.value.account.recover;
  return (
    <>
      <h2>{say.codeTitle}</h2>
      <p class="recovery-code">{code}</p>
      <p>{say.codeText(threshold)}</p>
      <div role="status">
        <ul class="people">
          {holders.map(({ handle, answer }) => <li key={handle} data-answer={answer}><strong>{handle}</strong> {say.answer[answer]}</li>)}
        </ul>
      </div>
      <p class={isEnough ? 'notice' : 'muted'} data-tone="info">{isEnough ? say.enough : say.stay}</p>
    </>
  );
}
