/** MedicationRequest, MedicationStatement and MedicationAdministration → orders and administrations. */
import type { Administration, Coded, MedicationOrder } from '../model.ts';
import type { Resource } from './bundle.ts';
import { encounterOf, encounterWithinStay, ownCollection, put, visitOf, type Chart, type OpenStay } from './chart.ts';
import type { Cursor } from './cursor.ts';
import { correctionOf } from './import-history.ts';
import { canonical, digest, entryKey, exactTime, follow, readAuthor, readCoded, UNNAMED } from './source.ts';

const ORDER_STATUS = ['active', 'on-hold', 'stopped', 'completed', 'cancelled', 'draft', 'unknown'] as const;
const STATEMENT_STATUSES = ['active', 'completed', 'stopped', 'on-hold', 'intended', 'not-taken', 'unknown', 'entered-in-error'] as const;
const STATEMENT_STATUS: Readonly<Record<(typeof STATEMENT_STATUSES)[number], MedicationOrder['status']>> = {
  active: 'active', completed: 'completed', stopped: 'stopped', 'on-hold': 'on-hold', unknown: 'unknown',
  intended: 'draft', 'not-taken': 'cancelled', 'entered-in-error': 'stopped',
};

/** Which entry of which collection a request became, for the administrations that refer to it. */
export type OrderKeys = Map<Resource, { readonly key: string; readonly stay?: OpenStay }>;

export function readMedicationRequest(chart: Chart, resource: Resource, orders: OrderKeys): void {
  const { cursor } = resource;
  const intent = cursor.text('intent', 100);
  if (intent === 'proposal' || intent === 'plan') return leaveOut(resource, `intent ${intent}`);
  if (cursor.boolean('doNotPerform') === true) return leaveOut(resource, 'says what not to give');
  const medication = readMedication(chart, resource);
  if (medication === undefined) return leaveOut(resource, 'without a medication');

  const status = cursor.code('status', [...ORDER_STATUS, 'entered-in-error']) ?? 'unknown';
  const before = cursor.extension('status')?.code('valueString', ORDER_STATUS);
  const priority = cursor.text('priority', 100);
  if (priority !== undefined && priority !== 'routine' && priority !== 'stat') cursor.drop('priority');
  const dosage = readDosage(cursor.list('dosageInstruction'), priority === 'stat');
  const kind = cursor.extension('kind')?.code('valueString', ['regular', 'prn', 'stat', 'infusion']);
  const reason = readReason(chart, resource);
  const authored = cursor.time('authoredOn');
  const author = readAuthor(chart.index, resource, cursor.child('requester'));
  const visit = visitOf(chart, resource);
  const order: MedicationOrder = {
    medication,
    status: status === 'entered-in-error' ? before ?? 'stopped' : status,
    ...dosage,
    ...(kind !== undefined && { kind }),
    ...(reason !== undefined && { reason }),
    ...(authored !== undefined && { authored }),
    ...(author !== undefined && { author }),
  };
  const corrected = correctionOf(resource, status === 'entered-in-error', authored);
  if (corrected === 'unknown when') return;
  const stay = isStayOrder(resource, visit?.stay) ? visit?.stay : undefined;
  const key = entryKey(resource, 'stay.orders', 'patient.medications');
  const placed = { ...order, ...(stay === undefined ? encounterOf(resource, visit) : encounterWithinStay(resource)), ...corrected };
  put(stay === undefined ? chart.record.medications : stay.stay.orders, key, placed, resource);
  if (resource.claimed) orders.set(resource, { key, ...(stay !== undefined && { stay }) });
}

/**
 * An order of the ward, or one to take home? What says 'inpatient' is of the ward, and so is what does not say where it
 * is taken while the stay lasts. Old prescriptions of finished stays belong to the lasting list.
 */
function isStayOrder(resource: Resource, stay: OpenStay | undefined): boolean {
  const own = ownCollection(resource);
  const category = resource.cursor.list('category')[0]?.list('coding')[0];
  const code = category?.text('code', 100);
  category?.settle('system', 'display');
  resource.cursor.list('category')[0]?.settle('text');
  if (own !== undefined) return own === 'stay.orders';
  return stay !== undefined && (code === 'inpatient' || (code === undefined && stay.stay.status !== 'finished'));
}

