/** Who asks for a share that one holds: compared face to face, then given. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AccountView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';
import { moment } from '../words/when.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';

export function RequestsPanel({ account: { requests } }: { account: AccountView }): JSX.Element | null {
  const port = usePort();
  const [asked, setAsked] = useState<AccountView['requests'][number] | null>(null);
  const say = words.value.account.requests;
  if (requests.length === 0) return null;

  const release = async (ask: string): Promise<void> => {
    setAsked(null);
    const reply = await port.request('releaseShare', { ask });
    if (!reply.ok) toast(explain(reply.failure, words.value), 'failed');
  };

  return (
    <section class="panel" aria-labelledby="account-requests">
      <h2 id="account-requests">{say.title(requests.length)}</h2>
      <p>{say.text}</p>
      <ul class="requests">
        {requests.map((request) => (
          <li key={request.ask}>
            <p><strong>{say.who(request.person.name, request.person.handle)}</strong> {say.where(request.device, moment(request.at, now.value, words.value))}</p>
            <p class="recovery-code" aria-label={`${say.code} ${request.code}`}>{request.code}</p>
            {request.released
              ? <p class="muted"><Icon name="check" /> {say.released}</p>
              : <button type="button" class="button" onClick={() => setAsked(request)}>{say.release}</button>}
          </li>
        ))}
      </ul>
      {asked !== null && (
        <Dialog title={say.confirmTitle} onClose={() => setAsked(null)}>
          <p>{say.confirm(asked.person.name)}</p>
          <p class="recovery-code">{asked.code}</p>
          <div class="dialog-actions">
            <button type="button" class="button" onClick={() => setAsked(null)}>{words.value.cancel}</button>
            <button type="button" class="button button-primary" onClick={() => void release(asked.ask)}>{say.release}</button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
