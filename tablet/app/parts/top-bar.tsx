/** The bar above every screen of an unlocked ward: where one is, sync, theme, language, who is logged in, lock. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SessionView } from '../port.ts';
import { usePort } from '../state/app.ts';
import { lock } from '../state/locking.ts';
import { chooseLanguage, chooseTheme, language, languageCodes, languages, theme, words } from '../state/preferences.ts';
import { href, route } from '../state/route.ts';
import { Icon } from './icon.tsx';
import { SyncPill } from './sync-pill.tsx';
import { UserMenu } from './user-menu.tsx';

export function TopBar({ session }: { session: Extract<SessionView, { state: 'unlocked' }> }): JSX.Element {
  const say = words.value;
  return (
    <header class="top-bar">
      <a class="top-home" href={href({ screen: 'board' })} aria-current={route.value.screen === 'board' ? 'page' : undefined}>
        <img src="icon.svg" alt="" width="32" height="32" />
        <span>
          <span class="top-ward">{session.ward || say.product}</span>
          <span class="top-device">{session.device}</span>
        </span>
        <span class="visually-hidden">, {say.top.board}</span>
      </a>
      <SyncPill />
      <div class="top-tools">
        <LanguageChoice />
        <ThemeToggle />
        <UserMenu session={session} />
        <LockButton />
      </div>
    </header>
  );
}

export function ThemeToggle(): JSX.Element {
  const say = words.value.top;
  const next = theme.value === 'day' ? 'night' : 'day';
  return (
    <button
      type="button" class="button button-quiet button-icon"
      aria-label={next === 'night' ? say.toNight : say.toDay} onClick={() => chooseTheme(next)}
    >
      <Icon name={next === 'night' ? 'moon' : 'sun'} />
    </button>
  );
}

export function LanguageChoice(): JSX.Element {
  const next = languageCodes[(languageCodes.indexOf(language.value) + 1) % languageCodes.length] ?? 'en';
  return (
    <button
      type="button" class="button button-quiet button-icon language" lang={next}
      aria-label={`${next.toUpperCase()}, ${languages[next].languageName}`} onClick={() => chooseLanguage(next)}
    >
      {next.toUpperCase()}
    </button>
  );
}

/** What is typed and not saved stays, sealed, for whoever typed it: nothing has to be asked. */
function LockButton(): JSX.Element {
  const port = usePort();
  const [locking, setLocking] = useState(false);
  const say = words.value;
  return (
    <button
      type="button" class="button button-lock" aria-label={say.top.lock} aria-disabled={locking}
      onClick={() => {
        if (locking) return;
        setLocking(true);
        void lock(port);
      }}
    >
      <Icon name="lock" /> <span class="top-label">{say.top.lock}</span>
    </button>
  );
}
