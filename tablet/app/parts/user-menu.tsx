/**
 * What belongs to whoever is logged in, under their name in the top bar. A screen that is seldom needed gets a line in
 * `entries` and so stays out of everybody's way.
 */
import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { SessionView } from '../port.ts';
import type { PortClient } from '../port-client.ts';
import { usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { href, route, type Route } from '../state/route.ts';
import type { Words } from '../words/en.ts';
import type { IconName } from './icon.tsx';
import { Icon } from './icon.tsx';

interface MenuEntry {
  readonly icon: IconName;
  readonly label: (words: Words) => string;
  readonly to: Route;
  /** Who sees it; without it, everybody. */
  readonly isFor?: (session: Extract<SessionView, { state: 'unlocked' }>) => boolean;
  /** How much waits for this user there. */
  readonly waiting?: (port: PortClient, words: Words) => { readonly count: number; readonly text: string } | undefined;
}

/** In the order in which they are shown. */
const entries: readonly MenuEntry[] = [
  { icon: 'user', label: (say) => say.account.title, to: { screen: 'account' } },
  { icon: 'search', label: (say) => say.glass.title, to: { screen: 'emergency' }, isFor: ({ mayWrite }) => mayWrite },
  { icon: 'userPlus', label: (say) => say.council.title, to: { screen: 'ward', part: 'people' }, isFor: ({ role }) => role === 'admin' },
  { icon: 'device', label: (say) => say.devices.title, to: { screen: 'devices' }, isFor: ({ role }) => role === 'admin' },
  { icon: 'pulse', label: (say) => say.doctor.title, to: { screen: 'doctor' }, isFor: ({ role }) => role === 'admin' },
  { icon: 'eye', label: (say) => say.privacy.title, to: { screen: 'audit' }, isFor: ({ role }) => role === 'privacy' || role === 'admin' },
  {
    icon: 'alert', label: (say) => say.glass.uses.title, to: { screen: 'emergencies' },
    waiting: ({ topics }, say) => {
      const count = topics.glass.value?.unreviewed ?? 0;
      return count === 0 ? undefined : { count, text: say.glass.uses.count(count) };
    },
  },
  { icon: 'strike', label: (say) => say.erasure.title, to: { screen: 'erasures' }, isFor: ({ role }) => role === 'admin' || role === 'privacy' },
  { icon: 'upload', label: (say) => say.exchange.title, to: { screen: 'exchange' }, isFor: ({ mayWrite }) => mayWrite },
];

export function UserMenu({ session }: { session: Extract<SessionView, { state: 'unlocked' }> }): JSX.Element {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const say = words.value;
  const port = usePort();
  const role = say.roles[session.role] ?? session.role;
  useEffect(() => {
    if (!open) return;
    const closeOutside = ({ target }: Event): void => {
      if (target instanceof Node && place.current?.contains(target) === false) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('focusin', closeOutside);
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('focusin', closeOutside);
    };
  }, [open]);
  return (
    <div
      ref={place} class="user-menu"
      onKeyDown={({ key }) => {
        if (key !== 'Escape' || !open) return;
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button} type="button" class="button button-quiet top-user" aria-expanded={open} aria-controls={id}
        aria-label={say.top.signedInAs(session.name, role)} onClick={() => setOpen(!open)}
      >
        <Icon name="user" />
        <span>
          <span class="top-name">{session.name}</span>{' '}
          <span class="top-role">{role}</span>
        </span>
        <Icon name="more" size={16} />
      </button>
      <nav id={id} class="user-menu-list" aria-label={say.top.menu} hidden={!open}>
        <p class="user-menu-who">{session.name} <small>{role}</small></p>
        {entries.filter(({ isFor }) => isFor?.(session) ?? true).map(({ icon, label, to, waiting }) => {
          const owed = waiting?.(port, say);
          return (
            <a
              key={to.screen} class="user-menu-entry" href={href(to)} aria-current={route.value.screen === to.screen ? 'page' : undefined}
              onClick={() => setOpen(false)}
            >
              <Icon name={icon} /> {label(say)}
              {owed !== undefined && <span class="count" aria-label={owed.text}>{owed.count}</span>}
            </a>
          );
        })}
      </nav>
    </div>
  );
}
