/** One bed with its patient. The whole card leads to the patient; the button in it straight to the observations form. */
import type { JSX } from 'preact';
import type { BedCard, PersonCard } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { href } from '../state/route.ts';
import type { Words } from '../words/en.ts';
import { clock, moment, span } from '../words/when.ts';
import { Icon } from './icon.tsx';
import { NewsBadge } from './news-badge.tsx';
import { VitalsStrip } from './vitals-strip.tsx';

export function BedCardView({ card, canWrite }: { card: BedCard; canWrite: boolean }): JSX.Element {
  const say = words.value;
  const due = dueText(card, now.value, say);
  return (
    <li class="bed-card" data-due={due.state}>
      <div class="bed-head">
        <BedLabel label={card.bed} />
        <div class="bed-who">
          <h3>
            <a class="stretched" href={href({ screen: 'patient', patient: card.patient, tab: 'overview' })}>
              {card.family}, {card.given}
            </a>
          </h3>
          <p class="bed-facts">{personFacts(card, say)}</p>
        </div>
        <NewsBadge news={card.news} />
      </div>

      {card.latest === undefined
        ? <p class="empty-line">{say.board.noObservations}</p>
        : <VitalsStrip set={card.latest.set} birthDate={card.birthDate} />}

      <p class="bed-lines">
        {card.reason !== undefined && <span class="bed-reason">{card.reason}</span>}
        <AllergyLine person={card} />
      </p>

      <div class="bed-foot">
        <div class="bed-times">
          <p class="due" data-due={due.state}><Icon name={due.state === 'overdue' ? 'alert' : 'clock'} size={18} /> {due.text}</p>
          <p class="bed-fresh">{freshText(card, now.value, say)}</p>
        </div>
        {canWrite && (
          <a
            class="button button-over" href={href({ screen: 'observe', patient: card.patient })}
            aria-label={say.board.observeFor(`${card.family}, ${card.given}`)}
          >
            <Icon name="plus" /> {say.board.observe}
          </a>
        )}
      </div>
    </li>
  );
}

/** In one line: what somebody is allergic to; or that none is known; or that nobody asked, which is not the same. */
export function AllergyLine({ person }: { person: PersonCard }): JSX.Element {
  const say = words.value.allergies;
  if (person.allergies.length === 0) {
    return (
      <span class="allergy-line" data-state={person.noKnownAllergies ? 'none' : 'not-asked'}>
        <Icon name={person.noKnownAllergies ? 'check' : 'help'} size={16} /> {person.noKnownAllergies ? say.none : say.notAsked}
      </span>
    );
  }
  return (
    <span class="allergy-line" data-state="present">
      <Icon name="alert" size={16} />
      <span><span class="visually-hidden">{say.label}: </span>{person.allergies.join(', ')}</span>
    </span>
  );
}

export function BedLabel({ label }: { label: string | undefined }): JSX.Element {
  const say = words.value.board;
  return (
    <span class="bed-label" data-length={label === undefined ? 0 : Math.min(label.length, 5)}>
      <span class="visually-hidden">{label === undefined ? say.noBed : say.bed(label)}</span>
      <span aria-hidden="true">{label ?? '–'}</span>
    </span>
  );
}

/** '71 y · Female · MRN 0012345' */
export function personFacts(card: PersonCard, say: Words): string {
  return [
    card.age === undefined ? undefined : say.board.age(card.age),
    card.sex === undefined ? undefined : say.sex[card.sex] ?? card.sex,
    card.identifier === undefined ? undefined : shortNumber(card.identifier),
  ].filter((fact) => fact !== undefined).join(' · ');
}

/** Other systems' numbers may be of any length; the whole one stands on the patient's page. */
function shortNumber(number: string): string {
  return number.length <= 16 ? number : `${number.slice(0, 8)}…`;
}

export type DueState = 'overdue' | 'soon' | 'later' | 'none';

const SOON_MS = 30 * 60_000;

/** When the next observations are due, in words. Nobody observed yet means due now. */
export function dueText(card: BedCard, at: number, say: Words): { readonly state: DueState; readonly text: string } {
  if (card.due === undefined) {
    return card.latest === undefined ? { state: 'soon', text: say.due.first } : { state: 'none', text: say.due.none };
  }
  const left = Date.parse(card.due) - at;
  if (left <= -60_000) return { state: 'overdue', text: say.due.overdue(span(-left, say)) };
  if (left < 60_000) return { state: 'soon', text: say.due.now };
  return { state: left < SOON_MS ? 'soon' : 'later', text: `${say.due.in(span(left, say))}, ${clock(card.due, say)}` };
}

export const isOverdue = (card: BedCard, at: number): boolean =>
  card.due !== undefined && Date.parse(card.due) - at <= -60_000;

function freshText(card: BedCard, at: number, say: Words): string {
  const parts = [
    card.latest === undefined ? undefined : say.board.latest(moment(card.latest.set.at, at, say)),
    card.freshest === undefined || card.freshest === card.latest?.set.at ? undefined : say.board.fresh(moment(card.freshest, at, say)),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
