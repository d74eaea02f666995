/**
 * What every mapping needs: keys that are the same at every import, coded values, people, and corrections.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex, utf8 } from '../../codec/bytes.ts';
import type { Amendment, Author, Coded, HumanName, IsoTime } from '../model.ts';
import { readTime } from '../time.ts';
import type { BundleIndex, Resource } from './bundle.ts';
import { isObject, type Cursor } from './cursor.ts';
import { DOCUMENT_SYSTEM, keySystem, USER_SYSTEM, type OwnCollection } from './own.ts';

/** 32 hex digits that depend on nothing but the text. */
export function digest(text: string): string {
  return toHex(sha256(utf8(text)).subarray(0, 16));
}

/**
 * The key of an entry: what this project wrote on export, else the resource's id, else the UUID of its full URL, else a
 * digest of its content.
 */
export function entryKey(resource: Resource, ...collections: readonly OwnCollection[]): string {
  for (const collection of collections) {
    const own = ownIdentifier(resource, keySystem(collection));
    if (own !== undefined) return own;
  }
  return resource.id ?? uuidOf(resource.fullUrl) ?? `x-${digest(canonical(resource.json))}`;
}

/** The value of an identifier of this project; marks it as read. Never `__proto__`, which is no key. */
export function ownIdentifier(resource: Resource, system: string): string | undefined {
  for (const identifier of resource.cursor.list('identifier')) {
    if (identifier.text('system', 1000) !== system) continue;
    const value = identifier.text('value', 256);
    if (value !== undefined && value !== '__proto__') return value;
  }
  return undefined;
}

/** A document id that this project wrote on export. */
export function ownDocument(resource: Resource): string | undefined {
  const value = ownIdentifier(resource, DOCUMENT_SYSTEM);
  return value !== undefined && /^[0-9a-f]{32}$/.test(value) ? value : undefined;
}

export function uuidOf(fullUrl: string | undefined): string | undefined {
  return /^urn:uuid:([0-9a-fA-F-]{36})$/.exec(fullUrl ?? '')?.[1]?.toLowerCase();
}

/** JSON text that does not depend on the order of an object's fields. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (isObject(value)) return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}

/** A CodeableConcept: its text is what people read, its first coding with a code is the code. */
export function readCoded(concept: Cursor | undefined): Coded | undefined {
  if (concept === undefined) return undefined;
  const text = concept.text('text');
  const codings = concept.list('coding');
  const chosen = codings.find((coding) => coding.has('code') && coding.has('system')) ?? codings.find((coding) => coding.has('code') || coding.has('display'));
  const coding = readCoding(chosen);
  if (text === undefined) return coding;
  if (chosen !== undefined && coding !== undefined && coding.display !== text && coding.display !== coding.code) chosen.drop('display');
  return { ...coding, display: text };
}

export function readCoding(coding: Cursor | undefined): Coded | undefined {
  const system = coding?.text('system', 1000);
  const code = coding?.text('code', 1000);
  const display = coding?.text('display') ?? code;
  return display === undefined ? undefined : { ...(system !== undefined && { system }), ...(code !== undefined && { code }), display };
}

/** The code of a CodeableConcept in one system, if it is one of these. */
export function readCodeIn<const T extends string>(concept: Cursor | undefined, codes: readonly T[]): T | undefined {
  if (concept === undefined) return undefined;
  concept.settle('text');
  const [coding] = concept.list('coding');
  coding?.settle('system', 'display');
  return coding?.code('code', codes);
}

/** The resource that a Reference in this field points to, and what it says for people. Dangling references are counted. */
export function follow(index: BundleIndex, from: Resource, reference: Cursor | undefined): { readonly target?: Resource; readonly display?: string } {
  if (reference === undefined) return {};
  const display = reference.text('display');
  const text = reference.text('reference', 2000);
  reference.settle('type');
  if (text === undefined) return { ...(display !== undefined && { display }) };
  const target = index.resolve(text, from);
  if (target === undefined) reference.invalid('reference', 'points outside the bundle');
  return { ...(target !== undefined && { target }), ...(display !== undefined && { display }) };
}

