/** Where an exported entry lies: whose it is, and in which encounter. */
import type { Extension, Reference } from 'fhir/r4';
import type { ExportBundle } from './export-bundle.ts';
import { text } from './export-values.ts';

export interface Place {
  readonly bundle: ExportBundle;
  /** The patient. */
  readonly subject: Reference;
  /** Keys of all encounters and stays in the bundle. */
  readonly encounters: ReadonlySet<string>;
  /** Key of the stay that holds the entry, if one does. */
  readonly stay?: string;
}

export function encounterName(key: string): string {
  return `encounter/${key}`;
}

/** The name of an entry in the bundle. */
export function entryName(place: Place, collection: string, key: string): string {
  return `${place.stay ?? ''}/${collection}/${key}`;
}

/**
 * `encounter` of a resource. An entry of a stay refers to that stay; what the entry itself says of its encounter is a
 * text beside it, as is an encounter that is not in the bundle.
 */
export function encounterPart(place: Place, encounter: string | undefined): { readonly encounter?: Reference; readonly beside: Extension | undefined } {
  if (place.stay !== undefined) return { encounter: place.bundle.reference(encounterName(place.stay)), beside: text('encounter', encounter) };
  if (encounter === undefined) return { beside: undefined };
  if (!place.encounters.has(encounter)) return { beside: text('encounter', encounter) };
  return { encounter: place.bundle.reference(encounterName(encounter)), beside: undefined };
}
