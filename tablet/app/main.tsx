/**
 * Starts the page: takes a join code out of the address bar, starts the worker that holds every key, and draws.
 */
import 'uplot/dist/uPlot.min.css';
import './styles/index.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { connectPort } from './port-client.ts';
import { PortProvider } from './state/app.ts';
import { resetSearch } from './state/board-search.ts';
import { startClock } from './state/clock.ts';
import { destroyDrafts, setDraftsAside, takeDraftsBack } from './state/drafts.ts';
import { forgetImport } from './state/import.ts';
import { followPatient } from './state/open-patient.ts';
import { startPreferences, words } from './state/preferences.ts';
import { resetRoute, startRoute } from './state/route.ts';
import { toast } from './state/toasts.ts';

const joinCode = takeJoinCode();
startPreferences();
startRoute();
startClock();

const port = connectPort(() => new Worker(new URL('worker.js', document.baseURI), { type: 'module', name: 'wardsync' }));
followPatient(port);
forgetWhenLocked();

const place = document.getElementById('app');
if (place === null) throw new Error('index.html has no #app');
render(<PortProvider value={port}><App joinCode={joinCode} /></PortProvider>, place);

/** A code in the address stays in the history and in every photograph of the screen: out of it before anything else. */
function takeJoinCode(): string | null {
  const code = /^#join=(.+)$/.exec(location.hash)?.[1];
  if (code === undefined) return null;
  history.replaceState(null, '', location.pathname);
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}

/**
 * What one user saw is gone from the page before the next one unlocks it. What was typed and not saved comes back to its
 * author when nobody chose to lock, unless this device was removed from the ward.
 */
function forgetWhenLocked(): void {
  let user: string | undefined;
  effect(() => {
    const session = port.topics.session.value;
    const next = session.state === 'unlocked' ? session.user : undefined;
    if (next === user) return;
    if (user !== undefined) {
      setDraftsAside(user);
      forgetImport();
      resetSearch();
      resetRoute();
      port.forget();
    }
    user = next;
    if (session.state === 'revoked') destroyDrafts();
    const back = next === undefined ? 0 : takeDraftsBack(next);
    if (back > 0) toast(words.peek().top.draftsBack(back));
  });
}
