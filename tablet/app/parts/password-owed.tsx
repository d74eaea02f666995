/** In by a kit or by holders, and the new password is not in force: too few devices took a share of it. */
import type { JSX } from 'preact';
import type { SessionView } from '../port.ts';
import { words } from '../state/preferences.ts';
import { Icon } from './icon.tsx';

export function PasswordOwed({ session }: { session: Extract<SessionView, { state: 'unlocked' }> }): JSX.Element | null {
  if (session.isPasswordOwed !== true) return null;
  return <p class="notice lost-notice" data-tone="question" role="status"><Icon name="alert" /> <span>{words.value.account.recover.owed}</span></p>;
}
