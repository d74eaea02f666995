/** Generated records and stays, of everything that can be typed or imported. */
import fc from 'fast-check';
import type {
  Administration, Allergy, Amendment, Author, Coded, Condition, Encounter, Immunization, Measurement, MedicationOrder, Note, ObservationSet, PatientRecord, Procedure, Stay,
} from '../../protocol/clinical/model.ts';

/** Letters of many scripts, quotes, angle brackets and emoji; not empty and not blank. */
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 24 }).filter((value) => value.trim() !== '');
const key = fc.oneof(fc.uuid(), fc.stringMatching(/^[0-9a-f]{16}$/), fc.constantFrom('constructor', 'toString', 'a b', 'schlüssel', 'x/y', 'hasOwnProperty'));
const hexId = fc.stringMatching(/^[0-9a-f]{32}$/);
const words = fc.array(fc.stringMatching(/^[A-Za-zÀ-ž'-]{1,12}$/), { minLength: 1, maxLength: 3 }).map((list) => list.join(' '));

const twoDigits = (low: number, high: number) => fc.integer({ min: low, max: high }).map((value) => String(value).padStart(2, '0'));
const day = fc.tuple(fc.integer({ min: 1900, max: 2039 }), twoDigits(1, 12), twoDigits(1, 28)).map((parts) => parts.join('-'));
const zone = fc.constantFrom('Z', '+00:00', '+01:00', '-05:00', '+05:30', '+14:00');
/** With and without seconds: people's devices write both, FHIR only the first. */
const clock = fc.tuple(twoDigits(0, 23), twoDigits(0, 59), fc.option(fc.tuple(twoDigits(0, 59), fc.option(fc.integer({ min: 0, max: 999 }))), { freq: 8 }))
  .map(([hour, minute, rest]) => `${hour}:${minute}${rest === null ? '' : `:${rest[0]}${rest[1] === null ? '' : `.${String(rest[1]).padStart(3, '0')}`}`}`);
const exact = fc.tuple(day, clock, zone).map(([date, time, offset]) => `${date}T${time}${offset}`);
const loose = fc.oneof({ weight: 4, arbitrary: exact }, day, day.map((date) => date.slice(0, 7)), day.map((date) => date.slice(0, 4)));

/** An object in which each of these is there or not; never `undefined`. */
function partial<T extends object>(required: { [K in keyof T]?: fc.Arbitrary<T[K]> }, optional: { [K in keyof T]?: fc.Arbitrary<Exclude<T[K], undefined>> }): fc.Arbitrary<T> {
  const members: Record<string, fc.Arbitrary<unknown>> = { ...required, ...optional };
  return fc.record(members, { requiredKeys: Object.keys(required) })
    // Generated objects have no prototype; a document's have.
    .map((value) => ({ ...value }) as T);
}

function collection<T>(value: fc.Arbitrary<T>, maxKeys = 4): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(key, value, { maxKeys, noNullPrototype: true });
}

function filled<T>(value: fc.Arbitrary<T>, keys = key): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(keys, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
}

const coded = partial<Coded>({ display: text }, { system: fc.constantFrom('http://snomed.info/sct', 'http://loinc.org', 'urn:oid:1.2.3'), code: fc.stringMatching(/^[0-9A-Z]{1,10}(-[0-9])?$/) });
const author = partial<Author>({ name: text }, { user: hexId });
const amendment = partial<Amendment>({ at: exact, author, reason: text }, { replacedBy: key });
const number = fc.oneof(fc.integer({ min: -1000, max: 100_000 }), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).filter((value) => !Object.is(value, -0)));
const encounterKey = fc.oneof(fc.constantFrom('e1', 'e2', 's1', 's2'), key);

const allergy = partial<Allergy>({ substance: coded, status: fc.constantFrom('active', 'inactive', 'resolved') }, {
  category: fc.constantFrom('food', 'medication', 'environment', 'biologic'),
  criticality: fc.constantFrom('low', 'high', 'unable-to-assess'),
  type: fc.constantFrom('allergy', 'intolerance'),
  verification: fc.constantFrom('confirmed', 'unconfirmed', 'refuted'),
  reactions: filled(partial<{ manifestation: string; severity?: 'mild' | 'moderate' | 'severe' }>({ manifestation: text }, { severity: fc.constantFrom('mild', 'moderate', 'severe') })),
  recorded: loose, enteredInError: amendment,
});

const condition = partial<Condition>({ code: coded, status: fc.constantFrom('active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved') }, {
  verification: fc.constantFrom('confirmed', 'provisional', 'differential', 'unconfirmed', 'refuted'),
  onset: loose, abated: loose, recorded: loose, encounter: encounterKey, enteredInError: amendment,
});

const order = partial<MedicationOrder>({ medication: coded, status: fc.constantFrom('active', 'on-hold', 'stopped', 'completed', 'cancelled', 'draft', 'unknown') }, {
  kind: fc.constantFrom('regular', 'prn', 'stat', 'infusion'),
  dose: fc.oneof(text, fc.constantFrom('500 mg', '1 g', '2.5 mg', '0.50 mg', '1', '01 mg', '1 L over 8 hours', '1e3 mg', '5  mg')),
  route: text, schedule: text,
  times: filled(fc.constant(true as const), fc.constantFrom('06:00', '14:00', '22:30', '00:00', 'bedtime')),
  reason: text, authored: loose, author, encounter: encounterKey, enteredInError: amendment,
});

const immunization = partial<Immunization>({ vaccine: coded, status: fc.constantFrom('completed', 'not-done') }, { at: loose, enteredInError: amendment });

const procedure = partial<Procedure>({ code: coded, status: fc.oneof(fc.constantFrom('completed', 'in-progress', 'unknown'), text) }, { start: loose, end: loose, encounter: encounterKey });

const measurement = partial<Measurement>({ code: coded }, {
  at: loose,
  category: fc.oneof(fc.constantFrom('laboratory', 'survey', 'vital-signs'), text),
  value: fc.oneof(
    fc.record({ quantity: number, unit: fc.oneof(text, fc.constantFrom('mmol/L', '10*9/L', '%')) }, { noNullPrototype: true }),
    fc.record({ coded }, { noNullPrototype: true }),
    fc.record({ words: text }, { noNullPrototype: true }),
  ),
  components: filled(fc.record({ code: coded, quantity: number, unit: text }, { noNullPrototype: true })),
  status: fc.oneof(fc.constantFrom('final', 'preliminary', 'entered-in-error'), text.filter((value) => value !== 'unknown')),
  encounter: encounterKey,
});

const encounter = partial<Encounter>({ class: fc.oneof(fc.constantFrom('AMB', 'EMER', 'IMP', 'VR'), text), status: fc.oneof(fc.constantFrom('finished', 'planned', 'cancelled'), text) }, {
  type: coded, start: loose, end: loose, reason: coded,
});

const set = partial<ObservationSet>({ at: exact, author }, {
  respiratoryRate: number, spo2: number, systolic: number, diastolic: number, heartRate: number, temperature: number, pain: number, weight: number, height: number, bloodGlucose: number,
  spo2Scale: fc.constantFrom(1, 2),
  oxygen: partial<{ supplemental: boolean; litresPerMinute?: number; device?: string }>({ supplemental: fc.boolean() }, { litresPerMinute: fc.integer({ min: 0, max: 15 }), device: text }),
  consciousness: fc.constantFrom('alert', 'confusion', 'voice', 'pain', 'unresponsive'),
  enteredInError: amendment,
});

const note = partial<Note>({ at: exact, author, kind: fc.constantFrom('nursing', 'medical', 'handover', 'other'), text: fc.string({ unit: 'grapheme', maxLength: 200 }) }, { enteredInError: amendment });

const administration = (orders: readonly string[]) => partial<Administration>(
  { order: fc.oneof(key, ...(orders.length > 0 ? [fc.constantFrom(...orders)] : [])), at: exact, outcome: fc.constantFrom('given', 'withheld', 'refused'), author },
  { reason: text, enteredInError: amendment },
);

const stay = (patient: string, medications: readonly string[]): fc.Arbitrary<Stay> => collection(order).chain((orders) => partial<Stay>({
  kind: fc.constant('stay'), schema: fc.constant(1), patient: fc.constant(patient),
  status: fc.constantFrom('planned', 'in-progress', 'finished'), start: exact,
  observations: collection(set), measurements: collection(measurement), notes: collection(note), orders: fc.constant(orders),
  administrations: collection(administration([...Object.keys(orders), ...medications])),
}, {
  importedAs: hexId, end: exact, class: fc.oneof(fc.constantFrom('IMP', 'ACUTE'), text), type: coded, reason: coded, ward: text, bed: text, consultant: text,
  spo2Scale2: fc.record({ at: exact, author }, { noNullPrototype: true }),
}));

export interface GeneratedPatient {
  readonly document: string;
  readonly record: PatientRecord;
  readonly stays: readonly { readonly document: string; readonly stay: Stay }[];
}

/** A patient with up to two stays, and perhaps one of which only the record knows. */
export const generatedPatient: fc.Arbitrary<GeneratedPatient> = fc.tuple(fc.uniqueArray(hexId, { minLength: 4, maxLength: 4 }), collection(order)).chain(([[document = '', ...stayDocuments], medications]) =>
  fc.tuple(
    fc.array(stay(document, Object.keys(medications)), { maxLength: 2 }),
    partial<Omit<PatientRecord, 'stays'>>({
      kind: fc.constant('patient'), schema: fc.constant(1),
      name: partial<PatientRecord['name']>({ family: text, given: fc.oneof(words, text) }, { prefix: words }),
      identifiers: fc.dictionary(fc.constantFrom('urn:wardsync:mrn', 'http://hospital.example/mrn', 'urn:oid:2.16.1', 'constructor'), text, { maxKeys: 3, noNullPrototype: true }),
      allergies: collection(allergy), conditions: collection(condition), medications: fc.constant(medications), immunizations: collection(immunization),
      procedures: collection(procedure), measurements: collection(measurement), encounters: fc.dictionary(fc.constantFrom('e1', 'e2'), encounter, { noNullPrototype: true }),
    }, {
      importedAs: hexId,
      birthDate: fc.oneof(day, day.map((date) => date.slice(0, 4))),
      sex: fc.constantFrom('female', 'male', 'other', 'unknown'),
      deceased: loose,
      contact: partial<NonNullable<PatientRecord['contact']>>({ phone: text }, { address: text, language: text, marital: text }),
      noKnownAllergies: partial<NonNullable<PatientRecord['noKnownAllergies']>>({ at: exact }, { author }),
    }),
    fc.option(fc.tuple(exact, fc.option(exact))),
    fc.boolean(),
  ).map(([stays, record, unopened, disagree]) => {
    const listed: PatientRecord['stays'] = {};
    stays.forEach(({ start, end }, i) => {
      listed[`s${i + 1}`] = { document: stayDocuments[i] ?? '', start, ...(end !== undefined && !disagree && { end }) };
    });
    if (unopened !== null) listed['s3'] = { document: stayDocuments[2] ?? '', start: unopened[0], ...(unopened[1] !== null && { end: unopened[1] }) };
    return { document, record: { ...record, stays: listed }, stays: stays.map((value, i) => ({ document: stayDocuments[i] ?? '', stay: value })) };
  }));
