/** The patient in short: newest observations and notes (past stays for who is not on the ward), medication, conditions, numbers. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Condition, Measurement, MedicationOrder } from '../../../protocol/clinical/model.ts';
import { NoteItem } from '../parts/note-item.tsx';
import { StayItem } from '../parts/stay-item.tsx';
import { NewsChart } from '../parts/stay-charts.tsx';
import { VitalsStrip } from '../parts/vitals-strip.tsx';
import type { BedCard, Entry, PatientView } from '../port.ts';
import { now } from '../state/clock.ts';
import { words } from '../state/preferences.ts';
import { href } from '../state/route.ts';
import { printUnit } from '../vitals/units.ts';
import { day, moment } from '../words/when.ts';

const NOTES_SHOWN = 3;
const MEASUREMENTS_SHOWN = 8;
const STAYS_SHOWN = 5;
const ACTIVE_CONDITION = new Set<Condition['status']>(['active', 'recurrence', 'relapse']);
const CURRENT_ORDER = new Set<MedicationOrder['status']>(['active', 'on-hold', 'draft']);

export function Overview({ view }: { view: PatientView }): JSX.Element {
  const say = words.value.patient;
  const { card } = view;
  return (
    <div class="overview">
      <div class="overview-column">
        {card === undefined ? <PastStays view={view} /> : <Latest view={view} card={card} />}
        <Medications view={view} />
        <Conditions entries={view.conditions} />
      </div>
      <div class="overview-column">
        {card !== undefined && <LatestNotes view={view} />}
        <Measurements entries={view.measurements} />
        {view.identifiers.length > 0 && (
          <Panel title={say.identifiers}>
            <dl class="facts">
              {view.identifiers.map(({ system, value }) => (
                <div key={`${system} ${value}`}>
                  <dt>{systemName(system)}</dt>
                  <dd class="code">{value}</dd>
                </div>
              ))}
            </dl>
          </Panel>
        )}
        {card !== undefined && view.stays.length > 1 && <PastStays view={view} />}
      </div>
    </div>
  );
}

function Latest({ view, card }: { view: PatientView; card: BedCard }): JSX.Element {
  const say = words.value.patient;
  const newest = card.latest;
  return (
    <Panel
      title={say.latest} {...(newest === undefined ? {} : { aside: moment(newest.set.at, now.value, words.value) })}
      link={{ to: href({ screen: 'patient', patient: card.patient, tab: 'observations' }), text: say.allObservations }}
    >
      {newest === undefined
        ? <p class="empty-line">{words.value.board.noObservations}</p>
        : <VitalsStrip set={newest.set} birthDate={card.birthDate} />}
      <NewsChart observations={view.observations} birthDate={card.birthDate} range="days" />
      {card.reason !== undefined && <p class="reason"><span class="muted">{say.reason}:</span> {card.reason}</p>}
    </Panel>
  );
}

function LatestNotes({ view }: { view: PatientView }): JSX.Element {
  const say = words.value.patient;
  const notes = view.notes.filter(({ value }) => value.enteredInError === undefined).slice(-NOTES_SHOWN).reverse();
  return (
    <Panel title={say.latestNotes} link={{ to: href({ screen: 'patient', patient: view.person.patient, tab: 'notes' }), text: say.allNotes }}>
      {notes.length === 0
        ? <p class="empty-line">{words.value.notes.empty}</p>
        : <ol class="notes">{notes.map((note) => <NoteItem key={note.id} entry={note} />)}</ol>}
    </Panel>
  );
}

function PastStays({ view }: { view: PatientView }): JSX.Element {
  const say = words.value;
  const { patient } = view.person;
  const past = view.stays.filter(({ current }) => !current);
  return (
    <Panel
      title={say.patient.pastStays}
      {...(past.length > STAYS_SHOWN && { link: { to: href({ screen: 'patient', patient, tab: 'stays' }), text: say.patient.allStays } })}
    >
      {past.length === 0
        ? <p class="empty-line">{say.stays.empty}</p>
        : <ol class="lines">{past.slice(0, STAYS_SHOWN).map((stay) => <StayItem key={stay.stay} patient={patient} stay={stay} />)}</ol>}
    </Panel>
  );
}

interface PanelProps {
  readonly title: string;
  readonly aside?: string;
  readonly link?: { readonly to: string; readonly text: string };
  readonly children: ComponentChildren;
}

function Panel({ title, aside, link, children }: PanelProps): JSX.Element {
  return (
    <section class="panel">
      <header class="panel-head">
        <h2>{title}</h2>
        {aside !== undefined && <span class="muted">{aside}</span>}
        {link !== undefined && <a class="panel-link" href={link.to}>{link.text}</a>}
      </header>
      {children}
    </section>
  );
}

function Conditions({ entries }: { entries: readonly Entry<Condition>[] }): JSX.Element {
  const say = words.value.patient;
  const valid = entries.filter(({ value }) => value.enteredInError === undefined);
  const active = valid.filter(({ value }) => ACTIVE_CONDITION.has(value.status));
  const past = valid.filter(({ value }) => !ACTIVE_CONDITION.has(value.status));
  const line = ({ id, value }: Entry<Condition>): JSX.Element => (
    <li key={id}>
      <span class="line-main">{value.code.display}</span>
      <span class="line-side">
        {value.status !== 'active' && say.conditionStatus[value.status]}
        {value.onset !== undefined && ` ${say.since(day(value.onset, now.value, words.value))}`}
      </span>
    </li>
  );
  return (
    <Panel title={say.conditions}>
      {active.length === 0 ? <p class="empty-line">{say.noConditions}</p> : <ul class="lines">{active.map(line)}</ul>}
      {past.length > 0 && (
        <details>
          <summary>{say.pastConditions(past.length)}</summary>
          <ul class="lines">{past.map(line)}</ul>
        </details>
      )}
    </Panel>
  );
}

/** What is ordered on this ward and what is taken at home are two lists: the same medicine is often in both. */
function Medications({ view }: { view: PatientView }): JSX.Element {
  const say = words.value.patient;
  const onWard = view.card !== undefined && view.opened?.current === true;
  if (!onWard) {
    return <Panel title={say.medications}><Orders entries={view.medications} none={say.noMedications} /></Panel>;
  }
  return (
    <Panel title={say.medications}>
      <h3 class="group-title">{say.onWard}</h3>
      <Orders entries={view.orders} none={say.noOrders} />
      <h3 class="group-title">{say.atHome}</h3>
      <Orders entries={view.medications} none={say.noMedications} />
    </Panel>
  );
}

