/** Observation → observation sets of a stay (vital signs taken together) and measurements (everything else). */
import {
  BLOOD_PRESSURE, CONSCIOUSNESS, CONSCIOUSNESS_FINDINGS, OXYGEN_FLOW, SYSTEMS, VITAL_NAMES, VITAL_PANEL, VITALS, type VitalName,
} from '../codes.ts';
import type { Author, Coded, Consciousness, Measurement, ObservationSet } from '../model.ts';
import { millisecondsOf } from '../time.ts';
import type { Resource } from './bundle.ts';
import { encounterOf, encounterWithinStay, ownCollection, put, visitOf, type Chart, type OpenStay, type Visit } from './chart.ts';
import type { Cursor } from './cursor.ts';
import { correctionOf } from './import-history.ts';
import { NEWS2_SYSTEM, SET_SYSTEM } from './own.ts';
import { digest, entryKey, exactTime, ownIdentifier, readAuthor, readCoded, UNNAMED } from './source.ts';

type Values = Omit<ObservationSet, 'at' | 'author' | 'enteredInError'>;

/** A vital sign that may become part of a set. */
interface Sign {
  readonly resource: Resource;
  readonly stay: OpenStay;
  readonly at: string;
  readonly author: Author | undefined;
  readonly values: Values;
}

export interface Observations {
  /** Sets exported by this project, by stay and key. */
  readonly sets: Map<string, ObservationSet>;
  readonly signs: Sign[];
}

/** The sets that this project exported: first, so that their members find them. */
export function readOwnSet(chart: Chart, resource: Resource, into: Observations): void {
  if (ownCollection(resource) !== 'stay.observations') return;
  const { cursor } = resource;
  const at = cursor.time('effectiveDateTime');
  const stay = visitOf(chart, resource)?.stay;
  const author = readAuthor(chart.index, resource, cursor.list('performer')[0]);
  if (at === undefined || stay === undefined || author === undefined) return;
  const scale = cursor.extension('spo2-scale')?.number('valueInteger');
  const breathing = cursor.extension('oxygen');
  const supplemental = breathing?.list('extension').find((part) => part.text('url', 100) === 'supplemental')?.boolean('valueBoolean');
  const device = breathing && breathing.list('extension').find((part) => part.text('url', 100) === 'device')?.text('valueString');
  const corrected = correctionOf(resource, cursor.text('status', 100) === 'entered-in-error', at);
  if (corrected === 'unknown when') return;
  const set: ObservationSet = {
    at, author,
    ...(scale === 1 || scale === 2 ? { spo2Scale: scale } : {}),
    ...(supplemental !== undefined && { oxygen: { supplemental, ...(device !== undefined && { device }) } }),
    ...corrected,
  };
  // What the members say in full, and what the code of the panel says by itself.
  cursor.settle('hasMember', 'category', 'code', 'dataAbsentReason');
  const key = entryKey(resource, 'stay.observations');
  put(stay.stay.observations, key, set, resource);
  if (resource.claimed) into.sets.set(`${stay.key}/${key}`, set);
}

export function readObservation(chart: Chart, resource: Resource, into: Observations): void {
  const { cursor } = resource;
  if (resource.claimed || resource.leftOut !== undefined) return;
  if (ownIdentifier(resource, NEWS2_SYSTEM) !== undefined) return leaveOut(resource, 'NEWS2 total: computed anew');
  const at = cursor.time('effectiveDateTime') ?? cursor.child('effectivePeriod')?.time('start') ?? cursor.time('effectiveInstant') ?? cursor.time('issued');
  // What this project exported says by itself where it lies.
  const visit = visitOf(chart, resource, undefined, ownCollection(resource) === undefined ? at : undefined);
  const setKey = ownIdentifier(resource, SET_SYSTEM);
  const set = setKey === undefined || visit?.stay === undefined ? undefined : into.sets.get(`${visit.stay.key}/${setKey}`);
  const status = cursor.text('status', 100);
  const mayBeSign = visit?.stay !== undefined && ownCollection(resource) === undefined && (set !== undefined || (status !== 'entered-in-error' && exactTime(at) !== undefined));
  const sign = mayBeSign ? readSign(resource) : undefined;
  if (sign !== undefined && set !== undefined) {
    Object.assign(set, sign.oxygen === undefined ? sign : { ...sign, oxygen: { ...set.oxygen, ...sign.oxygen, supplemental: set.oxygen?.supplemental ?? sign.oxygen.supplemental } });
    resource.claimed = true;
    settleSign(cursor);
    cursor.settle('status', 'performer');
    return;
  }
  const exact = exactTime(at);
  if (sign !== undefined && visit?.stay !== undefined && exact !== undefined) {
    into.signs.push({ resource, stay: visit.stay, at: exact, author: readAuthor(chart.index, resource, cursor.list('performer')[0]), values: sign });
    return;
  }
  readMeasurement(chart, resource, visit, at);
}

