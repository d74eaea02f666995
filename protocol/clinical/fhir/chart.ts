/** A patient's documents while an import fills them. */
import type { PatientRecord, Stay } from '../model.ts';
import { millisecondsOf } from '../time.ts';
import type { BundleIndex, Resource } from './bundle.ts';
import { collectionOf, type OwnCollection } from './own.ts';
import type { ReportWriter } from './report.ts';
import { follow } from './source.ts';

export interface OpenStay {
  readonly key: string;
  readonly document: string;
  readonly stay: Stay;
}

/** What an Encounter became: a stay, or (without one) an entry of the record. */
export interface Visit {
  readonly key: string;
  readonly stay?: OpenStay;
}

export interface Chart {
  readonly index: BundleIndex;
  readonly report: ReportWriter;
  /** Document id in hex from a name that is the same at every import. */
  readonly documentId: (source: string) => string;
  readonly document: string;
  /** What the document id was made of. */
  readonly source: string;
  readonly record: PatientRecord;
  readonly visits: Map<Resource, Visit>;
  readonly stays: OpenStay[];
}

/** Puts an entry under its key and claims the resource; a second one under the same key is left out and counted. */
export function put<T>(collection: Record<string, T>, key: string, value: T, resource: Resource): void {
  if (Object.hasOwn(collection, key)) {
    resource.claimed = false;
    resource.leftOut = 'the same id again';
    return;
  }
  collection[key] = value;
  resource.claimed = true;
}

/** The collection from which this project once exported the resource. */
export function ownCollection(resource: Resource): OwnCollection | undefined {
  for (const identifier of resource.cursor.list('identifier')) {
    const system = identifier.text('system', 1000);
    const collection = system === undefined ? undefined : collectionOf(system);
    if (collection !== undefined) return collection;
  }
  return undefined;
}

/** The visit that a resource belongs to by its `encounter` (or the like); without a reference, the stay that holds `at`. */
export function visitOf(chart: Chart, resource: Resource, reference = resource.cursor.child('encounter'), at?: string): Visit | undefined {
  if (reference === undefined) {
    const stay = at === undefined ? undefined : chart.stays.find((candidate) => holds(candidate, at));
    return stay && { key: stay.key, stay };
  }
  const { target } = follow(chart.index, resource, reference);
  if (target === undefined) return undefined;
  const visit = chart.visits.get(target);
  if (visit === undefined) reference.invalid('reference', 'not an encounter of this patient');
  return visit;
}

/** The `encounter` of an entry: this project's own text, else the visit's key where that is not the place it lies in. */
export function encounterOf(resource: Resource, visit: Visit | undefined): { encounter?: string } {
  const own = resource.cursor.extension('encounter')?.text('valueString');
  const encounter = own ?? visit?.key;
  return encounter === undefined ? {} : { encounter };
}

/** The same for an entry that lies in the stay itself: only what was said explicitly. */
export function encounterWithinStay(resource: Resource): { encounter?: string } {
  const own = resource.cursor.extension('encounter')?.text('valueString');
  return own === undefined ? {} : { encounter: own };
}

function holds({ stay }: OpenStay, at: string): boolean {
  const instant = millisecondsOf(at);
  return instant >= millisecondsOf(stay.start) && (stay.end === undefined || instant <= millisecondsOf(stay.end));
}
