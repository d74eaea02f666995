/**
 * Where in the app one is, kept in the address bar's fragment so that 'back' works and nothing is sent to a server.
 * A patient is named there by the id of the record, which says nothing about the person.
 */
import { signal } from '@preact/signals';

export type PatientTab = 'overview' | 'observations' | 'notes' | 'stays';

export const patientTabs: readonly PatientTab[] = ['overview', 'observations', 'notes', 'stays'];

/** Parts of the screen of people and rules, for admins. */
export type WardPart = 'people' | 'teams' | 'two' | 'review' | 'unlock' | 'browser';

export const wardParts: readonly WardPart[] = ['people', 'teams', 'two', 'review', 'unlock', 'browser'];

export type Route =
  | { readonly screen: 'board' }
  /** `stay`: the one to read; without it the one in progress, else the newest. */
  | { readonly screen: 'patient'; readonly patient: string; readonly tab: PatientTab; readonly stay?: string }
  | { readonly screen: 'observe'; readonly patient: string }
  | { readonly screen: 'admit'; readonly patient: string }
  | { readonly screen: 'new-patient' }
  | { readonly screen: 'exchange' }
  | { readonly screen: 'devices' }
  | { readonly screen: 'doctor' }
  | { readonly screen: 'ward'; readonly part: WardPart }
  | { readonly screen: 'erasures' }
  /** Opening a patient in an emergency, and what was opened so. */
  | { readonly screen: 'emergency' }
  | { readonly screen: 'emergencies' }
  | { readonly screen: 'account' }
  /** `about`: a patient's id, to see who looked at this one; the record itself is not opened. */
  | { readonly screen: 'audit'; readonly about?: string };

export const route = signal<Route>({ screen: 'board' });

/** The fragment of a route, for links. */
export function href(to: Route): string {
  switch (to.screen) {
    case 'board': return '#/';
    case 'exchange': return '#/import';
    case 'devices': case 'doctor': case 'erasures': case 'emergency': case 'emergencies': return `#/${to.screen}`;
    case 'new-patient': return '#/new-patient';
    case 'account': return '#/account';
    case 'ward': return `#/ward/${to.part}`;
    case 'audit': return to.about === undefined ? '#/audit' : `#/audit/${encodeURIComponent(to.about)}`;
    case 'observe':
    case 'admit': return `#/patient/${encodeURIComponent(to.patient)}/${to.screen}`;
    case 'patient': {
      const stay = to.stay === undefined ? '' : `/${encodeURIComponent(to.stay)}`;
      return `#/patient/${encodeURIComponent(to.patient)}/${to.tab}${stay}`;
    }
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
  // The browser would put the page back where it was before the screen is drawn; the app does it afterwards.
  history.scrollRestoration = 'manual';
  addEventListener('hashchange', follow);
  follow();
}

function follow(): void {
  route.value = parse(location.hash);
}

function parse(fragment: string): Route {
  const [root, id, part, stay] = fragment.replace(/^#\/?/, '').split('/');
  if (root === 'devices' || root === 'doctor' || root === 'erasures' || root === 'emergency' || root === 'emergencies') return { screen: root };
  if (root === 'import') return { screen: 'exchange' };
  if (root === 'ward') return { screen: 'ward', part: wardParts.find((name) => name === id) ?? 'people' };
  if (root === 'audit') return { screen: 'audit', ...(id !== undefined && id !== '' && { about: decode(id) }) };
  if (root === 'account') return { screen: 'account' };
  if (root === 'new-patient') return { screen: 'new-patient' };
  if (root !== 'patient' || id === undefined || id === '') return { screen: 'board' };
  const patient = decode(id);
  if (part === 'observe' || part === 'admit') return { screen: part, patient };
  const tab = patientTabs.find((name) => name === part) ?? 'overview';
  return { screen: 'patient', patient, tab, ...(stay !== undefined && stay !== '' && { stay: decode(stay) }) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
