/**
 * Where in the app one is, kept in the address bar's fragment so that 'back' works and nothing is sent to a server.
 * A patient is named there by the id of the record, which says nothing about the person.
 */
import { signal } from '@preact/signals';

export type PatientTab = 'overview' | 'observations' | 'notes' | 'stays';

export const patientTabs: readonly PatientTab[] = ['overview', 'observations', 'notes', 'stays'];

export type Route =
  | { readonly screen: 'board' }
  | { readonly screen: 'patient'; readonly patient: string; readonly tab: PatientTab }
  | { readonly screen: 'observe'; readonly patient: string }
  | { readonly screen: 'exchange' };

export const route = signal<Route>({ screen: 'board' });

/** The fragment of a route, for links. */
export function href(to: Route): string {
  switch (to.screen) {
    case 'board': return '#/';
    case 'exchange': return '#/import';
    case 'observe': return `#/patient/${encodeURIComponent(to.patient)}/observe`;
    case 'patient': return `#/patient/${encodeURIComponent(to.patient)}/${to.tab}`;
    default: return to satisfies never;
  }
}

export function go(to: Route): void {
  location.hash = href(to);
}

/** Goes back to the board without leaving the way there in the history: for locking. */
export function resetRoute(): void {
  history.replaceState(null, '', href({ screen: 'board' }));
  route.value = { screen: 'board' };
}

/** Follows the address bar. Call once, after the enrolment code was taken out of it. */
export function startRoute(): void {
  addEventListener('hashchange', follow);
  follow();
}

function follow(): void {
  route.value = parse(location.hash);
}

function parse(fragment: string): Route {
  const [root, id, part] = fragment.replace(/^#\/?/, '').split('/');
  if (root === 'import') return { screen: 'exchange' };
  if (root !== 'patient' || id === undefined || id === '') return { screen: 'board' };
  const patient = decode(id);
  if (part === 'observe') return { screen: 'observe', patient };
  return { screen: 'patient', patient, tab: patientTabs.find((tab) => tab === part) ?? 'overview' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
