import type { JSX } from 'preact';
import { words } from '../state/preferences.ts';
import { dismissToast, toasts } from '../state/toasts.ts';
import { Icon } from './icon.tsx';

/** Where short messages appear. The live region stays in the page, so that screen readers hear each one. */
export function Toaster(): JSX.Element {
  return (
    <div class="toaster" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class="toast" data-tone={tone}>
          <Icon name={tone === 'done' ? 'save' : 'alert'} />
          <p>{text}</p>
          <button type="button" class="button button-quiet button-icon" aria-label={words.value.close} onClick={() => dismissToast(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
