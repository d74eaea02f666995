/** Back by PIN, on a tablet that was unlocked by password before in this shift. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { FormProblem } from '../parts/form-problem.tsx';
import { Icon } from '../parts/icon.tsx';
import { PinPad } from '../parts/pin-pad.tsx';
import { explain, usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';

/** `onPassword`: the person wants to type the password, or has to; then `why` says so. */
export function EnterPin({ handle, onPassword }: { handle: string; onPassword: (why: string) => void }): JSX.Element {
  const port = usePort();
  const [pin, setPin] = useState('');
  const [left, setLeft] = useState<number | null>(null);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState('');
  const say = words.value.shift.enter;

  useEffect(() => {
    let isOver = false;
    void port.request('pinState', { handle }).then((reply) => {
      if (isOver || !reply.ok) return;
      if (reply.result.state === 'gone' || reply.result.state === 'none') onPassword(words.peek().shift.enter.gone);
      else if (reply.result.state === 'held') setLeft(reply.result.left);
    });
    return () => { isOver = true; };
  }, [handle]);

  const unlock = async (): Promise<void> => {
    if (pin === '') return setProblem(say.missing);
    setWorking(true);
    setProblem('');
    const reply = await port.request('unlockWithPin', { handle, pin });
    setWorking(false);
    if (reply.ok) return;
    setPin('');
    const { failure } = reply;
    if (failure.code === 'wrong-pin') {
      const remaining = Number(failure.message);
      setLeft(remaining);
      if (remaining === 0) return onPassword(`${explain(failure, words.value)} ${say.usedUp}`);
    }
    if (failure.code === 'pin-gone') return onPassword(say.gone);
    setProblem(explain(failure, words.value));
  };

  return (
    <section aria-labelledby="enter-pin">
      <h2 id="enter-pin"><Icon name="user" /> {say.title(handle)}</h2>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!working) void unlock();
        }}
      >
        <PinPad label={say.pin} value={pin} onValue={setPin} invalid={problem !== ''} action={say.action} working={working} />
        <FormProblem text={problem} />
        <p class="pin-left" role="status">{working ? say.working : left !== null && left < 5 ? say.left(left) : ''}</p>
      </form>
      <button type="button" class="button button-wide" onClick={() => onPassword('')}>{say.password}</button>
    </section>
  );
}
