/**
 * The resources of a Bundle by every name under which they may be referred to: full URL, `Type/id`, `urn:uuid:`,
 * `#contained`, and `Type?identifier=system|value`, in whatever order they come.
 */
import { fail, succeed, type Result } from '../../codec/result.ts';
import { KEY_SYSTEM_PREFIX } from './own.ts';
import { Cursor, isObject, type JsonObject } from './cursor.ts';
import type { ReportWriter } from './report.ts';

export interface Resource {
  readonly type: string;
  readonly id?: string;
  readonly fullUrl?: string;
  readonly json: JsonObject;
  readonly cursor: Cursor;
  /** Became part of a record or a stay, at least in part. */
  claimed: boolean;
  /** Why it did not, when the type as such is mapped. */
  leftOut?: string;
}

export interface BundleFailure {
  readonly code: 'not-fhir' | 'not-a-bundle' | 'no-patient';
  readonly message: string;
}

const TYPE = /^[A-Z][A-Za-z]{1,63}$/;
/** FHIR R4 `id`. */
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

export class BundleIndex {
  readonly resources: readonly Resource[];
  readonly #byName = new Map<string, Resource>();
  readonly #contained = new Map<Resource, Map<string, Resource>>();
  readonly #report: ReportWriter;

  constructor(resources: readonly Resource[], report: ReportWriter) {
    this.resources = resources;
    this.#report = report;
    for (const resource of resources) for (const name of namesOf(resource)) if (!this.#byName.has(name)) this.#byName.set(name, resource);
  }

  ofType(type: string): readonly Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** What a reference of `from` points to; undefined when that is not in the bundle. */
  resolve(reference: string, from: Resource): Resource | undefined {
    if (reference.startsWith('#')) return this.#containedOf(from).get(reference.slice(1));
    const plain = reference.replace(/\/_history\/[^/]*$/, '');
    const absolute = plain.includes('://');
    // R4 2.3.1: a relative reference is relative to the server that the referring resource came from.
    const base = absolute ? undefined : /^(https?:\/\/.+\/)[A-Za-z]+\/[^/]+$/.exec(from.fullUrl ?? '')?.[1];
    const found = (base === undefined ? undefined : this.#byName.get(base + plain)) ?? this.#byName.get(plain);
    if (found !== undefined || !absolute) return found;
    // An absolute reference beside resources that tell only type and id; never to the same id on another server.
    const [type = '', id = ''] = plain.split('/').slice(-2);
    const namesake = this.#byName.get(`${type}/${id}`);
    return namesake?.fullUrl?.startsWith('http') === true ? undefined : namesake;
  }

  #containedOf(from: Resource): Map<string, Resource> {
    const known = this.#contained.get(from);
    if (known !== undefined) return known;
    const inside = new Map<string, Resource>();
    for (const cursor of from.cursor.list('contained')) {
      const type = cursor.text('resourceType', 64);
      const id = cursor.text('id', 64);
      if (type === undefined || id === undefined) continue;
      inside.set(id, { type, id, json: {}, cursor, claimed: true });
    }
    this.#contained.set(from, inside);
    return inside;
  }

  /** Counts everything that no mapping asked for. Call once, at the end. */
  async finish(pause?: () => Promise<void>): Promise<void> {
    for (const [position, resource] of this.resources.entries()) {
      if (position % 1000 === 999) await pause?.();
      if (!resource.claimed) this.#report.count('unmapped', resource.leftOut === undefined ? resource.type : `${resource.type} (${resource.leftOut})`);
      else {
        this.#report.count('mapped', resource.type);
        resource.cursor.finish();
      }
    }
  }
}

/** Finds the resources of a Bundle of any type. Entries without a usable resource are counted. */
export function indexBundle(json: unknown, report: ReportWriter): Result<BundleIndex, BundleFailure> {
  if (!isObject(json) || typeof json['resourceType'] !== 'string') return fail({ code: 'not-fhir', message: 'The file is JSON, but not FHIR' });
  if (json['resourceType'] !== 'Bundle') return fail({ code: 'not-a-bundle', message: 'The file holds a single FHIR resource, not a Bundle' });
  const bundle = new Cursor(json, 'Bundle', report);
  bundle.settle('resourceType', 'id', 'type', 'total', 'timestamp');
  const seen = new Map<string, Resource>();
  const resources = bundle.list('entry').flatMap((entry) => {
    const resource = resourceOf(entry, report);
    if (resource === undefined) return [];
    const name = resource.fullUrl ?? (resource.id === undefined ? undefined : `${resource.type}/${resource.id}`);
    const first = name === undefined ? undefined : seen.get(name);
    if (first !== undefined) resource.leftOut = 'the same id again';
    else if (name !== undefined) seen.set(name, resource);
    return [resource];
  });
  bundle.finish();
  return succeed(new BundleIndex(resources, report));
}

function resourceOf(entry: Cursor, report: ReportWriter): Resource | undefined {
  const fullUrl = entry.text('fullUrl', 1000);
  const body = entry.raw('resource');
  entry.child('request')?.settle('method', 'url', 'ifNoneExist');
  entry.child('search')?.settle('mode', 'score');
  if (body === undefined) {
    report.count('unmapped', 'Bundle.entry without a resource');
    return undefined;
  }
  const cursor = new Cursor(body, typeof body['resourceType'] === 'string' ? body['resourceType'].slice(0, 64) : 'resource', report);
  const type = cursor.text('resourceType', 64);
  if (type === undefined || !TYPE.test(type)) {
    report.count('unmapped', 'Bundle.entry with a resource of no type');
    return undefined;
  }
  const id = cursor.text('id', 64);
  if (id !== undefined && !ID.test(id)) cursor.invalid('id', 'not an id');
  const method = entry.child('request')?.text('method', 20);
  const resource: Resource = {
    type, json: body, cursor, claimed: false,
    ...(id !== undefined && ID.test(id) && { id }),
    ...(fullUrl !== undefined && { fullUrl }),
  };
  // A transaction may also delete; that is no content. Unknown modifiers change a resource's meaning (R4 2.4.1).
  if (method === 'DELETE') resource.leftOut = 'a deletion';
  else if (Array.isArray(body['modifierExtension']) && body['modifierExtension'].length > 0) resource.leftOut = 'an unknown modifier changes its meaning';
  return resource;
}

function namesOf(resource: Resource): readonly string[] {
  const { type, id, fullUrl, json } = resource;
  const names: string[] = [];
  if (fullUrl !== undefined) names.push(fullUrl);
  if (id !== undefined) names.push(`${type}/${id}`, `urn:uuid:${id}`);
  for (const { system, value } of identifiersOf(json)) names.push(`${type}?identifier=${system}|${value}`);
  return names;
}

function identifiersOf(json: JsonObject): readonly { system: string; value: string }[] {
  const list = Object.hasOwn(json, 'identifier') ? json['identifier'] : undefined;
  if (!Array.isArray(list)) return [];
  return (list as readonly unknown[]).flatMap((element) => {
    if (!isObject(element)) return [];
    const { system, value } = element;
    return typeof system === 'string' && typeof value === 'string' && value.length < 500 && !system.startsWith(KEY_SYSTEM_PREFIX) ? [{ system, value }] : [];
  });
}
