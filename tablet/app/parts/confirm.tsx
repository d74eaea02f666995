/** Asks before something that cannot be taken back, and says in words what follows from it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { words } from '../state/preferences.ts';
import { Dialog } from './dialog.tsx';

export interface ConfirmProps {
  readonly title: string;
  /** What follows from it. */
  readonly lines: readonly string[];
  readonly action: string;
  readonly working: string;
  readonly isDangerous?: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => Promise<void>;
}

export function Confirm({ title, lines, action, working: workingText, isDangerous = false, onClose, onConfirm }: ConfirmProps): JSX.Element {
  const [working, setWorking] = useState(false);
  return (
    <Dialog title={title} onClose={onClose}>
      <ul class="plain-list">{lines.map((line) => <li key={line}>{line}</li>)}</ul>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>{words.value.cancel}</button>
        <button
          type="button" class={`button ${isDangerous ? 'button-danger' : 'button-primary'}`} aria-disabled={working}
          onClick={() => {
            if (working) return;
            setWorking(true);
            void onConfirm();
          }}
        >
          {working ? <><span class="spinner" aria-hidden="true" /> {workingText}</> : action}
        </button>
      </div>
    </Dialog>
  );
}
