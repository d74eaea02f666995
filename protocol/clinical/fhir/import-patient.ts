/** Patient → the lasting record's own fields. */
import type { PatientRecord } from '../model.ts';
import type { Resource } from './bundle.ts';
import type { Cursor } from './cursor.ts';
import { DOCUMENT_SYSTEM, KEY_SYSTEM_PREFIX } from './own.ts';
import { canonical, digest, ownDocument, readCoded, readHumanName, uuidOf } from './source.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What names this patient at every import: a UUID, else the full URL, else a number of a hospital, else the content. */
export function patientSource(resource: Resource): string {
  const own = ownDocument(resource);
  if (own !== undefined) return `document:${own}`;
  const uuid = resource.id !== undefined && UUID.test(resource.id) ? resource.id.toLowerCase() : uuidOf(resource.fullUrl);
  if (uuid !== undefined) return `uuid:${uuid}`;
  if (resource.fullUrl?.startsWith('http') === true) return `url:${resource.fullUrl}`;
  for (const identifier of resource.cursor.list('identifier')) {
    const system = identifier.text('system', 1000);
    const value = identifier.text('value', 256);
    if (system !== undefined && value !== undefined) return `identifier:${system}|${value}`;
  }
  return `content:${digest(canonical(resource.json))}`;
}

export function readPatient(resource: Resource): PatientRecord {
  const { cursor } = resource;
  resource.claimed = true;
  cursor.settle('active');
  const birthDate = readBirthDate(cursor);
  const sex = cursor.code('gender', ['female', 'male', 'other', 'unknown']);
  const deceased = cursor.time('deceasedDateTime');
  if (cursor.boolean('deceasedBoolean') === true && deceased === undefined) cursor.drop('deceasedBoolean');
  if (cursor.boolean('multipleBirthBoolean') === true) cursor.drop('multipleBirthBoolean');
  const contact = readContact(cursor);
  const importedAs = cursor.extension('imported-as')?.text('valueString', 256);
  return {
    kind: 'patient', schema: 1,
    ...(importedAs !== undefined && { importedAs }),
    name: readHumanName(cursor.list('name')),
    ...(birthDate !== undefined && { birthDate }),
    ...(sex !== undefined && { sex }),
    ...(deceased !== undefined && { deceased }),
    identifiers: readIdentifiers(cursor),
    ...(contact !== undefined && { contact }),
    allergies: {}, conditions: {}, medications: {}, immunizations: {}, procedures: {}, measurements: {}, encounters: {}, stays: {},
  };
}

function readBirthDate(patient: Cursor): string | undefined {
  const date = patient.time('birthDate');
  if (date === undefined || date.length <= 10) return date;
  patient.converted('birthDate', 'time of day left out');
  return date.slice(0, 10);
}

function readIdentifiers(patient: Cursor): Record<string, string> {
  const identifiers = new Map<string, string>();
  for (const identifier of patient.list('identifier')) {
    const system = identifier.text('system', 1000);
    const value = identifier.text('value', 256);
    if (system === DOCUMENT_SYSTEM || system?.startsWith(KEY_SYSTEM_PREFIX) === true) continue;
    const kind = identifier.child('type');
    const name = system ?? typeName(kind);
    if (value === undefined) continue;
    if (name === undefined || name === '__proto__') identifier.invalid('system', 'absent');
    else if (identifiers.has(name)) identifier.drop('value');
    else identifiers.set(name, value);
  }
  return Object.fromEntries(identifiers);
}

/** An identifier without a system is kept under what it is said to be. */
function typeName(kind: Cursor | undefined): string | undefined {
  const coded = readCoded(kind);
  return coded && `urn:wardsync:identifier:${coded.code ?? coded.display}`;
}

function readContact(patient: Cursor): PatientRecord['contact'] {
  const phone = patient.list('telecom').find((telecom) => telecom.text('system', 100) === 'phone')?.text('value');
  const address = readAddress(patient.list('address')[0]);
  const language = readCoded(patient.list('communication')[0]?.child('language'))?.display;
  const marital = readCoded(patient.child('maritalStatus'))?.display;
  if (phone === undefined && address === undefined && language === undefined && marital === undefined) return undefined;
  return {
    ...(phone !== undefined && { phone }), ...(address !== undefined && { address }),
    ...(language !== undefined && { language }), ...(marital !== undefined && { marital }),
  };
}

function readAddress(address: Cursor | undefined): string | undefined {
  if (address === undefined) return undefined;
  const text = address.text('text');
  if (text !== undefined) return text;
  const parts = [...address.texts('line'), address.text('postalCode'), address.text('city'), address.text('district'), address.text('state'), address.text('country')];
  return parts.filter((part) => part !== undefined).join(', ') || undefined;
}
