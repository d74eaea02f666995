/**
 * Starts the page: takes a join code out of the address bar, starts the worker that holds every key, and draws.
 */
import 'uplot/dist/uPlot.min.css';
import './styles/index.css';
import { effect, untracked } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { connectPort } from './port-client.ts';
import { PortProvider } from './state/app.ts';
import { resetSearch } from './state/board-search.ts';
import { startClock } from './state/clock.ts';
import { clearDrafts, draftsDestroyed, draftsKept, unsavedDrafts } from './state/drafts.ts';
import { forgetHandles, noteHandle, startHandles } from './state/handles.ts';
import { forgetImport } from './state/import.ts';
import { keepDrafts } from './state/kept-drafts.ts';
import { lockWhenIdle, lockWhenOver } from './state/locking.ts';
import { followPatient, notePrinting } from './state/open-patient.ts';
import { followErased } from './state/erased.ts';
import { followGlass } from './state/glass.ts';
import { startPreferences } from './state/preferences.ts';
import { resetRoute, startRoute } from './state/route.ts';

const joinCode = takeJoinCode();
startPreferences();
startRoute();
startClock();
// A tablet serves its own page on loopback, in plain HTTP; it goes from hand to hand.
startHandles(location.protocol === 'http:');

const port = connectPort(() => new Worker(new URL('worker.js', document.baseURI), { type: 'module', name: 'wardsync' }));
followPatient(port);
notePrinting(port);
followErased(port);
followGlass(port);
forgetWhenLocked();
lockWhenIdle(port);
lockWhenOver(port);

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
 * author at the next unlock here, unless this device was removed from the ward.
 */
function forgetWhenLocked(): void {
  let user: string | undefined;
  let leaveDrafts = (): void => {};
  effect(() => {
    const session = port.topics.session.value;
    if (session.state === 'revoked') {
      forgetHandles();
      // Its worker has nothing left to do, and ends with whatever its memory still has.
      if (session.destroyed) port.end();
    }
    const next = session.state === 'unlocked' ? session.user : undefined;
    if (next === user) return;
    if (user !== undefined) {
      leaveDrafts();
      (session.state === 'revoked' ? draftsDestroyed : draftsKept).value = unsavedDrafts.peek();
      clearDrafts();
      forgetImport();
      resetSearch();
      resetRoute();
      port.forget();
    }
    user = next;
    if (session.state !== 'unlocked') return;
    draftsKept.value = 0;
    noteHandle(session.handle);
    leaveDrafts = untracked(() => keepDrafts(port));
  });
}
