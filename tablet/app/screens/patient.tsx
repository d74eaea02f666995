/** One patient: who it is and the allergies on every tab, and below them one part of the record. */
import type { ComponentChildren, JSX } from 'preact';
import { AllergyBanner } from '../parts/allergy-banner.tsx';
import { BedLabel, dueText, personFacts } from '../parts/bed-card.tsx';
import { Icon } from '../parts/icon.tsx';
import { ErasePatient } from '../parts/erase-patient.tsx';
import { NewsBadge } from '../parts/news-badge.tsx';
import type { BedCard, PatientView } from '../port.ts';
import { explain, usePort } from '../state/app.ts';
import { now } from '../state/clock.ts';
import { patientFailure } from '../state/open-patient.ts';
import { words } from '../state/preferences.ts';
import type { PatientTab } from '../state/route.ts';
import { href, patientTabs } from '../state/route.ts';
import { ago, longDay } from '../words/when.ts';
import { Notes } from './patient-notes.tsx';
import { Observations } from './patient-observations.tsx';
import { Overview } from './patient-overview.tsx';
import { Stays } from './patient-stays.tsx';

export interface PatientProps {
  readonly patient: string;
  readonly tab: PatientTab;
  /** The stay to read; undefined for the one in progress, or the newest. */
  readonly stay: string | undefined;
  readonly canWrite: boolean;
}

export function Patient({ patient, tab, stay, canWrite }: PatientProps): JSX.Element {
  const say = words.value.patient;
  return (
    <OpenPatient patient={patient}>
      {(view) => (
        <>
          <PatientHead view={view} back={href({ screen: 'board' })} backLabel={say.toBoard}>
            {canWrite && !view.arriving && (view.card === undefined
              ? <a class="button button-primary" href={href({ screen: 'admit', patient })}><Icon name="enter" /> {words.value.board.admit}</a>
              : <a class="button button-primary" href={href({ screen: 'observe', patient })}><Icon name="plus" /> {say.record}</a>
            )}
          </PatientHead>
          <nav class="tabs" aria-label={say.tabsLabel}>
            {patientTabs.map((name) => (
              <a key={name} href={href({ screen: 'patient', patient, tab: name, ...stayFor(name, stay) })} aria-current={name === tab ? 'page' : undefined}>
                {say.tabs[name]}
                {name === 'notes' && view.notes.length > 0 && <span class="count">{view.notes.length}</span>}
              </a>
            ))}
          </nav>
          <WhoLooked patient={patient} />
          <NotShownNotice view={view} />
          <Tab view={view} tab={tab} canWrite={canWrite} />
          {tab === 'stays' && <ErasePatient patient={patient} name={`${view.person.family}, ${view.person.given}`} />}
        </>
      )}
    </OpenPatient>
  );
}

/** For whoever looks after that. */
function WhoLooked({ patient }: { patient: string }): JSX.Element | null {
  const session = usePort().topics.session.value;
  if (session.state !== 'unlocked' || session.role !== 'privacy') return null;
  return <a class="button who-looked" href={href({ screen: 'audit', about: patient })}><Icon name="eye" /> {words.value.privacy.open}</a>;
}

/** What is here and not shown is said, never silent. */
function NotShownNotice({ view }: { view: PatientView }): JSX.Element | null {
  const say = words.value.patient.notShown;
  if (view.notShown.length === 0) return null;
  return (
    <div class="notice-slot" role="status">
      {view.notShown.map(({ document, by, entries, why, reason }) => (
        <p key={`${document} ${by} ${reason}`} class="notice" data-tone="info"><Icon name="help" /> {say[why](entries, by)}</p>
      ))}
    </div>
  );
}

/** The two parts of a stay are read of the same stay. */
function stayFor(tab: PatientTab, stay: string | undefined): { stay?: string } {
  return stay !== undefined && (tab === 'observations' || tab === 'notes') ? { stay } : {};
}

function Tab({ view, tab, canWrite }: { view: PatientView; tab: PatientTab; canWrite: boolean }): JSX.Element {
  switch (tab) {
    case 'overview': return <Overview view={view} />;
    case 'observations': return <Observations view={view} canWrite={canWrite} />;
    case 'notes': return <Notes view={view} canWrite={canWrite} />;
    case 'stays': return <Stays view={view} />;
    default: return tab satisfies never;
  }
}

/** The page of a patient once the worker has opened the record; until then it says that, or why not. */
export function OpenPatient({ patient, children }: {
  patient: string;
  children: (view: PatientView) => ComponentChildren;
}): JSX.Element {
  const view = usePort().topics.patient.value;
  const failure = patientFailure.value;
  const say = words.value.patient;
  return (
    <main id="content" class="page patient" tabIndex={-1}>
      {view !== null && view.person.patient === patient ? children(view) : failure !== null
        ? (
          <div class="empty" role="alert">
            <h1>{say.title}</h1>
            <p>{failure.code === 'not-found' ? say.missing : explain(failure, words.value)}</p>
            <a class="button" href={href({ screen: 'board' })}>{say.toBoard}</a>
          </div>
        )
        : (
          <div class="empty" role="status">
            <h1 class="visually-hidden">{say.title}</h1>
            <span class="spinner" aria-hidden="true" />
            <p>{say.loading}</p>
          </div>
        )}
    </main>
  );
}

export function PatientHead({ view, back, backLabel, children }: {
  view: PatientView;
  back: string;
  backLabel: string;
  children?: ComponentChildren;
}): JSX.Element {
  const say = words.value;
  const { card, person } = view;
  return (
    <div class="patient-head">
      <a class="button button-quiet button-icon" href={back} aria-label={backLabel}><Icon name="arrowLeft" size={24} /></a>
      {card !== undefined && <BedLabel label={card.bed} />}
      <div class="patient-who">
        <h1>{person.family}, {person.given}</h1>
        <p class="patient-facts">
          {personFacts(person, say)}
          {person.birthDate !== undefined && ` · ${say.patient.born(longDay(person.birthDate, say))}`}
        </p>
        {card === undefined ? <p class="patient-fresh"><span class="tag tag-quiet">{view.arriving ? say.board.arriving : say.patient.notOnWard}</span></p> : <Freshness card={card} />}
      </div>
      {card !== undefined && <NewsBadge news={card.news} size="large" />}
      {children !== undefined && <div class="patient-actions">{children}</div>}
      <AllergyBanner view={view} />
    </div>
  );
}

function Freshness({ card }: { card: BedCard }): JSX.Element {
  const say = words.value;
  const due = dueText(card, now.value, say);
  return (
    <p class="patient-fresh">
      <span class="due" data-due={due.state}><Icon name={due.state === 'overdue' ? 'alert' : 'clock'} size={16} /> {due.text}</span>
      <span class="muted">
        {card.freshest === undefined ? say.patient.noEntry : say.patient.fresh(ago(card.freshest, now.value, say))}
      </span>
    </p>
  );
}