/** Who a Reference names: a practitioner of the bundle, else the display text. */
export function readAuthor(index: BundleIndex, from: Resource, reference: Cursor | undefined): Author | undefined {
  const { target, display } = follow(index, from, reference);
  if (target === undefined) return display === undefined ? undefined : { name: display };
  target.claimed = true;
  const name = display ?? nameOf(target);
  if (name === undefined) return undefined;
  const user = ownIdentifier(target, USER_SYSTEM);
  return { ...(user !== undefined && { user }), name };
}

/** A person's or an organisation's name as one text. */
function nameOf({ type, cursor }: Resource): string | undefined {
  if (type === 'Organization' || type === 'Device' || type === 'CareTeam') return cursor.text('name');
  if (type === 'PractitionerRole') return cursor.child('practitioner')?.text('display');
  const [name] = cursor.list('name');
  if (name === undefined) return undefined;
  const text = name.text('text');
  name.settle('use');
  if (text !== undefined) return text;
  return [...name.texts('prefix'), ...name.texts('given'), name.text('family')].filter((part) => part !== undefined).join(' ') || undefined;
}

/**
 * The name by which the record goes: the official one, else the first. A single name is taken as family name, and what
 * the source does not give is 'Unknown', as hospitals register the unconscious.
 */
export function readHumanName(names: readonly Cursor[]): HumanName {
  const chosen = names.find((name) => name.text('use', 100) === 'official') ?? names[0];
  if (chosen === undefined) return { family: 'Unknown', given: 'Unknown' };
  const given = chosen.texts('given').join(' ');
  const prefix = chosen.texts('prefix').join(' ');
  const family = chosen.text('family');
  const text = family === undefined && given === '' ? chosen.text('text') : undefined;
  if (chosen.has('text') && text === undefined) chosen.settle('text');
  return { family: family ?? text ?? 'Unknown', given: given === '' ? 'Unknown' : given, ...(prefix !== '' && { prefix }) };
}

/** The nameless author of what a source records without saying who. */
export const UNNAMED: Author = { name: 'Imported record' };

/** An exact time, as facts on the ward need it; a date alone is not one. */
export function exactTime(time: IsoTime | undefined): IsoTime | undefined {
  return time !== undefined && readTime(time)?.exact === true ? time : undefined;
}

/** This project's own account of a correction. */
export function readAmendment(resource: Cursor): Amendment | undefined {
  const extension = resource.extension('entered-in-error');
  if (extension === undefined) return undefined;
  const part = (name: string): string | undefined => partOf(extension, name);
  const at = part('at');
  const name = part('name');
  const reason = part('reason');
  if (at === undefined || name === undefined || reason === undefined) return undefined;
  const user = part('user');
  const replacedBy = part('replacedBy');
  return { at, author: { ...(user !== undefined && { user }), name }, reason, ...(replacedBy !== undefined && { replacedBy }) };
}

/** A part of one of this project's extensions that holds several. */
export function partOf(extension: Cursor, name: string): string | undefined {
  const part = extension.list('extension').find((candidate) => candidate.text('url', 100) === name);
  return part?.text('valueString');
}

/**
 * The correction of a resource whose status is entered-in-error: this project's own account, or what a foreign source
 * lets us say, at the time it gives. Undefined when it gives none.
 */
export function amendmentOf(resource: Cursor, fallback: IsoTime | undefined): Amendment | undefined {
  const own = readAmendment(resource);
  if (own !== undefined) return own;
  const at = resource.child('meta')?.time('lastUpdated') ?? fallback;
  return at === undefined ? undefined : { at, author: UNNAMED, reason: 'Entered in error, by the source it was imported from' };
}
