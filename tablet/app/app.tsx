/** Which screen is shown: the session's state decides first, then the address bar. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { AccountNews } from './parts/account-events.tsx';
import { GlassBanner, GlassClosed } from './parts/glass-banner.tsx';
import { FalseNodeNotice } from './parts/false-node-notice.tsx';
import { IdleWarning } from './parts/idle-warning.tsx';
import { LostNotice } from './parts/lost-notice.tsx';
import { Toaster } from './parts/toaster.tsx';
import { PasswordOwed } from './parts/password-owed.tsx';
import { PinOffer } from './parts/pin-offer.tsx';
import { TopBar } from './parts/top-bar.tsx';
import type { SessionView } from './port.ts';
import { usePort } from './state/app.ts';
import { scrolled } from './state/board-search.ts';
import { words } from './state/preferences.ts';
import type { Route } from './state/route.ts';
import { route } from './state/route.ts';
import { Account, TemporaryPassword } from './screens/account.tsx';
import { Admit } from './screens/admit.tsx';
import { Audit } from './screens/audit.tsx';
import { Board } from './screens/board.tsx';
import { Devices } from './screens/devices.tsx';
import { Doctor } from './screens/doctor.tsx';
import { Emergencies } from './screens/emergencies.tsx';
import { Emergency } from './screens/emergency.tsx';
import { Enrol } from './screens/enrol.tsx';
import { Erasures } from './screens/erasures.tsx';
import { Exchange } from './screens/exchange.tsx';
import { NewPatient } from './screens/new-patient.tsx';
import { Observe } from './screens/observe.tsx';
import { Patient } from './screens/patient.tsx';
import { Recover } from './screens/recover.tsx';
import { Failed, Revoked, Starting } from './screens/starting.tsx';
import { Unlock } from './screens/unlock.tsx';
import { Ward } from './screens/ward.tsx';
import type { Words } from './words/en.ts';

export function App({ joinCode }: { joinCode: string | null }): JSX.Element {
  const session = usePort().topics.session.value;
  useTitle(session);
  return (
    <>
      <Screen session={session} joinCode={joinCode} />
      <IdleWarning />
      <Toaster />
    </>
  );
}

function Screen({ session, joinCode }: { session: SessionView; joinCode: string | null }): JSX.Element {
  switch (session.state) {
    case 'starting': return <Starting />;
    case 'not-enrolled': return <Enrol fromLink={joinCode} />;
    case 'locked': return <Locked device={session.device} />;
    case 'revoked': return <Revoked />;
    case 'failed': return <Failed message={session.message} />;
    case 'unlocked': return <Unlocked session={session} />;
    default: return session satisfies never;
  }
}

function Locked({ device }: { device: string }): JSX.Element {
  const [forgot, setForgot] = useState(false);
  return forgot ? <Recover onBack={() => setForgot(false)} /> : <Unlock device={device} onForgot={() => setForgot(true)} />;
}

function Unlocked({ session }: { session: Extract<SessionView, { state: 'unlocked' }> }): JSX.Element {
  useFocusOnArrival(route.value);
  return (
    <>
      <a
        class="skip" href="#content"
        onClick={(event) => {
          // The fragment is the route: go to the content without changing it.
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        {words.value.skipToContent}
      </a>
      <div class="top-stick">
        <TopBar session={session} />
        <GlassBanner />
      </div>
      <GlassClosed />
      <LostNotice session={session} />
      <PasswordOwed session={session} />
      <FalseNodeNotice />
      <AccountNews />
      {!session.hasTemporaryPassword && <PinOffer />}
      {session.hasTemporaryPassword ? <TemporaryPassword /> : <RoutedScreen at={route.value} session={session} />}
    </>
  );
}

function RoutedScreen({ at, session }: { at: Route; session: Extract<SessionView, { state: 'unlocked' }> }): JSX.Element {
  const canWrite = session.mayWrite;
  switch (at.screen) {
    case 'board': return <Board canWrite={canWrite} />;
    case 'patient': return <Patient patient={at.patient} tab={at.tab} stay={at.stay} canWrite={canWrite} />;
    case 'admit': return <Admit key={at.patient} patient={at.patient} canWrite={canWrite} />;
    case 'new-patient': return <NewPatient canWrite={canWrite} />;
    case 'observe': return <Observe key={at.patient} patient={at.patient} canWrite={canWrite} />;
    case 'exchange': return <Exchange />;
    case 'devices': return <Devices canReport={session.role === 'admin' && !session.isHeldShort} />;
    case 'doctor': return <Doctor />;
    case 'ward': return <Ward part={at.part} />;
    case 'erasures': return <Erasures />;
    case 'emergency': return <Emergency />;
    case 'emergencies': return <Emergencies />;
    case 'account': return <Account session={session} />;
    case 'audit': return <Audit key={at.about} about={at.about} />;
    default: return at satisfies never;
  }
}

/** Another screen starts at its top, and the keyboard with it; another tab of the same patient does not jump. */
function useFocusOnArrival(at: Route): void {
  const key = `${at.screen} ${'patient' in at ? at.patient : ''}`;
  const before = useRef(key);
  useEffect(() => {
    if (before.current === key) return;
    before.current = key;
    scrollTo(0, at.screen === 'board' ? scrolled.pixels : 0);
    document.getElementById('content')?.focus({ preventScroll: true });
  }, [key]);
}

/** No names here: browsers write titles to their history on disk. */
function useTitle(session: SessionView): void {
  const say = words.value;
  const at = route.value;
  const screen = session.state === 'unlocked' ? titleOf(at, say) : say.unlock.title;
  useEffect(() => {
    document.title = `${screen} · ${say.product}`;
  }, [screen, say]);
}

function titleOf(at: Route, say: Words): string {
  switch (at.screen) {
    case 'board': return say.board.title;
    case 'patient': return say.patient.title;
    case 'observe': return say.observe.title;
    case 'admit': return say.admit.title;
    case 'new-patient': return say.person.title;
    case 'exchange': return say.exchange.title;
    case 'devices': return say.devices.title;
    case 'doctor': return say.doctor.title;
    case 'ward': return say.council.title;
    case 'erasures': return say.erasure.title;
    case 'emergency': return say.glass.title;
    case 'emergencies': return say.glass.uses.title;
    case 'account': return say.account.title;
    case 'audit': return say.privacy.title;
    default: return at satisfies never;
  }
}