/**
 * Vital signs of one stay, of one author, at one instant become a set. The first of a kind by key is taken, the second
 * stays a measurement of its own.
 */
export function gatherSets(chart: Chart, { signs }: Observations): void {
  const groups = new Map<string, Sign[]>();
  for (const sign of signs) {
    const name = JSON.stringify([sign.stay.key, millisecondsOf(sign.at), sign.author?.user, sign.author?.name]);
    groups.set(name, [...(groups.get(name) ?? []), sign]);
  }
  for (const [name, group] of groups) {
    const [first, ...others] = group.map((sign) => ({ sign, key: entryKey(sign.resource) })).sort((a, b) => (a.key < b.key ? -1 : 1));
    if (first === undefined) continue;
    const { stay, at, author } = first.sign;
    const set: ObservationSet = { at, author: author ?? UNNAMED };
    for (const { sign, key } of [first, ...others]) {
      if (Object.keys(sign.values).some((field) => Object.hasOwn(set, field))) {
        readMeasurement(chart, sign.resource, { key: stay.key, stay }, sign.at, key);
        continue;
      }
      Object.assign(set, sign.values);
      sign.resource.claimed = true;
      settleSign(sign.resource.cursor);
      const status = sign.resource.cursor.text('status', 100);
      if (status !== undefined && status !== 'final') sign.resource.cursor.drop('status');
    }
    stay.stay.observations[`set-${digest(name)}`] = set;
  }
}

/** What a vital sign in a set says by being there: its code and its category. */
function settleSign(cursor: Cursor): void {
  settleCode(cursor.child('code'));
  for (const component of cursor.list('component')) settleCode(component.child('code'));
  if (readCategory(cursor.list('category')[0]) !== 'vital-signs' && cursor.has('category')) cursor.drop('category');
}

/** The value of a vital sign in the model's unit; undefined if it is none, or none that a set can hold. */
function readSign(resource: Resource): Values | undefined {
  const { cursor } = resource;
  const codes = loincCodes(cursor.child('code'));
  if (codes.includes(BLOOD_PRESSURE.panel) || codes.includes(BLOOD_PRESSURE.oldPanel)) return readPressures(cursor);
  if (codes.includes(CONSCIOUSNESS.code)) {
    const consciousness = readConsciousness(cursor.child('valueCodeableConcept'));
    return consciousness && { consciousness };
  }
  if (codes.includes(OXYGEN_FLOW.code)) {
    const litres = readQuantity(cursor.child('valueQuantity'), OXYGEN_FLOW.unit);
    return litres === undefined ? undefined : { oxygen: { supplemental: litres > 0, litresPerMinute: litres } };
  }
  const name = vitalOf(codes);
  if (name === undefined || !cursor.has('valueQuantity')) return undefined;
  const value = readQuantity(cursor.child('valueQuantity'), VITALS[name].unit, VITALS[name].conversions);
  return value === undefined ? undefined : { [name]: value };
}

function readPressures(panel: Cursor): Values | undefined {
  const values: { systolic?: number; diastolic?: number } = {};
  for (const component of panel.list('component')) {
    const name = vitalOf(loincCodes(component.child('code')));
    if (name !== 'systolic' && name !== 'diastolic') return undefined;
    const value = readQuantity(component.child('valueQuantity'), VITALS[name].unit);
    if (value === undefined || values[name] !== undefined) return undefined;
    values[name] = value;
  }
  return values.systolic === undefined && values.diastolic === undefined ? undefined : values;
}

function vitalOf(codes: readonly string[]): VitalName | undefined {
  return VITAL_NAMES.find((name) => VITALS[name].loinc.some((code) => codes.includes(code)));
}

function loincCodes(concept: Cursor | undefined): readonly string[] {
  return (concept?.list('coding') ?? []).flatMap((coding) => (coding.peek('system') === SYSTEMS.loinc ? coding.peek('code') ?? [] : []));
}

/** The code of a vital sign is known by its place in the set; codes of other systems are counted. */
function settleCode(concept: Cursor | undefined): void {
  concept?.settle('text');
  for (const coding of concept?.list('coding') ?? []) if (coding.peek('system') === SYSTEMS.loinc) coding.settle('system', 'code', 'display');
}

/** The number if it stands in the unit wanted, or one that converts into it, without 'less than' and the like. */
function readQuantity(quantity: Cursor | undefined, unit: string, conversions: Readonly<Record<string, (value: number) => number>> = {}): number | undefined {
  if (quantity === undefined || quantity.has('comparator')) return undefined;
  const given = quantity.peek('code') ?? quantity.peek('unit');
  const convert = given === undefined || given === unit || !Object.hasOwn(conversions, given) ? undefined : conversions[given];
  if (given !== unit && convert === undefined) return undefined;
  const value = quantity.number('value');
  quantity.settle('system', 'code', 'unit');
  if (value === undefined || convert === undefined) return value;
  const converted = convert(value);
  if (converted !== value) quantity.converted('value', `${given} to ${unit}`);
  return converted;
}

