/** People and rules of the ward, for admins: one screen of several parts. */
import type { JSX } from 'preact';
import { Problem, ScreenHead } from '../parts/screen-head.tsx';
import { Icon } from '../parts/icon.tsx';
import type { CouncilView } from '../port-council.ts';
import { usePort } from '../state/app.ts';
import { words } from '../state/preferences.ts';
import { href, wardParts, type WardPart } from '../state/route.ts';
import { WardBrowser } from './ward-browser.tsx';
import { WardPeople } from './ward-people.tsx';
import { WardReview } from './ward-review.tsx';
import { WardTeams } from './ward-teams.tsx';
import { WardTwo } from './ward-two.tsx';
import { WardUnlock } from './ward-unlock.tsx';

export function Ward({ part }: { part: WardPart }): JSX.Element {
  const { topics } = usePort();
  const view = topics.council.value;
  const session = topics.session.value;
  const isHeldShort = session.state === 'unlocked' && session.isHeldShort;
  const isAdmin = session.state === 'unlocked' && session.role === 'admin';
  const isAlone = topics.sync.value.peers.every(({ connected, own }) => !connected || own === true);
  const say = words.value.council;
  return (
    <main id="content" class="page narrow ward" tabIndex={-1}>
      <ScreenHead title={say.title} />
      {!isAdmin ? <Problem text={say.notForYou} /> : (
        <>
          <nav class="tabs" aria-label={say.title}>
            {wardParts.map((each) => (
              <a key={each} href={href({ screen: 'ward', part: each })} aria-current={each === part ? 'page' : undefined}>
                {say.parts[each]}{each === 'two' && view !== null && view.proposals.length > 0 && <span class="count"> {view.proposals.length}</span>}
              </a>
            ))}
          </nav>
          {isHeldShort && <p class="notice" data-tone="question" role="status"><Icon name="lock" /> <span>{say.heldShort}</span></p>}
          {isAlone && <p class="notice" data-tone="question" role="status"><Icon name="cloudOff" /> <span>{say.offline}</span></p>}
          {view === null ? <p role="status">{words.value.loading}</p> : <Part key={part} part={part} view={view} />}
        </>
      )}
    </main>
  );
}

function Part({ part, view }: { part: WardPart; view: CouncilView }): JSX.Element {
  switch (part) {
    case 'people': return <WardPeople view={view} />;
    case 'teams': return <WardTeams view={view} />;
    case 'two': return <WardTwo view={view} />;
    case 'review': return <WardReview view={view} />;
    case 'unlock': return <WardUnlock view={view} />;
    case 'browser': return <WardBrowser view={view} />;
    default: return part satisfies never;
  }
}
