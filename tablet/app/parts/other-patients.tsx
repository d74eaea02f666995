/** Patients who are known here and not on the ward: a list by name, drawn as far as somebody wants to see it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { OtherPatient } from '../port.ts';
import { now } from '../state/clock.ts';
import { filter, query } from '../state/board-search.ts';
import { words } from '../state/preferences.ts';
import { href } from '../state/route.ts';
import { day } from '../words/when.ts';
import { AllergyLine, personFacts } from './bed-card.tsx';
import { Icon } from './icon.tsx';

const STEP = 24;

export function Others({ title, people, canWrite }: { title: string; people: readonly OtherPatient[]; canWrite: boolean }): JSX.Element | null {
  // Another search begins at the top again.
  const search = `${filter.value} ${query.value}`;
  const [wanted, setWanted] = useState({ search, count: STEP });
  const count = wanted.search === search ? wanted.count : STEP;
  const say = words.value.board;
  if (people.length === 0) return null;
  return (
    <section class="bay others" aria-label={title}>
      <h2>{title}</h2>
      <div class="bay-beds"><span>{say.patients(people.length)}</span></div>
      <ul class="panel other-list">
        {people.slice(0, count).map((person) => <Row key={person.patient} person={person} canWrite={canWrite} />)}
      </ul>
      {people.length > count && (
        <button type="button" class="button" onClick={() => setWanted({ search, count: count + STEP })}>
          {say.moreOthers(Math.min(STEP, people.length - count))}
        </button>
      )}
    </section>
  );
}

function Row({ person, canWrite }: { person: OtherPatient; canWrite: boolean }): JSX.Element {
  const say = words.value;
  const name = `${person.family}, ${person.given}`;
  return (
    <li class="other">
      <div class="other-who">
        <h3><a class="stretched" href={href({ screen: 'patient', patient: person.patient, tab: 'overview' })}>{name}</a></h3>
        <p class="bed-facts">{personFacts(person, say)}</p>
      </div>
      <AllergyLine person={person} />
      <p class="other-stay">{lastStay(person)}</p>
      {canWrite && (
        <a class="button button-over" href={href({ screen: 'admit', patient: person.patient })} aria-label={say.board.admitFor(name)}>
          <Icon name="enter" /> {say.board.admit}
        </a>
      )}
    </li>
  );
}

function lastStay({ lastStay: last, arriving }: OtherPatient): string {
  const say = words.value;
  if (arriving) return say.board.arriving;
  if (last === undefined) return say.board.noStay;
  return last.end === undefined
    ? say.board.lastStayOpen(day(last.start, now.value, say))
    : say.board.lastStay(day(last.end, now.value, say));
}