function readConsciousness(concept: Cursor | undefined): Consciousness | undefined {
  for (const coding of concept?.list('coding') ?? []) {
    const found = (['alert', 'confusion', 'voice', 'pain', 'unresponsive'] as const).find((name) => CONSCIOUSNESS_FINDINGS[name].code === coding.peek('code'));
    if (found === undefined) continue;
    concept?.settle('text');
    coding.settle('system', 'code', 'display');
    return found;
  }
  return undefined;
}

function readMeasurement(chart: Chart, resource: Resource, visit: Visit | undefined, at: string | undefined, knownKey?: string): void {
  const { cursor } = resource;
  const code = readCoded(cursor.child('code'));
  if (code === undefined) return leaveOut(resource, 'without a code');
  if (code.code === VITAL_PANEL.code && cursor.has('hasMember')) return leaveOut(resource, 'a panel; its members are mapped themselves');
  const own = ownCollection(resource);
  const stay = own === 'patient.measurements' ? undefined : visit?.stay;
  const into = stay === undefined ? chart.record.measurements : stay.stay.measurements;
  const key = knownKey ?? entryKey(resource, 'patient.measurements', 'stay.measurements');
  const category = cursor.extension('category')?.text('valueString') ?? readCategory(cursor.list('category')[0]);
  const written = cursor.text('status', 100);
  const status = cursor.extension('status')?.text('valueString') ?? (written === 'unknown' ? undefined : written);
  const value = readValue(cursor);
  const { components, others } = readComponents(cursor);
  const rest = {
    ...(at !== undefined && { at }),
    ...(category !== undefined && { category }),
    ...(status !== undefined && { status }),
    ...(stay === undefined ? encounterOf(resource, visit) : encounterWithinStay(resource)),
  };
  put<Measurement>(into, key, { code, ...rest, ...(value !== undefined && { value }), ...(components !== undefined && { components }) }, resource);
  if (!resource.claimed) return;
  // Answers of a panel that are no quantities stand beside it, one by one.
  for (const [suffix, other] of others) into[`${key}.${suffix}`] ??= { code: other.code, ...rest, value: other.value };
}

function readCategory(concept: Cursor | undefined): string | undefined {
  const [coding] = concept?.list('coding') ?? [];
  coding?.settle('system', 'display');
  const code = coding?.text('code', 100);
  if (code === undefined) return concept?.text('text');
  concept?.settle('text');
  return code;
}

type Value = NonNullable<Measurement['value']>;

/** `value[x]`. A quantity with 'less than' is words: as a bare number it would be wrong. */
function readValue(holder: Cursor): Value | undefined {
  const quantity = holder.child('valueQuantity');
  if (quantity !== undefined) {
    const value = quantity.number('value');
    const unit = readUnit(quantity);
    const comparator = quantity.text('comparator', 10);
    if (value === undefined) return undefined;
    return comparator === undefined ? { quantity: value, unit: unit ?? '1' } : { words: `${comparator}${value}${unit === undefined ? '' : ` ${unit}`}` };
  }
  const coded = readCoded(holder.child('valueCodeableConcept'));
  if (coded !== undefined) return { coded };
  const integer = holder.number('valueInteger');
  if (integer !== undefined) return { quantity: integer, unit: '1' };
  const flag = holder.boolean('valueBoolean');
  const words = holder.text('valueString') ?? holder.text('valueDateTime', 100) ?? holder.text('valueTime', 100) ?? (flag === undefined ? undefined : flag ? 'Yes' : 'No');
  return words === undefined ? undefined : { words };
}

/** The UCUM code if there is one, else the unit as people write it. */
function readUnit(quantity: Cursor): string | undefined {
  const system = quantity.text('system', 1000);
  const code = quantity.text('code', 1000);
  const unit = quantity.text('unit', 1000);
  if (system === SYSTEMS.ucum && code !== undefined) {
    if (unit !== undefined && unit !== code) quantity.drop('unit');
    return code;
  }
  if (unit !== undefined && code !== undefined && code !== unit) quantity.drop('code');
  return unit ?? code;
}

function readComponents(cursor: Cursor): { components?: Measurement['components']; others: readonly [string, { code: Coded; value: Value }][] } {
  const components = new Map<string, { code: Coded; quantity: number; unit: string }>();
  const others = new Map<string, { code: Coded; value: Value }>();
  for (const component of cursor.list('component')) {
    const code = readCoded(component.child('code'));
    const value = readValue(component);
    const key = component.extension('key')?.text('valueString', 256) ?? code?.code ?? code?.display;
    if (code === undefined || value === undefined || key === undefined || key === '__proto__' || components.has(key) || others.has(key)) component.drop('value');
    else if ('quantity' in value) components.set(key, { code, quantity: value.quantity, unit: value.unit });
    else others.set(key, { code, value });
  }
  return { ...(components.size > 0 && { components: Object.fromEntries(components) }), others: [...others] };
}

function leaveOut(resource: Resource, why: string): void {
  resource.leftOut = why;
}
