/** Why and for how long a patient is opened in an emergency, who sees that, and which devices are waited for. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FoundGlassView } from '../port-glass.ts';
import type { PresenceView } from '../port-presence.ts';
import type { Failure } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { go } from '../state/route.ts';
import { Choice } from './choice.tsx';
import { Icon } from './icon.tsx';
import { AskedNodes } from './unlock-progress.tsx';
import { WorkingForm } from './working-form.tsx';

/** As the core allows: a shift at most, in characters as the log takes them. */
const HOURS = ['1', '4', '12'] as const;
const MAX_REASON = 200;

export function GlassRequestForm({ patient: { patient, documents }, word, onBack }: { patient: FoundGlassView; word: string; onBack: () => void }): JSX.Element {
  const port = usePort();
  const [ready, setReady] = useState<string | null>(null);
  const [own, setOwn] = useState('');
  const [hours, setHours] = useState<(typeof HOURS)[number]>('1');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const [failed, setFailed] = useState<Failure['code']>();
  const heading = useFocused();
  const isHere = useIsHere();
  const say = words.value.glass;
  const room = MAX_REASON - (ready === null ? 0 : ready.length + 2);
  const reason = [ready ?? '', own.trim()].filter((part) => part !== '').join(': ');

  const open = async (): Promise<void> => {
    setFailed(undefined);
    if (reason === '' || reason.length > MAX_REASON) return setProblem(say.failures['glass-reason']);
    setProblem('');
    setWorking(true);
    const reply = await port.request('breakGlass', { documents, reason, hours: Number(hours) });
    if (!isHere.current) return;
    setWorking(false);
    if (reply.ok) return go({ screen: 'patient', patient, tab: 'overview' });
    setFailed(reply.failure.code);
    setProblem(explain(reply.failure, words.value));
  };

  return (
    <section class="panel emergency-request" aria-labelledby="emergency-request">
      <h2 id="emergency-request" ref={heading} tabIndex={-1}>{word} <small class="muted">{say.holds(documents.length - 1)}</small></h2>
      <WorkingForm
        working={working} problem={problem} action={say.open} workingText={say.opening} onSubmit={open}
        beside={<Waiting working={working} failed={failed} />}
      >
        <Choice name={say.reason} options={say.reasons.map((text) => ({ value: text, label: text }))} chosen={ready} onChoose={setReady} />
        <label class="field">
          <span class="field-name">{say.ownReason}</span>
          <textarea class="input" rows={2} autocomplete="off" maxLength={Math.max(0, room)} value={own} onInput={(event) => setOwn(event.currentTarget.value)} />
          <span class="field-hint">{say.reasonHint} {say.left(Math.max(0, room - own.length))}</span>
        </label>
        <Choice
          name={say.hours} options={HOURS.map((value) => ({ value, label: say.hour(Number(value)) }))} chosen={hours}
          onChoose={(value) => { if (value !== null) setHours(value); }}
        />
        <div class="notice emergency-seen" data-tone="info">
          <Icon name="eye" />
          <div>
            <p><strong>{say.seenTitle}</strong></p>
            <ul class="plain-list">{say.seen.map((line) => <li key={line}>{line}</li>)}</ul>
          </div>
        </div>
      </WorkingForm>
      {!working && <button type="button" class="button button-quiet" onClick={onBack}><Icon name="arrowLeft" /> {say.other}</button>}
    </section>
  );
}

/** While it is being opened, and after it was not for want of devices. */
function Waiting({ working, failed }: { working: boolean; failed: Failure['code'] | undefined }): JSX.Element | null {
  const asked = usePort().topics.glass.value?.asked ?? null;
  if (asked === null || !(working || failed === 'glass-too-few' || failed === 'glass-limit')) return null;
  return (
    <div class="unlock-progress">
      <p role="status">{textOf(asked, working, failed)}</p>
      <AskedNodes nodes={asked.nodes} outcomes={words.value.glass.outcomes} />
    </div>
  );
}

function textOf({ need, nodes }: PresenceView, working: boolean, failed: Failure['code'] | undefined): string {
  const say = words.value.glass;
  const answered = nodes.filter(({ outcome }) => outcome === 'answered').length;
  if (!working) return failed === 'glass-too-few' ? say.tooFew(answered, need) : '';
  return answered >= need ? say.enough : say.progress(answered, need);
}

/** The form stands where the list was: the keyboard begins at its head. */
function useFocused() {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    element.current?.focus({ preventScroll: true });
  }, []);
  return element;
}

/** Who has gone elsewhere meanwhile is not taken from there. */
function useIsHere() {
  const isHere = useRef(true);
  useEffect(() => () => { isHere.current = false; }, []);
  return isHere;
}
