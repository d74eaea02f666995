/** Who are you? Opens the user's keys; never says whether the name or the password was wrong. */
import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { UnlockProgress } from '../parts/unlock-progress.tsx';
import { WorkingForm } from '../parts/working-form.tsx';
import { explain, usePort } from '../state/app.ts';
import { draftsKept } from '../state/drafts.ts';
import { forgetHandles, knownHandles, rememberHandles, remembersHandles } from '../state/handles.ts';
import { endedFor } from '../state/locking.ts';
import { words } from '../state/preferences.ts';
import { EnterPin } from './enter-pin.tsx';
import { Doorway } from './starting.tsx';

const asText = { type: 'text' } as const;
const asPassword = { type: 'password' } as const;

/** `device`: the beginning of its id; names are sealed while the ward is locked. */
export function Unlock({ device, onForgot }: { device: string; onForgot: () => void }): JSX.Element {
  const port = usePort();
  const [working, setWorking] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [shown, setShown] = useState(false);
  const [problem, setProblem] = useState('');
  const [isTooFew, setTooFew] = useState(false);
  const [isDisused, setDisused] = useState(false);
  const handle = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const [withPin, setWithPin] = useState<readonly string[]>([]);
  /** Whose PIN is asked for; undefined while it is the password. */
  const [asked, setAsked] = useState<string>();
  const id = useId();
  const say = words.value.unlock;

  useEffect(() => handle.current?.focus(), []);
  // Back from the keypad, the name is in the form already.
  useEffect(() => {
    if (asked === undefined && handle.current?.value !== '') password.current?.focus();
  }, [asked]);
  useEffect(() => {
    void port.request('pinHandles', {}).then((reply) => setWithPin(reply.ok ? reply.result : []));
  }, [port]);

  const choose = (chosen: string): void => {
    if (handle.current !== null) handle.current.value = chosen;
    if (withPin.includes(chosen)) setAsked(chosen);
    else password.current?.focus();
  };

  /** From the PIN back to the password of the same person. */
  const toPassword = (why: string): void => {
    if (why !== '') setWithPin(withPin.filter((each) => each !== asked));
    setProblem(why);
    setAsked(undefined);
  };

  const unlock = async (): Promise<void> => {
    const params = { handle: handle.current?.value.trim() ?? '', password: password.current?.value ?? '' };
    if (params.handle === '' || params.password === '') {
      setProblem(say.missing);
      (params.handle === '' ? handle : password).current?.focus();
      return;
    }
    setWorking(true);
    setTooFew(false);
    setProblem('');
    const reply = await port.request('unlock', params);
    setWorking(false);
    if (reply.ok) return;
    setTooFew(reply.failure.code === 'too-few-nodes');
    setDisused(reply.failure.code === 'disused');
    setProblem(explain(reply.failure, words.value));
    password.current?.select();
    password.current?.focus();
  };

  const startAnew = async (): Promise<void> => {
    if (leaving) return;
    setLeaving(true);
    setProblem('');
    const reply = await port.request('startAnew', {});
    setLeaving(false);
    if (reply.ok) port.restart();
    else setProblem(explain(reply.failure, words.value));
  };

  return (
    <Doorway>
      <h1>{say.heading}</h1>
      <p class="muted doorway-device"><Icon name="device" size={18} /> {say.thisDevice} <small class="code">{device}</small></p>
      {endedFor.value !== null && <p class="notice" data-tone="question" role="status"><Icon name="lock" /> <span>{words.value.lock.over[endedFor.value]}</span></p>}
      {draftsKept.value > 0 && <p class="notice" data-tone="info"><Icon name="note" /> <span>{say.keptDrafts(draftsKept.value)}</span></p>}
      {asked === undefined ? <KnownHandles withPin={withPin} onChoose={choose} /> : <EnterPin key={asked} handle={asked} onPassword={toPassword} />}
      <div hidden={asked !== undefined}>
        <WorkingForm
          working={working} problem={problem} action={say.action} workingText={say.working} onSubmit={unlock}
          beside={<UnlockProgress working={working} failed={isTooFew} />}
        >
          <label class="field">
            <span class="field-name">{say.handle}</span>
            {/* The tablet is shared: the browser is asked to remember neither names nor passwords. */}
            <input ref={handle} class="input" name="handle" autocomplete="off" autocapitalize="off" spellcheck={false} enterkeyhint="next" />
          </label>
          <div class="field">
            <label class="field-name" for={id}>{say.password}</label>
            <span class="input-with-button">
              <input
                ref={password} id={id} class="input" name="password" {...(shown ? asText : asPassword)}
                autocomplete="off" autocapitalize="off" spellcheck={false} enterkeyhint="go" aria-invalid={problem !== ''}
              />
              <button
                type="button" class="button button-quiet button-icon" aria-pressed={shown}
                aria-label={shown ? say.hide : say.show} onClick={() => setShown(!shown)}
              >
                <Icon name="eye" />
              </button>
            </span>
          </div>
        </WorkingForm>
        {isDisused && (
          <button type="button" class="button button-wide" aria-disabled={leaving} onClick={() => void startAnew()}>
            {leaving ? <><span class="spinner" aria-hidden="true" /> {say.startingAnew}</> : say.startAnew}
          </button>
        )}
        <p class="visually-hidden" role="status">{leaving ? say.startingAnew : ''}</p>
        <button type="button" class="button button-quiet" onClick={onForgot}>{words.value.account.recover.forgot}</button>
      </div>
    </Doorway>
  );
}

/** Who logs in on this device, one tap each; and whether the device is to know that at all. */
function KnownHandles({ withPin, onChoose }: { withPin: readonly string[]; onChoose: (handle: string) => void }): JSX.Element {
  const say = words.value.unlock;
  const handles = knownHandles.value;
  return (
    <div class="known-handles">
      {handles.length > 0 && (
        <ul aria-label={say.whoIsIt}>
          {handles.map((handle) => (
            <li key={handle}>
              <button type="button" class="button" onClick={() => onChoose(handle)}>
                <Icon name="user" size={18} /> {handle}{withPin.includes(handle) && <span class="pin-badge">{words.value.shift.enter.hasPin}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="known-handles-tools">
        <label class="check">
          <input type="checkbox" checked={remembersHandles.value} onChange={(event) => rememberHandles(event.currentTarget.checked)} /> {say.rememberHandles}
        </label>
        {handles.length > 0 && <button type="button" class="button button-quiet" onClick={() => forgetHandles()}>{say.forgetHandles}</button>}
      </div>
    </div>
  );
}
