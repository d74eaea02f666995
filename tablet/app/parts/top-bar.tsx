/** The bar above every screen of an unlocked ward: where one is, sync, theme, language, who is logged in, lock. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SessionView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { discardDrafts, unsavedDrafts } from '../state/drafts.ts';
import { chooseLanguage, chooseTheme, language, languageCodes, languages, theme, words } from '../state/preferences.ts';
import { href, route } from '../state/route.ts';
import { toast } from '../state/toasts.ts';
import { Dialog } from './dialog.tsx';
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
        <LockButton user={session.user} />
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

function LockButton({ user }: { user: string }): JSX.Element {
  const port = usePort();
  const [asking, setAsking] = useState(false);
  const say = words.value;
  const drafts = unsavedDrafts.value;
  const lock = async (): Promise<void> => {
    const reply = await port.request('lock', {});
    if (reply.ok) discardDrafts(user);
    else toast(explain(reply.failure, words.value), 'failed');
  };
  return (
    <>
      <button
        type="button" class="button button-lock" aria-label={say.top.lock}
        onClick={() => (drafts > 0 ? setAsking(true) : void lock())}
      >
        <Icon name="lock" /> <span class="top-label">{say.top.lock}</span>
      </button>
      {asking && (
        <Dialog title={say.top.lockTitle} onClose={() => setAsking(false)}>
          <p>{say.top.lockDrafts(drafts)}</p>
          <div class="dialog-actions">
            <button type="button" class="button" onClick={() => setAsking(false)}>{say.cancel}</button>
            <button type="button" class="button button-danger" onClick={() => void lock()}>{say.top.lockAnyway}</button>
          </div>
        </Dialog>
      )}
    </>
  );
}
