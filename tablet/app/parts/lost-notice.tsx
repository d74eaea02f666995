/** Asks for a new password after a device was lost on which this user had unlocked (REVOKE-3). */
import type { JSX } from 'preact';
import type { SessionView } from '../port.ts';
import { words } from '../state/preferences.ts';
import { href } from '../state/route.ts';
import { Icon } from './icon.tsx';

export function LostNotice({ session }: { session: Extract<SessionView, { state: 'unlocked' }> }): JSX.Element | null {
  if (session.lostDevices.length === 0) return null;
  const say = words.value.lock;
  return (
    <p class="notice lost-notice" data-tone="question" role="status">
      <Icon name="alert" /> <span><strong>{say.changePassword}</strong> {say.lostDevices(session.lostDevices.join(', '))}</span>
      <a class="button" href={href({ screen: 'account' })}>{words.value.account.title}</a>
    </p>
  );
}
