/** One's own account: what only its owner does, with the password asked again. */
import type { JSX } from 'preact';
import { EventList } from '../parts/account-events.tsx';
import { HoldersPanel } from '../parts/holders-panel.tsx';
import { Icon } from '../parts/icon.tsx';
import { KitPanel } from '../parts/kit-panel.tsx';
import { OldPasswordPanel } from '../parts/old-password-panel.tsx';
import { PasswordPanel } from '../parts/password-panel.tsx';
import { PinPanel } from '../parts/pin-offer.tsx';
import { RequestsPanel } from '../parts/requests-panel.tsx';
import { ScreenHead } from '../parts/screen-head.tsx';
import type { SessionView } from '../port.ts';
import { usePort } from '../state/app.ts';
import { Vote } from './ward-two.tsx';
import { words } from '../state/preferences.ts';

export function Account({ session }: { session: Extract<SessionView, { state: 'unlocked' }> }): JSX.Element {
  const { topics } = usePort();
  const [account, council] = [topics.account.value, topics.council.value];
  const { two } = words.value.council;
  const say = words.value.account;
  return (
    <main id="content" class="page narrow account" tabIndex={-1}>
      <ScreenHead title={say.title} />
      {account !== null && <RequestsPanel account={account} />}
      <PasswordPanel />
      {council?.isHolder === true && session.role !== 'admin' && (
        <section class="panel" aria-labelledby="account-vote">
          <h2 id="account-vote">{two.quorumTitle}</h2>
          <p>{two.quorumText}</p>
          <Vote view={council} />
        </section>
      )}
      <PinPanel />
      {account !== null && (
        <>
          <OldPasswordPanel changes={account.events[0]?.id ?? ''} />
          <KitPanel account={account} handle={session.handle} ward={session.ward} />
          <HoldersPanel account={account} />
          <section class="panel" aria-labelledby="account-events">
            <h2 id="account-events">{say.events.title}</h2>
            {account.events.length === 0 ? <p class="muted">{say.events.none}</p> : <EventList events={account.events} />}
          </section>
        </>
      )}
    </main>
  );
}

/** All there is until somebody who was given a temporary password has a password of their own. */
export function TemporaryPassword(): JSX.Element {
  const say = words.value.account.password;
  return (
    <main id="content" class="page narrow account" tabIndex={-1}>
      <div class="page-head"><h1>{say.temporaryTitle}</h1></div>
      <p class="notice" data-tone="question"><Icon name="shield" /> <span>{say.temporaryText}</span></p>
      <PasswordPanel />
    </main>
  );
}
