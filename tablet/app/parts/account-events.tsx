/** What happened to one's account: a list on its page, and after an unlock a calm panel with what is new. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { AccountEventView } from '../port.ts';
import { usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { href, route } from '../state/route.ts';
import { moment } from '../words/when.ts';
import { Icon } from './icon.tsx';

/** Operations that the person has put away on this page. The log keeps them; the next unlock has others that are new. */
const seen = signal<ReadonlySet<string>>(new Set());

/** What somebody did to the account on purpose of its owner is told without alarm. */
const ORDINARY = new Set<AccountEventView['what']>(['kit-made', 'holders-set', 'holders-withdrawn', 'kit-withdrawn']);

export function EventList({ events }: { events: readonly AccountEventView[] }): JSX.Element {
  const say = words.value.account.events;
  return (
    <ul class="account-events">
      {events.map(({ id, what, by, device, at }) => (
        <li key={id}>
          <strong>{say.what[what]}</strong>{' '}
          <span class="muted">{[by === null ? '' : say.by(by), device === '' ? '' : say.on(device), moment(at, now.value, words.value)].filter((part) => part !== '').join(' · ')}</span>
        </li>
      ))}
    </ul>
  );
}

export function AccountNews(): JSX.Element | null {
  const account = usePort().topics.account.value;
  const fresh = account?.events.filter(({ id, isNew }) => isNew && !seen.value.has(id)) ?? [];
  const asked = account?.requests.filter(({ released }) => !released).length ?? 0;
  const { events: say, requests } = words.value.account;
  if (fresh.length === 0 && (asked === 0 || route.value.screen === 'account')) return null;
  return (
    <section class="notice account-news" data-tone="info" aria-labelledby="account-news">
      <Icon name="shield" />
      <div>
        <h2 id="account-news">{fresh.length > 0 ? say.newTitle : requests.title(asked)}</h2>
        {fresh.length > 0 && <EventList events={fresh} />}
        {fresh.some(({ what }) => !ORDINARY.has(what)) && <p>{say.ifNot}</p>}
        {fresh.length > 0 && asked > 0 && <p><strong>{requests.title(asked)}</strong></p>}
        <div class="form-actions">
          {route.value.screen !== 'account' && <a class="button" href={href({ screen: 'account' })}>{say.open}</a>}
          {fresh.length > 0 && <button type="button" class="button" onClick={() => { seen.value = new Set([...seen.value, ...fresh.map(({ id }) => id)]); }}>{say.seen}</button>}
        </div>
      </div>
    </section>
  );
}