/** What somebody takes, as they or their doctor said. */
export function readMedicationStatement(chart: Chart, resource: Resource): void {
  const { cursor } = resource;
  const medication = readMedication(chart, resource);
  if (medication === undefined) return leaveOut(resource, 'without a medication');
  const status = cursor.code('status', STATEMENT_STATUSES) ?? 'unknown';
  const reason = readReason(chart, resource);
  const authored = cursor.time('dateAsserted') ?? cursor.time('effectiveDateTime') ?? cursor.child('effectivePeriod')?.time('start');
  const corrected = correctionOf(resource, status === 'entered-in-error', authored);
  if (corrected === 'unknown when') return;
  const taken = STATEMENT_STATUS[status];
  if (taken !== status) cursor.converted('status', `${status} taken as ${taken}`);
  const order: MedicationOrder = {
    medication, status: taken, ...readDosage(cursor.list('dosage'), false),
    ...(reason !== undefined && { reason }),
    ...(authored !== undefined && { authored }),
    ...encounterOf(resource, visitOf(chart, resource, cursor.child('context'))),
    ...corrected,
  };
  put(chart.record.medications, entryKey(resource), order, resource);
}

export function readAdministration(chart: Chart, resource: Resource, orders: OrderKeys): void {
  const { cursor } = resource;
  const at = exactTime(cursor.time('effectiveDateTime') ?? cursor.child('effectivePeriod')?.time('start'));
  if (at === undefined) return leaveOut(resource, 'without an exact time');
  const stay = visitOf(chart, resource, cursor.child('context'), at)?.stay;
  if (stay === undefined) return leaveOut(resource, 'not within a stay');
  const status = cursor.text('status', 100);
  const outcome = readOutcome(cursor, status);
  if (outcome === undefined) return leaveOut(resource, 'not known whether it was given');
  const corrected = correctionOf(resource, status === 'entered-in-error', at);
  if (corrected === 'unknown when') return;
  const reason = readCoded(cursor.list('statusReason')[0])?.display ?? readCoded(cursor.list('reasonCode')[0])?.display;
  const order = orderOf(chart, resource, stay, orders);
  if (order === undefined) return leaveOut(resource, 'without a medication');
  const administration: Administration = {
    order, at, outcome,
    ...(reason !== undefined && { reason }),
    author: readAuthor(chart.index, resource, cursor.list('performer')[0]?.child('actor')) ?? UNNAMED,
    ...corrected,
  };
  put(stay.stay.administrations, entryKey(resource, 'stay.administrations'), administration, resource);
}

function readOutcome(cursor: Cursor, status: string | undefined): Administration['outcome'] | undefined {
  const own = cursor.extension('outcome')?.code('valueString', ['given', 'withheld', 'refused']);
  if (own !== undefined) return own;
  switch (status) {
    case 'completed': return 'given';
    case 'in-progress': case 'stopped': case 'entered-in-error':
      if (status !== 'entered-in-error') cursor.converted('status', `${status} taken as given`);
      return 'given';
    case 'not-done': case 'on-hold': return 'withheld';
    default: return undefined;
  }
}

/** The order it was given on. For a drug given without one one order is made for each drug. */
function orderOf(chart: Chart, resource: Resource, stay: OpenStay, orders: OrderKeys): string | undefined {
  const own = resource.cursor.extension('order')?.text('valueString', 256);
  const { target } = follow(chart.index, resource, resource.cursor.child('request'));
  const ordered = target && orders.get(target);
  const medication = readMedication(chart, resource);
  if (ordered !== undefined) {
    const order = (ordered.stay?.stay.orders ?? chart.record.medications)[ordered.key];
    if (medication !== undefined && medication.display !== order?.medication.display) resource.cursor.drop('medication[x], which is not the one ordered');
    return ordered.key;
  }
  if (own !== undefined) return own;
  if (medication === undefined) return undefined;
  const key = `order-${digest(canonical(medication))}`;
  stay.stay.orders[key] ??= { medication, status: 'completed' };
  chart.report.count('converted', 'MedicationAdministration (without an order: one was made for it)');
  return key;
}

/** `medication[x]`: a concept, or a reference to a Medication in the bundle or contained, or only its display. */
function readMedication(chart: Chart, resource: Resource): Coded | undefined {
  const concept = readCoded(resource.cursor.child('medicationCodeableConcept'));
  if (concept !== undefined) return concept;
  const { target, display } = follow(chart.index, resource, resource.cursor.child('medicationReference'));
  if (target?.type === 'Medication') {
    const code = readCoded(target.cursor.child('code'));
    if (code !== undefined) {
      target.claimed = true;
      return code;
    }
  }
  return display === undefined ? undefined : { display };
}

