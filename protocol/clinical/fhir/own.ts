/**
 * What only this project writes into FHIR: naming systems that keep ids across export and import, and extensions for
 * what R4 has no field for. All begin with `urn:wardsync:`.
 */

/** Document id (hex) of a record or stay, as an identifier of Patient and Encounter. */
export const DOCUMENT_SYSTEM = 'urn:wardsync:document';
/** User id (hex), as an identifier of Practitioner. */
export const USER_SYSTEM = 'urn:wardsync:user';
/** Key of the observation set to which one vital sign belongs. */
export const SET_SYSTEM = 'urn:wardsync:observation-set';
/** Key of the observation set of which a NEWS2 total was computed. */
export const NEWS2_SYSTEM = 'urn:wardsync:news2-of';

const OWN_COLLECTIONS = [
  'patient.allergies', 'patient.conditions', 'patient.medications', 'patient.immunizations', 'patient.procedures', 'patient.measurements',
  'patient.encounters', 'patient.stays',
  'stay.observations', 'stay.measurements', 'stay.notes', 'stay.orders', 'stay.administrations',
] as const;

export type OwnCollection = (typeof OWN_COLLECTIONS)[number];

/** What the naming systems of all collections begin with. */
export const KEY_SYSTEM_PREFIX = 'urn:wardsync:key:';

/** An entry's key in its collection, as an identifier of the resource. */
export function keySystem(collection: OwnCollection): string {
  return `${KEY_SYSTEM_PREFIX}${collection}`;
}

/** The collection that a naming system stands for; undefined for every other system. */
export function collectionOf(system: string): OwnCollection | undefined {
  return OWN_COLLECTIONS.find((collection) => system === keySystem(collection));
}

export function extensionUrl(name: string): string {
  return `urn:wardsync:extension:${name}`;
}

/** R4's own way to say why a required value is not there. */
export const DATA_ABSENT_EXTENSION = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
