/** One stay in a list, with the ways to what was written in it; and the choice of the stay that is read. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { PatientView, StayLine } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { go, href } from '../state/route.ts';
import type { PatientTab } from '../state/route.ts';
import { day, moment } from '../words/when.ts';

export function StayItem({ patient, stay }: { patient: string; stay: StayLine }): JSX.Element {
  const say = words.value;
  const { entries } = stay;
  const to = (tab: PatientTab): string => href({ screen: 'patient', patient, tab, ...(stay.current ? {} : { stay: stay.stay }) });
  return (
    <li class="stay-item">
      <span class="line-main">
        {stayTimes(stay)} {stay.current && <span class="tag">{say.stays.current}</span>}
        {stay.reason !== undefined && <span class="muted line-details">{stay.reason}</span>}
      </span>
      <span class="stay-links">
        {entries === undefined && <span class="muted">{say.stays.notOpen}</span>}
        {entries !== undefined && entries.observations > 0 && (
          <a class="button button-quiet" href={to('observations')}>{say.stays.observations(entries.observations)}</a>
        )}
        {entries !== undefined && entries.notes > 0 && <a class="button button-quiet" href={to('notes')}>{say.stays.notes(entries.notes)}</a>}
      </span>
    </li>
  );
}

/** Above observations and notes: which stay they are of, as soon as there is more than one or it is a past one. */
export function StayChoice({ view, tab }: { view: PatientView; tab: 'observations' | 'notes' }): JSX.Element | null {
  const id = useId();
  const { opened } = view;
  const say = words.value.patient;
  const { patient } = view.person;
  if (opened === undefined) return <p class="empty">{say.noStayOpen}</p>;
  const open = view.stays.filter(({ entries }) => entries !== undefined);
  if (open.length < 2 && opened.current) return null;
  return (
    <div class="stay-choice" data-past={!opened.current}>
      <label for={id}>{say.readStay}</label>
      <select id={id} class="input" value={opened.stay} onChange={(event) => go({ screen: 'patient', patient, tab, stay: event.currentTarget.value })}>
        {open.map((stay) => <option key={stay.stay} value={stay.stay}>{stayName(stay)}</option>)}
      </select>
      {!opened.current && <p>{say.pastStay}</p>}
      {!opened.current && view.card !== undefined && <a class="button" href={href({ screen: 'patient', patient, tab })}>{say.toCurrent}</a>}
    </div>
  );
}

/** 'Since 3 Nov 14:32', '3 Nov 2024 to 9 Nov 2024', '3 Nov' for a stay of one day. */
function stayTimes({ start, end, current }: StayLine): string {
  const say = words.value;
  if (end !== undefined) {
    const [first, last] = [day(start, now.value, say), day(end, now.value, say)];
    return first === last ? first : say.stays.fromTo(first, last);
  }
  return say.stays.from(current ? moment(start, now.value, say) : day(start, now.value, say));
}

function stayName(stay: StayLine): string {
  const name = stay.current ? words.value.stays.current : stayTimes(stay);
  return stay.reason === undefined ? name : `${name} · ${stay.reason}`;
}
