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

export type RecordCollection = 'allergies' | 'conditions' | 'medications' | 'immunizations' | 'procedures' | 'measurements' | 'encounters' | 'stays';
export type StayCollection = 'observations' | 'measurements' | 'notes' | 'orders' | 'administrations';
export type OwnCollection = `patient.${RecordCollection}` | `stay.${StayCollection}`;

/** An entry's key in its collection, as an identifier of the resource. */
export function keySystem(collection: OwnCollection): string {
  return `urn:wardsync:key:${collection}`;
}

export const KEY_SYSTEM_PREFIX = 'urn:wardsync:key:';

export function extensionUrl(name: string): string {
  return `urn:wardsync:extension:${name}`;
}

/** R4's own way to say why a required value is not there. */
export const DATA_ABSENT_EXTENSION = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
