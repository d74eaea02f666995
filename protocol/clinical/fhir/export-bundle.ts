/** Collects the resources of an export, so that every reference resolves inside the bundle. */
import type { Bundle, FhirResource, Identifier, Practitioner, Reference } from 'fhir/r4';
import type { Author, IsoTime } from '../model.ts';
import { uuidFor } from './export-values.ts';
import { keySystem, USER_SYSTEM, type OwnCollection } from './own.ts';

/** A resource without its id, which is made of its name in the bundle. */
export type Unnamed<R extends FhirResource> = Omit<R, 'id'> & { resourceType: R['resourceType'] };

export class ExportBundle {
  readonly #root: string;
  readonly #resources = new Map<string, FhirResource>();

  /** `root` makes the ids of two patients' resources differ: the document id of the record. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Adds a resource under its name in this bundle and returns a reference to it. */
  add<R extends FhirResource>(name: string, resource: Unnamed<R>): Reference {
    const id = this.#idOf(name);
    this.#resources.set(id, { ...resource, id } as FhirResource);
    return { reference: `urn:uuid:${id}` };
  }

  reference(name: string): Reference {
    return { reference: `urn:uuid:${this.#idOf(name)}` };
  }

  /** A practitioner for each author, made once. */
  author({ user, name }: Author): Reference {
    const key = `practitioner/${JSON.stringify([user ?? null, name])}`;
    return this.add<Practitioner>(key, {
      resourceType: 'Practitioner',
      ...(user !== undefined && { identifier: [{ system: USER_SYSTEM, value: user }] }),
      name: [{ text: name }],
    });
  }

  finish(type: 'collection' | 'transaction', timestamp: IsoTime | undefined): Bundle<FhirResource> {
    const entry = [...this.#resources].map(([id, resource]) => ({
      fullUrl: `urn:uuid:${id}`, resource,
      ...(type === 'transaction' && { request: { method: 'POST' as const, url: resource.resourceType } }),
    }));
    return { resourceType: 'Bundle', type, ...(timestamp !== undefined && { timestamp }), entry };
  }

  #idOf(name: string): string {
    return uuidFor(`${this.#root}/${name}`);
  }
}

/** The identifier that brings an entry back under its key. */
export function keyOf(collection: OwnCollection, key: string): Identifier {
  return { system: keySystem(collection), value: key };
}
