/** Proposes that a patient be erased; for admins and privacy officers, below the record. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { usePort, explain } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { Problem } from './screen-head.tsx';

const MAX_REASON = 200;

export function ErasePatient({ patient, name }: { patient: string; name: string }): JSX.Element | null {
  const session = usePort().topics.session.value;
  const [open, setOpen] = useState(false);
  if (session.state !== 'unlocked' || (session.role !== 'admin' && session.role !== 'privacy')) return null;
  return (
    <p class="erase-patient">
      <button type="button" class="button button-quiet" onClick={() => setOpen(true)}><Icon name="alert" /> {words.value.erasure.begin}</button>
      {open && <Propose patient={patient} name={name} onClose={() => setOpen(false)} />}
    </p>
  );
}

function Propose({ patient, name, onClose }: { patient: string; name: string; onClose: () => void }): JSX.Element {
  const port = usePort();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [field, hint] = [useId(), useId()];
  const say = words.value.erasure;
  const propose = async (): Promise<void> => {
    const reply = await port.request('proposeErasure', { patient, reason });
    if (!reply.ok) return setProblem(explain(reply.failure, words.value));
    toast(say.proposed);
    onClose();
  };
  return (
    <Dialog title={say.beginTitle(name)} onClose={onClose}>
      <form
        class="erase-form"
        onSubmit={(event) => {
          event.preventDefault();
          void propose();
        }}
      >
        <ul class="plain-list">{say.lines.map((line) => <li key={line}>{line}</li>)}</ul>
        <div class="field">
          <label class="field-name" for={field}>{say.reason}</label>
          <input class="input" id={field} autocomplete="off" type="text" maxLength={MAX_REASON} required aria-describedby={hint} value={reason} onInput={({ currentTarget }) => setReason(currentTarget.value)} />
          <p id={hint} class="field-hint">{say.reasonHint}</p>
        </div>
        <p class="muted">{say.limits}</p>
        <Problem text={problem} />
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>{words.value.cancel}</button>
          <button type="submit" class="button button-danger">{say.propose}</button>
        </div>
      </form>
    </Dialog>
  );
}
