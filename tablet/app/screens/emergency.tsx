/** A patient whom none of one's care teams looks after, opened in an emergency: look for the number or bed, say why and for how long. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { GlassRequestForm } from '../parts/glass-request-form.tsx';
import { Icon } from '../parts/icon.tsx';
import { Problem, ScreenHead } from '../parts/screen-head.tsx';
import type { FoundGlassView, GlassView } from '../port-glass.ts';
import { explain, usePort } from '../state/app.ts';
import { wantedWord } from '../state/glass.ts';
import { words } from '../state/preferences.ts';
import { href } from '../state/route.ts';

export function Emergency(): JSX.Element {
  const { topics } = usePort();
  const standing = topics.glass.value?.standing;
  const isAlone = topics.sync.value.peers.every(({ connected, own }) => !connected || own === true);
  const say = words.value.glass;
  return (
    <main id="content" class="page narrow emergency" tabIndex={-1}>
      <ScreenHead title={say.title} />
      <p class="muted">{say.text}</p>
      {standing === undefined ? <p role="status">{words.value.loading}</p> : standing !== 'ready' ? <NotReady standing={standing} /> : (
        <>
          {isAlone && <p class="notice" data-tone="question" role="status"><Icon name="cloudOff" /> <span>{say.offline}</span></p>}
          <Finding />
        </>
      )}
    </main>
  );
}

function NotReady({ standing }: { standing: Exclude<GlassView['standing'], 'ready'> }): JSX.Element {
  const say = words.value.glass;
  const text = standing === 'not-set' ? say.notSet : standing === 'no-key' ? say.noKey : say.notAllowed;
  return <p class="notice" data-tone="question" role="status"><Icon name="help" /> <span>{text}</span></p>;
}

interface Found {
  readonly word: string;
  readonly patients: readonly FoundGlassView[];
}

function Finding(): JSX.Element {
  const port = usePort();
  const [word, setWord] = useState(wantedWord.peek());
  const [found, setFound] = useState<Found>();
  const [chosen, setChosen] = useState<FoundGlassView>();
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const say = words.value.glass;
  const look = async (): Promise<void> => {
    if (working) return;
    const asked = word.trim();
    setFound(undefined);
    if (asked === '') {
      setProblem(say.wordMissing);
      return field.current?.focus();
    }
    setWorking(true);
    const reply = await port.request('findForGlass', { word: asked });
    setWorking(false);
    setProblem(reply.ok ? '' : explain(reply.failure, words.value));
    if (reply.ok) setFound({ word: asked, patients: reply.result });
  };
  // What was not found on the board is looked for at once.
  useEffect(() => {
    if (wantedWord.peek() !== '') void look();
    wantedWord.value = '';
  }, []);
  if (chosen !== undefined && found !== undefined) {
    return <GlassRequestForm patient={chosen} word={found.word} onBack={() => setChosen(undefined)} />;
  }
  return (
    <>
      <form
        class="panel emergency-find" role="search" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <label class="field">
          <span class="field-name">{say.find}</span>
          <input
            ref={field} class="input emergency-word" type="search" autocomplete="off" autocapitalize="characters" spellcheck={false} enterkeyhint="search" value={word}
            aria-invalid={problem !== ''} onInput={(event) => setWord(event.currentTarget.value)}
          />
          <span class="field-hint">{say.findHint}</span>
        </label>
        <button type="submit" class="button button-primary" aria-disabled={working}><Icon name="search" /> {working ? say.searching : say.search}</button>
      </form>
      <Problem text={problem} />
      <div role="status">
        {found !== undefined && (
          found.patients.length === 0
            ? <div class="notice"><Icon name="help" /> <p><strong>{say.none(found.word)}</strong> {say.noneText}</p></div>
            : <p><strong>{say.found(found.patients.length, found.word)}</strong> <span class="muted">{say.noName}</span></p>
        )}
      </div>
      {found !== undefined && found.patients.length > 0 && (
        <ul class="emergency-found">
          {found.patients.map((patient, at) => (
            <FoundPatient key={patient.patient} patient={patient} name={found.patients.length === 1 ? found.word : `${found.word} · ${say.patient(at + 1)}`} onChoose={() => setChosen(patient)} />
          ))}
        </ul>
      )}
    </>
  );
}

function FoundPatient({ patient: { patient, documents, isOpen }, name, onChoose }: { patient: FoundGlassView; name: string; onChoose: () => void }): JSX.Element {
  const say = words.value.glass;
  return (
    <li class="panel">
      <p><strong>{name}</strong> <span class="muted">{isOpen ? say.yours : say.holds(documents.length - 1)}</span></p>
      {isOpen
        ? <a class="button" aria-label={`${say.openOwn}: ${name}`} href={href({ screen: 'patient', patient, tab: 'overview' })}>{say.openOwn}</a>
        : <button type="button" class="button button-primary" aria-label={`${say.choose} ${name}`} onClick={onChoose}>{say.choose}</button>}
    </li>
  );
}
