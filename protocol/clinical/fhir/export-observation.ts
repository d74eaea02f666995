/** Observation sets and measurements → Observation. */
import type { CodeableConcept, Coding, Observation, Reference } from 'fhir/r4';
import {
  BLOOD_PRESSURE, CONSCIOUSNESS, CONSCIOUSNESS_FINDINGS, NEWS2_TOTAL, OXYGEN_FLOW, SYSTEMS, VITAL_NAMES, VITAL_PANEL, VITALS, type VitalName,
} from '../codes.ts';
import type { IsoDay, Measurement, ObservationSet, Stay } from '../model.ts';
import { scoreNews2 } from '../news2.ts';
import { ageAt, millisecondsOf } from '../time.ts';
import { keyOf, type Unnamed } from './export-bundle.ts';
import { encounterName, encounterPart, entryName, type Place } from './export-place.ts';
import { amendment, coded, codeOr, concept, extension, extensions, quantity, requiredTime, text, time } from './export-values.ts';
import { extensionUrl, NEWS2_SYSTEM, SET_SYSTEM } from './own.ts';

const VITAL_SIGNS = [coded(SYSTEMS.observationCategory, 'vital-signs', 'Vital Signs')];
const SINGLE_VITALS = VITAL_NAMES.filter((name) => name !== 'systolic' && name !== 'diastolic');

/** Each set as a panel that names its members, the members as the vital-signs profiles have them, and its NEWS2 total. */
export function exportSets(place: Place & { readonly stay: string }, stay: Stay, news2: boolean, birthDate: IsoDay | undefined): void {
  for (const [key, set] of Object.entries(stay.observations)) {
    const name = entryName(place, 'observations', key);
    const common = {
      resourceType: 'Observation',
      status: set.enteredInError === undefined ? 'final' : 'entered-in-error',
      category: VITAL_SIGNS,
      subject: place.subject,
      encounter: place.bundle.reference(encounterName(place.stay)),
      ...requiredTime('effectiveDateTime', set.at),
      performer: [place.bundle.author(set.author)],
    } as const satisfies Partial<Observation>;
    const members = membersOf(set).map(([suffix, member]) =>
      place.bundle.add<Observation>(`${name}/${suffix}`, { ...common, ...member, identifier: [{ system: SET_SYSTEM, value: key }] }));
    place.bundle.add<Observation>(name, {
      ...common,
      ...extensions(
        amendment(set.enteredInError),
        set.spo2Scale === undefined ? undefined : extension('spo2-scale', { valueInteger: set.spo2Scale }),
        oxygenExtension(set.oxygen),
      ),
      identifier: [keyOf('stay.observations', key)],
      code: coded(SYSTEMS.loinc, VITAL_PANEL.code, VITAL_PANEL.display),
      ...(members.length > 0 ? { hasMember: members } : { dataAbsentReason: coded(SYSTEMS.dataAbsentReason, 'not-performed', 'Not Performed') }),
    });
    if (news2) exportTotal(place, key, set, common, members, birthDate);
  }
}

type Member = Pick<Observation, 'code' | 'component' | 'valueQuantity' | 'valueCodeableConcept'>;

function membersOf(set: ObservationSet): readonly (readonly [suffix: string, member: Member])[] {
  const members: [string, Member][] = [];
  for (const name of SINGLE_VITALS) {
    const value = set[name];
    if (value !== undefined) members.push([name, { code: vitalCode(name), valueQuantity: quantity(value, VITALS[name].unit) }]);
  }
  const pressures = (['systolic', 'diastolic'] as const).flatMap((name) => {
    const value = set[name];
    return value === undefined ? [] : [{ code: vitalCode(name), valueQuantity: quantity(value, VITALS[name].unit) }];
  });
  if (pressures.length > 0) members.push(['pressure', { code: coded(SYSTEMS.loinc, BLOOD_PRESSURE.panel, BLOOD_PRESSURE.display), component: pressures }]);
  if (set.oxygen?.litresPerMinute !== undefined) {
    members.push(['oxygen', { code: coded(SYSTEMS.loinc, OXYGEN_FLOW.code, OXYGEN_FLOW.display), valueQuantity: quantity(set.oxygen.litresPerMinute, OXYGEN_FLOW.unit) }]);
  }
  if (set.consciousness !== undefined) {
    const { code, display } = CONSCIOUSNESS_FINDINGS[set.consciousness];
    members.push(['consciousness', { code: coded(SYSTEMS.loinc, CONSCIOUSNESS.code, CONSCIOUSNESS.display), valueCodeableConcept: coded(SYSTEMS.snomed, code, display) }]);
  }
  return members;
}

