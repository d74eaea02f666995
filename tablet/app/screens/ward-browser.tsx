/** Lets a browser in: a one-time code as QR and text, with the time that is left. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { HintedField } from '../parts/hinted-field.tsx';
import { FormProblem } from '../parts/form-problem.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import type { CouncilDone, CouncilView } from '../port-council.ts';
import { useActing } from '../state/council.ts';
import { words } from '../state/preferences.ts';

const MINUTE = 60_000;

export function WardBrowser({ view }: { view: CouncilView }): JSX.Element {
  const { working, problem, complain, act } = useActing();
  const [name, setName] = useState('');
  const [door, setDoor] = useState(view.doors[0]?.id ?? '');
  const [code, setCode] = useState<CouncilDone['code']>();
  const { browser: say, working: workingText } = words.value.council;
  const make = async (): Promise<void> => {
    if (name.trim() === '') return complain(say.missing);
    const done = await act({ do: 'invite', name: name.trim(), door }, '');
    if (done !== undefined) setCode(done.code);
  };
  const isDesk = view.doors.find(({ id }) => id === door)?.kind === 'archive';

  return (
    <div class="ward-part">
      <p>{say.text}</p>
      {view.doors.length === 0 ? <p class="notice" data-tone="question">{say.none}</p> : code !== undefined ? (
        <Code code={code} link={linkOf(code.text, isDesk)} onAnother={() => setCode(undefined)} />
      ) : (
        <form
          class="panel form" noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void make();
          }}
        >
          <fieldset class="choice-rows">
            <legend class="field-name">{say.door}</legend>
            {view.doors.map(({ id, name: who, kind, connected }) => (
              <label key={id} class="check">
                <input type="radio" name="door" checked={id === door} onChange={() => setDoor(id)} />
                <span>{kind === 'archive' ? say.desk(who) : say.tablet(who)}{!connected && <small class="muted"> {say.away}</small>}</span>
              </label>
            ))}
          </fieldset>
          <HintedField label={say.name} hint={say.nameHint} value={name} onValue={setName} />
          <FormProblem text={problem} />
          <button type="submit" class="button button-primary" aria-disabled={working}>{working ? workingText : say.action}</button>
        </form>
      )}
      <p class="muted">{say.other}</p>
    </div>
  );
}

function Code({ code: { text, expires }, link, onAnother }: { code: NonNullable<CouncilDone['code']>; link: string; onAnother: () => void }): JSX.Element {
  const [time, setTime] = useState(Date.now());
  const [copied, setCopied] = useState(false);
  const say = words.value.council.browser;
  useEffect(() => {
    const timer = setInterval(() => setTime(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Date.parse(expires) - time;
  return (
    <section class="panel" aria-labelledby="ward-code">
      <h2 id="ward-code">{say.codeTitle}</h2>
      {left <= 0 ? <p class="notice" data-tone="failed" role="status">{say.over}</p> : (
        <>
          <p>{say.codeText}</p>
          <QrCode text={link} label={say.qr} />
          <p class="code kit-code">{text}</p>
          <p role="timer"><strong>{say.left(Math.floor(left / MINUTE))}</strong></p>
        </>
      )}
      <div class="form-actions">
        {left > 0 && (
          <button type="button" class="button" onClick={() => void navigator.clipboard.writeText(link).then(() => setCopied(true), () => setCopied(false))}>{copied ? say.copied : say.copy}</button>
        )}
        <button type="button" class="button button-quiet" onClick={onAnother}>{say.another}</button>
      </div>
    </section>
  );
}

/** A desk's browser opens the address that this page has, where this page came through the bridge too; else the code alone is known. */
function linkOf(code: string, isDesk: boolean): string {
  return isDesk && location.protocol === 'https:' ? `${location.origin}/#join=${code}` : code;
}