function readReason(chart: Chart, resource: Resource): string | undefined {
  const code = readCoded(resource.cursor.list('reasonCode')[0]);
  if (code !== undefined) return code.display;
  const { target, display } = follow(chart.index, resource, resource.cursor.list('reasonReference')[0]);
  return display ?? (target?.type === 'Condition' ? readCoded(target.cursor.child('code'))?.display : undefined);
}

type Dosage = Pick<MedicationOrder, 'kind' | 'dose' | 'route' | 'schedule' | 'times'>;

function readDosage(dosages: readonly Cursor[], stat: boolean): Dosage {
  const [dosage] = dosages;
  if (dosage === undefined) return stat ? { kind: 'stat' } : {};
  dosage.settle('sequence');
  const needed = dosage.boolean('asNeededBoolean') ?? (dosage.has('asNeededCodeableConcept') ? true : undefined);
  const kind = needed === true ? 'prn' : stat ? 'stat' : needed === false ? 'regular' : undefined;
  const dose = dosage.extension('dose')?.text('valueString') ?? readDose(dosage.list('doseAndRate')[0]);
  const route = readCoded(dosage.child('route'))?.display;
  const timing = dosage.child('timing');
  const times = readTimes(timing);
  const words = readCoded(timing?.child('code'))?.display;
  const repeat = words === undefined ? repeatWords(timing?.child('repeat')) : undefined;
  const text = dosage.text('text');
  const schedule = words ?? text ?? repeat;
  if (text !== undefined && schedule !== text) dosage.drop('text');
  return {
    ...(kind !== undefined && { kind }),
    ...(dose !== undefined && { dose }),
    ...(route !== undefined && { route }),
    ...(schedule !== undefined && { schedule }),
    ...(times !== undefined && { times }),
  };
}

function readDose(rate: Cursor | undefined): string | undefined {
  const type = rate?.child('type');
  type?.settle('text');
  for (const coding of type?.list('coding') ?? []) coding.settle('system', 'code', 'display');
  const quantity = rate?.child('doseQuantity');
  const single = quantity && amount(quantity);
  if (single !== undefined) return single;
  const range = rate?.child('doseRange');
  const low = range?.child('low');
  const high = range?.child('high');
  const parts = [low, high].flatMap((end) => (end && amount(end)) ?? []);
  return parts.length === 0 ? undefined : parts.join(' – ');
}

function amount(quantity: Cursor): string | undefined {
  const value = quantity.number('value');
  const unit = quantity.text('unit', 1000) ?? quantity.text('code', 1000);
  quantity.settle('system', 'code');
  if (value === undefined) return undefined;
  return `${quantity.text('comparator', 10) ?? ''}${value}${unit === undefined ? '' : ` ${unit}`}`;
}

function readTimes(timing: Cursor | undefined): MedicationOrder['times'] {
  const ofDay = (timing?.child('repeat')?.texts('timeOfDay') ?? []).map((time) => (/^\d\d:\d\d(:00(\.0+)?)?$/.test(time) ? time.slice(0, 5) : time));
  const others = (timing?.extensions('time') ?? []).flatMap((extension) => extension.text('valueString', 100) ?? []);
  const times = [...ofDay, ...others].filter((time) => time !== '__proto__');
  return times.length === 0 ? undefined : Object.fromEntries(times.map((time) => [time, true as const]));
}

const UNITS: Readonly<Record<string, string>> = { s: 'second', min: 'minute', h: 'hour', d: 'day', wk: 'week', mo: 'month', a: 'year' };

/** `frequency` times per `period` in words: 'every 4 hours', 'twice a day', '3 times every 2 weeks'. */
function repeatWords(repeat: Cursor | undefined): string | undefined {
  const frequency = repeat?.number('frequency') ?? 1;
  const period = repeat?.number('period');
  const unit = UNITS[repeat?.text('periodUnit', 10) ?? ''];
  if (period === undefined || unit === undefined) return undefined;
  const every = period === 1 ? `a ${unit}`.replace('a hour', 'an hour') : `every ${period} ${unit}s`;
  if (frequency === 1) return period === 1 ? `once ${every}` : every;
  return `${frequency === 2 ? 'twice' : `${frequency} times`} ${every}`;
}

function leaveOut(resource: Resource, why: string): void {
  resource.leftOut = why;
}
