/** Says that the page is about to lock by itself; any input keeps it open. */
import type { JSX } from 'preact';
import { locksIn } from '../state/locking.ts';
import { words } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

export function IdleWarning(): JSX.Element | null {
  const seconds = locksIn.value;
  const say = words.value.lock;
  if (seconds === null) return null;
  return (
    <div class="idle-warning">
      <Icon name="lock" />
      {/* Read out once; the seconds only for the eye. */}
      <p role="alert">{say.soon} <span class="muted">{say.kept}</span></p>
      <span class="idle-seconds" aria-hidden="true">{say.seconds(seconds)}</span>
      <button type="button" class="button button-primary">{say.stay}</button>
    </div>
  );
}
