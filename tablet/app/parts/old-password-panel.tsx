/** After a change of password: on how many of the ward's devices the old one is dead (UNLOCK-8). Absent where there was no change. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { OldPasswordView } from '../port-presence.ts';
import { usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

/** `changes` is different after each change of the account. */
export function OldPasswordPanel({ changes }: { changes: string }): JSX.Element | null {
  const port = usePort();
  const [old, setOld] = useState<OldPasswordView>({ state: 'none' });
  const [asking, setAsking] = useState(false);
  const say = words.value.presence.old;
  const ask = async (): Promise<void> => {
    setAsking(true);
    const reply = await port.request('oldPassword', {});
    setAsking(false);
    if (reply.ok) setOld(reply.result);
  };
  useEffect(() => void ask(), [changes]);

  if (old.state === 'none') return null;
  return (
    <section class="panel" aria-labelledby="account-old-password">
      <h2 id="account-old-password">{say.title}</h2>
      <div role="status">
        {old.state === 'for-ever' ? <p>{say.forEver}</p> : <Told old={old} />}
      </div>
      {old.state === 'asked' && (
        <button type="button" class="button" aria-disabled={asking} onClick={() => { if (!asking) void ask(); }}>
          <Icon name="sync" /> {asking ? say.asking : say.again}
        </button>
      )}
    </section>
  );
}

function Told({ old: { destroyed, needed, nodes } }: { old: Extract<OldPasswordView, { state: 'asked' }> }): JSX.Element {
  const say = words.value.presence.old;
  const left = nodes.filter(({ share }) => share !== 'destroyed').map(({ name }) => name);
  return (
    <>
      <p>{destroyed >= needed ? say.dead(destroyed, nodes.length) : say.notYet(destroyed, nodes.length, needed)}</p>
      {destroyed < needed && <p>{say.left(left.join(', '))}</p>}
      <p class="muted">{say.claim}</p>
    </>
  );
}
