/** From the model's values to FHIR's data types. What R4 cannot say goes into this project's own extensions. */
import type { CodeableConcept, Element, Extension, Quantity } from 'fhir/r4';
import { SYSTEMS } from '../codes.ts';
import type { Amendment, Author, Coded, IsoTime } from '../model.ts';
import { readTime, writeTime } from '../time.ts';
import { DATA_ABSENT_EXTENSION, extensionUrl } from './own.ts';
import { digest } from './source.ts';

/** A UUID (RFC 9562 version 8) that depends on nothing but the name. */
export function uuidFor(name: string): string {
  const hex = digest(`wardsync/fhir-uuid/${name}`);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A Coding if there is a code or a system; what people read is the text in any case. */
export function concept({ system, code, display }: Coded): CodeableConcept {
  if (system === undefined && code === undefined) return { text: display };
  return { coding: [{ ...(system !== undefined && { system }), ...(code !== undefined && { code }), display }], text: display };
}

/** The concept of one code of a published system, which needs no text. */
export function coded(system: string, code: string, display?: string): CodeableConcept {
  return { coding: [{ system, code, ...(display !== undefined && { display }) }] };
}

/** UCUM codes have no spaces and are ASCII; anything else is a unit for people only. */
export function quantity(value: number, unit: string): Quantity {
  return /^[!-~]+$/.test(unit) ? { value, unit, system: SYSTEMS.ucum, code: unit } : { value, unit };
}

const DATE_TIME = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}(-\d\d(-\d\d)?)?$/;

/**
 * A date or time under `key`. A text that this type of FHIR does not allow is written as the nearest it does, and kept
 * to the letter in the primitive's own extension.
 */
export function time<K extends string>(key: K, value: IsoTime | undefined, type: 'dateTime' | 'instant' | 'date' = 'dateTime'): TimeFields<K> {
  if (value === undefined) return {};
  const instant = readTime(value);
  const allowed = { dateTime: DATE_TIME, instant: INSTANT, date: DATE }[type];
  if (instant !== undefined && allowed.test(value)) return fields(key, value);
  const nearest = instant === undefined ? undefined : type === 'date' ? value.slice(0, 10) : writeTime(instant.milliseconds);
  return fields(key, nearest, extension('original-text', { valueString: value }));
}

/** The same for a required time: its absence is said in R4's own way. */
export function requiredTime<K extends string>(key: K, value: IsoTime | undefined): TimeFields<K> {
  return value === undefined ? fields(key, undefined, { url: DATA_ABSENT_EXTENSION, valueCode: 'unknown' }) : time(key, value);
}

/** A primitive's value, and in the field beside it what extends the primitive (R4 2.6.2). */
type TimeFields<K extends string> = { [P in K]?: string } & { [P in `_${K}`]?: Element };

function fields<K extends string>(key: K, value: string | undefined, beside?: Extension): TimeFields<K> {
  const written: Record<string, string | Element> = {};
  if (value !== undefined) written[key] = value;
  if (beside !== undefined) written[`_${key}`] = { extension: [beside] };
  return written as TimeFields<K>;
}

export function extension(name: string, value: Omit<Extension, 'url'>): Extension {
  return { url: extensionUrl(name), ...value };
}

/** An extension of several texts; absent ones are left out. */
export function parts(name: string, texts: Readonly<Record<string, string | undefined>>): Extension {
  const inner = Object.entries(texts).flatMap(([url, valueString]) => (valueString === undefined ? [] : [{ url, valueString }]));
  return extension(name, { extension: inner });
}

/** `extension` if there is any; FHIR allows no empty array. */
export function extensions(...list: readonly (Extension | undefined)[]): { extension?: Extension[] } {
  const present = list.filter((item) => item !== undefined);
  return present.length === 0 ? {} : { extension: present };
}

export function text(name: string, value: string | undefined): Extension | undefined {
  return value === undefined ? undefined : extension(name, { valueString: value });
}

export function amendment(value: Amendment | undefined): Extension | undefined {
  if (value === undefined) return undefined;
  const { at, author, reason, replacedBy } = value;
  return parts('entered-in-error', { at, ...authorParts(author), reason, replacedBy });
}

export function authorParts({ name, user }: Author): { name: string; user: string | undefined } {
  return { name, user };
}

/** The code if the value is one, and otherwise the value as an extension beside `otherwise`. */
export function codeOr<const T extends string>(codes: readonly T[], value: string | undefined, otherwise: T): { code: T; beside: Extension | undefined } {
  const known = codes.find((code) => code === value);
  return known === undefined ? { code: otherwise, beside: text('status', value) } : { code: known, beside: undefined };
}
