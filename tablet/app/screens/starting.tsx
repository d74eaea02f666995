/** Before there is a ward to show: starting, failed, and 'this device was removed'. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { LanguageChoice, ThemeToggle } from '../parts/top-bar.tsx';
import { Icon } from '../parts/icon.tsx';
import { usePort } from '../state/app.ts';
import { draftsDestroyed, draftsKept } from '../state/drafts.ts';
import { words } from '../state/preferences.ts';

const SLOW_AFTER_MS = 8_000;

/** The quiet frame of every screen without a session: mark, one card, theme and language. */
export function Doorway({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <div class="doorway">
      <div class="doorway-tools"><LanguageChoice /><ThemeToggle /></div>
      <main id="content" class="doorway-card" tabIndex={-1}>
        <div class="doorway-mark">
          <img src="icon.svg" alt="" width="48" height="48" />
          <span>{words.value.product}</span>
        </div>
        {children}
      </main>
    </div>
  );
}

export function Starting(): JSX.Element {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const say = words.value.start;
  return (
    <Doorway>
      <h1 class="visually-hidden">{words.value.product}</h1>
      <div role="status" class="waiting">
        <span class="spinner" aria-hidden="true" />
        <p>{say.starting}</p>
        {slow && <p class="muted">{say.slow}</p>}
      </div>
    </Doorway>
  );
}

export function Failed({ message }: { message: string }): JSX.Element {
  const port = usePort();
  const say = words.value.start;
  return (
    <Doorway>
      <h1>{say.failedTitle}</h1>
      <p>{say.failedText}</p>
      {draftsKept.value > 0 && <p class="notice" data-tone="info"><Icon name="note" /> {words.value.unlock.keptDrafts(draftsKept.value)}</p>}
      {message !== '' && <p class="notice" data-tone="failed"><Icon name="alert" /> {message}</p>}
      <button type="button" class="button button-primary button-wide" onClick={() => port.restart()}>{say.reload}</button>
    </Doorway>
  );
}

export function Revoked(): JSX.Element {
  const say = words.value.start;
  return (
    <Doorway>
      <h1>{say.revokedTitle}</h1>
      <p>{say.revokedText}</p>
      {draftsDestroyed.value > 0 && <p class="notice" data-tone="failed"><Icon name="alert" /> {say.revokedDrafts(draftsDestroyed.value)}</p>}
    </Doorway>
  );
}
