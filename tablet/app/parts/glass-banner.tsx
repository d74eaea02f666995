/** In sight for as long as a patient is open in an emergency: how long yet, and the way to end it; and why it was closed. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { OpenGlassView } from '../port-glass.ts';
import { explain, usePort } from '../state/app.ts';
import { closedGlass } from '../state/glass.ts';
import { words } from '../state/preferences.ts';
import { href, route } from '../state/route.ts';
import { toast } from '../state/toasts.ts';
import { span } from '../words/when.ts';
import { Icon } from './icon.tsx';

export function GlassBanner(): JSX.Element | null {
  const open = usePort().topics.glass.value?.open ?? [];
  if (open.length === 0) return null;
  return <div class="glass-banners">{open.map((use) => <Banner key={use.use} use={use} />)}</div>;
}

function Banner({ use: { use, documents, missing, until } }: { use: OpenGlassView }): JSX.Element {
  const port = usePort();
  const [working, setWorking] = useState(false);
  const left = useLeft(until);
  const say = words.value.glass;
  const at = route.value;
  const isHere = 'patient' in at && documents.includes(at.patient);
  const [patient] = documents;
  const person = port.topics.board.value;
  const known = [...person.cards, ...person.others].find((each) => documents.includes(each.patient));
  const name = known === undefined ? '' : `${known.family}, ${known.given}`;
  const end = async (): Promise<void> => {
    if (working) return;
    setWorking(true);
    const reply = await port.request('endGlass', { use });
    setWorking(false);
    if (!reply.ok) toast(explain(reply.failure, words.value), 'failed');
  };
  return (
    <section class="glass-banner" aria-label={say.banner}>
      <Icon name="alert" />
      <p>
        <strong>{say.openFor(left)}</strong>
        {!isHere && name !== '' && <span class="glass-name"> {name}</span>}
        {missing > 0 && <span> {say.missing(missing)}</span>}
      </p>
      {!isHere && patient !== undefined && <a class="button" href={href({ screen: 'patient', patient: known?.patient ?? patient, tab: 'overview' })}>{say.toPatient}</a>}
      <button type="button" class="button" aria-disabled={working} onClick={() => void end()}>{say.endNow}</button>
    </section>
  );
}

/** Seconds matter in the last minutes only. */
function useLeft(until: string): string {
  const [at, setAt] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setAt(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const milliseconds = Math.max(0, Date.parse(until) - at);
  return milliseconds < 2 * 60_000 ? words.value.glass.seconds(Math.ceil(milliseconds / 1_000)) : span(milliseconds, words.value);
}

export function GlassClosed(): JSX.Element {
  const closed = closedGlass.value;
  const say = words.value.glass;
  return (
    <div role="status">
      {closed !== null && (
        <div class="notice glass-closed" data-tone="question">
          <Icon name="lock" />
          <p><strong>{closed.why === 'other' ? say.closedBy(closed.by ?? '') : say.closed[closed.why]}</strong> {say.closedText}</p>
          <a class="button" href={href({ screen: 'emergency' })} onClick={() => { closedGlass.value = null; }}>{say.openAgain}</a>
          <button type="button" class="button" onClick={() => { closedGlass.value = null; }}>{say.understood}</button>
        </div>
      )}
    </div>
  );
}