function Orders({ entries, none }: { entries: readonly Entry<MedicationOrder>[]; none: string }): JSX.Element {
  const say = words.value.patient;
  const valid = entries.filter(({ value }) => value.enteredInError === undefined);
  const current = valid.filter(({ value }) => CURRENT_ORDER.has(value.status));
  const past = valid.filter(({ value }) => !CURRENT_ORDER.has(value.status));
  return (
    <>
      {current.length === 0
        ? <p class="empty-line">{none}</p>
        : <ul class="lines">{current.map(({ id, value }) => <OrderLine key={id} order={value} />)}</ul>}
      {past.length > 0 && (
        <details>
          <summary>{say.pastMedications(past.length)}</summary>
          <ul class="lines">{past.map(({ id, value }) => <OrderLine key={id} order={value} />)}</ul>
        </details>
      )}
    </>
  );
}

function OrderLine({ order }: { order: MedicationOrder }): JSX.Element {
  const say = words.value.patient;
  const details = [order.dose, order.route, order.schedule].filter((part) => part !== undefined).join(' · ');
  return (
    <li>
      <span class="line-main">
        {order.medication.display}
        {details !== '' && <span class="muted line-details">{details}</span>}
      </span>
      <span class="line-side">
        {[order.kind === undefined ? undefined : say.kinds[order.kind], order.status === 'active' ? undefined : say.orderStatus[order.status]]
          .filter((part) => part !== undefined).join(', ')}
      </span>
    </li>
  );
}

function Measurements({ entries }: { entries: readonly Entry<Measurement>[] }): JSX.Element {
  const [all, setAll] = useState(false);
  const say = words.value.patient;
  const newestFirst = entries.toSorted((a, b) => (b.value.at ?? '').localeCompare(a.value.at ?? ''));
  const shown = all ? newestFirst : newestFirst.slice(0, MEASUREMENTS_SHOWN);
  return (
    <Panel title={say.measurements}>
      {shown.length === 0 ? <p class="empty-line">{say.noMeasurements}</p> : (
        <ul class="lines">
          {shown.map(({ id, value }) => (
            <li key={id}>
              <span class="line-main">
                {value.code.display}
                {value.at !== undefined && <span class="muted line-details">{day(value.at, now.value, words.value)}</span>}
              </span>
              <span class="line-side line-value">{measured(value, words.value.locale)}</span>
            </li>
          ))}
        </ul>
      )}
      {shown.length < entries.length && (
        <button type="button" class="button button-quiet" onClick={() => setAll(true)}>{say.allMeasurements(entries.length)}</button>
      )}
    </Panel>
  );
}

function measured(measurement: Measurement, locale: string): string {
  const quantity = (amount: { quantity: number; unit: string }): string =>
    `${amount.quantity.toLocaleString(locale, { maximumFractionDigits: 2 })}\u00a0${printUnit(amount.unit)}`.trimEnd();
  const { value, components } = measurement;
  if (value === undefined) return Object.values(components ?? {}).map(quantity).join(' / ');
  if ('quantity' in value) return quantity(value);
  return 'coded' in value ? value.coded.display : value.words;
}

/** 'urn:wardsync:mrn' → 'MRN'; 'http://hospital.smarthealthit.org' → 'hospital.smarthealthit.org'. */
function systemName(system: string): string {
  if (system.startsWith('urn:')) return (system.split(':').at(-1) ?? system).toUpperCase();
  return system.replace(/^https?:\/\//, '');
}