function vitalCode(name: VitalName): CodeableConcept {
  const { loinc: [first], alsoWritten = [], display } = VITALS[name];
  return { coding: [first, ...alsoWritten].map((code): Coding => ({ system: SYSTEMS.loinc, code, display })) };
}

function oxygenExtension(oxygen: ObservationSet['oxygen']): ReturnType<typeof extension> | undefined {
  if (oxygen === undefined) return undefined;
  const { supplemental, device } = oxygen;
  return {
    url: extensionUrl('oxygen'),
    extension: [{ url: 'supplemental', valueBoolean: supplemental }, ...(device === undefined ? [] : [{ url: 'device', valueString: device }])],
  };
}

/** Computed from the set, so an import leaves it out and computes anew. */
function exportTotal(place: Place, key: string, set: ObservationSet, common: Omit<Unnamed<Observation>, 'code'>, members: readonly Reference[], birthDate: IsoDay | undefined): void {
  const score = scoreNews2(set, birthDate === undefined ? undefined : ageAt(birthDate, millisecondsOf(set.at)));
  if (!score.scored || !score.complete) return;
  place.bundle.add<Observation>(`${entryName(place, 'observations', key)}/news2`, {
    ...common,
    identifier: [{ system: NEWS2_SYSTEM, value: key }],
    code: {
      coding: [
        { system: SYSTEMS.loinc, code: NEWS2_TOTAL.loinc, display: NEWS2_TOTAL.display },
        { system: SYSTEMS.snomed, code: NEWS2_TOTAL.snomed, display: NEWS2_TOTAL.display },
      ],
    },
    valueQuantity: quantity(score.total, '{score}'),
    derivedFrom: [...members],
  });
}

const STATUS = ['registered', 'preliminary', 'final', 'amended', 'corrected', 'cancelled', 'entered-in-error', 'unknown'] as const;
const CATEGORIES = new Set(['social-history', 'vital-signs', 'imaging', 'laboratory', 'procedure', 'survey', 'exam', 'therapy', 'activity']);

export function exportMeasurement(place: Place, collection: 'patient.measurements' | 'stay.measurements', key: string, measurement: Measurement): void {
  const { category, value } = measurement;
  const status = codeOr(STATUS, measurement.status, 'unknown');
  const { encounter, beside } = encounterPart(place, measurement.encounter);
  const known = category !== undefined && CATEGORIES.has(category);
  const components = Object.entries(measurement.components ?? {});
  place.bundle.add<Observation>(entryName(place, 'measurements', key), {
    resourceType: 'Observation',
    ...extensions(status.beside, beside, known ? undefined : text('category', category)),
    identifier: [keyOf(collection, key)],
    status: status.code,
    ...(known && { category: [coded(SYSTEMS.observationCategory, category)] }),
    code: concept(measurement.code),
    subject: place.subject,
    ...(encounter !== undefined && { encounter }),
    ...time('effectiveDateTime', measurement.at),
    ...(value === undefined ? {} : 'quantity' in value ? { valueQuantity: quantity(value.quantity, value.unit) } : 'coded' in value ? { valueCodeableConcept: concept(value.coded) } : { valueString: value.words }),
    ...(components.length > 0 && {
      component: components.map(([code, component]) => ({
        ...extensions(component.code.code === code ? undefined : extension('key', { valueString: code })),
        code: concept(component.code),
        valueQuantity: quantity(component.quantity, component.unit),
      })),
    }),
  });
}
