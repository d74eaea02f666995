/** 'Entered in error': asks for the reason and marks the entry. Nothing is ever removed. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Amendment } from '../../../protocol/clinical/model.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { toast } from '../state/toasts.ts';
import { moment } from '../words/when.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';

export interface ErrorDialogProps {
  readonly stay: string;
  readonly collection: 'observations' | 'notes';
  readonly id: string;
  /** The entry in a few words, so that one sees which it is. */
  readonly what: string;
  readonly onClose: () => void;
}

export function ErrorDialog({ stay, collection, id, what, onClose }: ErrorDialogProps): JSX.Element {
  const port = usePort();
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [working, setWorking] = useState(false);
  const say = words.value.error;

  const mark = async (): Promise<void> => {
    if (reason.trim() === '') {
      setProblem(say.reasonMissing);
      return;
    }
    setWorking(true);
    const reply = await port.request('markEnteredInError', { stay, collection, id, reason: reason.trim() });
    setWorking(false);
    if (!reply.ok) {
      setProblem(explain(reply.failure, words.value));
      return;
    }
    toast(say.done);
    onClose();
  };

  return (
    <Dialog title={say.markTitle} onClose={onClose}>
      <p class="what">{what}</p>
      <p class="muted">{say.markText}</p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!working) void mark();
        }}
      >
        <div class="reason-choices">
          {say.reasons.map((text) => (
            <button key={text} type="button" class="segment" aria-pressed={reason === text} onClick={() => setReason(text)}>{text}</button>
          ))}
        </div>
        <label class="field">
          <span class="field-name">{say.reason}</span>
          <input
            class="input" value={reason} autocomplete="off" aria-invalid={problem !== ''}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <p class="notice-slot" role="alert">
          {problem !== '' && <span class="notice" data-tone="failed"><Icon name="alert" /> {problem}</span>}
        </p>
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>{words.value.cancel}</button>
          <button type="submit" class="button button-danger" aria-disabled={working}>{say.confirm}</button>
        </div>
      </form>
    </Dialog>
  );
}

/** Under a struck entry: why, who, when. */
export function AmendmentLine({ amendment }: { amendment: Amendment }): JSX.Element {
  return (
    <p class="amendment">
      <Icon name="strike" size={16} />{' '}
      {words.value.error.by(amendment.author.name, moment(amendment.at, now.value, words.value), amendment.reason)}
    </p>
  );
}
