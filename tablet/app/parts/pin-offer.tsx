/** The own PIN on this tablet: offered after an unlock by password, and looked after on the account's page. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { route } from '../state/route.ts';
import { toast } from '../state/toasts.ts';
import { moment } from '../words/when.ts';
import { Dialog } from './dialog.tsx';
import { FormProblem } from './form-problem.tsx';
import { Icon } from './icon.tsx';
import { PinPad } from './pin-pad.tsx';

export function PinOffer(): JSX.Element | null {
  const pin = usePort().topics.pin.value;
  const [setting, setSetting] = useState(false);
  /** Until the next unlock. */
  const [declined, setDeclined] = useState(false);
  const say = words.value.shift.offer;
  if (setting) return <SetPin onClose={() => setSetting(false)} />;
  if (pin?.canSet !== true || pin.until !== null || declined || route.value.screen !== 'board') return null;
  return (
    <section class="notice pin-offer" data-tone="info" aria-labelledby="pin-offer">
      <Icon name="lock" />
      <div>
        <h2 id="pin-offer">{say.title}</h2>
        <p>{say.text}</p>
      </div>
      <div class="pin-offer-tools">
        <button type="button" class="button button-primary" onClick={() => setSetting(true)}>{say.action}</button>
        <button type="button" class="button button-quiet" onClick={() => setDeclined(true)}>{say.notNow}</button>
      </div>
    </section>
  );
}

export function PinPanel(): JSX.Element | null {
  const port = usePort();
  const pin = port.topics.pin.value;
  const [setting, setSetting] = useState(false);
  const { panel: say, failures } = words.value.shift;
  if (pin === null) return null;
  return (
    <section class="panel" aria-labelledby="account-pin">
      <h2 id="account-pin">{say.title}</h2>
      <p>{pin.until === null ? say.none : say.until(moment(pin.until, now.value, words.value))}</p>
      {pin.canSet ? null : <p class="muted">{failures['pin-late']}</p>}
      <p class="pin-offer-tools">
        {pin.canSet && <button type="button" class="button" onClick={() => setSetting(true)}>{pin.until === null ? say.action : say.another}</button>}
        {pin.until !== null && <button type="button" class="button button-quiet" onClick={() => void port.request('dropPin', {})}>{say.drop}</button>}
      </p>
      {setting && <SetPin onClose={() => setSetting(false)} />}
    </section>
  );
}

/** Twice, so that a slip of the thumb is no PIN. */
function SetPin({ onClose }: { onClose: () => void }): JSX.Element {
  const port = usePort();
  const [first, setFirst] = useState('');
  const [typed, setTyped] = useState('');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const { set: say, failures } = words.value.shift;
  const isAgain = first !== '';

  const startOver = (why: string): void => {
    setProblem(why);
    setFirst('');
    setTyped('');
  };

  const next = async (): Promise<void> => {
    if (!isAgain) {
      if (typed.length < 6) return setProblem(failures['pin-length']);
      setProblem('');
      setFirst(typed);
      return setTyped('');
    }
    if (typed !== first) return startOver(say.differ);
    setWorking(true);
    const reply = await port.request('setPin', { pin: typed });
    setWorking(false);
    if (!reply.ok) return startOver(explain(reply.failure, words.value));
    toast(say.done);
    onClose();
  };

  return (
    <Dialog title={say.title} onClose={onClose}>
      <p>{say.text}</p>
      <form
        class="form" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!working) void next();
        }}
      >
        <PinPad key={String(isAgain)} label={isAgain ? say.again : say.pin} value={typed} onValue={setTyped} invalid={problem !== ''} action={isAgain ? say.action : say.next} working={working} />
        <FormProblem text={problem} />
      </form>
    </Dialog>
  );
}
