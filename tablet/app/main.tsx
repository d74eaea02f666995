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
import { clearDrafts } from './state/drafts.ts';
import { forgetImport } from './state/import.ts';
import { followPatient } from './state/open-patient.ts';
import { startPreferences } from './state/preferences.ts';
import { resetRoute, startRoute } from './state/route.ts';

const joinCode = takeJoinCode();
startPreferences();
startRoute();
startClock();

const port = connectPort(new Worker(new URL('worker.js', document.baseURI), { type: 'module', name: 'wardsync' }));
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

/** What one user saw and typed is gone from the page before the next one unlocks it. */
function forgetWhenLocked(): void {
  let open = false;
  effect(() => {
    const unlocked = port.topics.session.value.state === 'unlocked';
    if (open && !unlocked) {
      clearDrafts();
      forgetImport();
      resetSearch();
      resetRoute();
      port.forget();
    }
    open = unlocked;
  });
}
