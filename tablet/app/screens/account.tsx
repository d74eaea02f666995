/** One's own account: what only its owner does, with the password asked again. */
import type { JSX } from 'preact';
import { Icon } from '../parts/icon.tsx';
import { PasswordPanel } from '../parts/password-panel.tsx';
import { words } from '../state/preferences.ts';
import { href } from '../state/route.ts';

export function Account(): JSX.Element {
  return (
    <main id="content" class="page narrow account" tabIndex={-1}>
      <div class="page-head">
        <a class="button button-quiet button-icon" href={href({ screen: 'board' })} aria-label={words.value.patient.toBoard}>
          <Icon name="arrowLeft" size={24} />
        </a>
        <h1>{words.value.account.title}</h1>
      </div>
      <PasswordPanel />
    </main>
  );
}
