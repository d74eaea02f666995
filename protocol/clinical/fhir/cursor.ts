/**
 * A reader of one JSON object that remembers what was read.
 *
 * Whatever a mapping does not ask for is counted in the report by its path when the resource is done, so that no field
 * can be lost by being forgotten. Values of the wrong type are counted as invalid and read as absent.
 */
import type { IsoTime } from '../model.ts';
import { readTime } from '../time.ts';
import { DATA_ABSENT_EXTENSION, extensionUrl } from './own.ts';
import type { ReportWriter } from './report.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The longest text that is taken over, in UTF-16 units; prose (`note`) may be longer. */
export const MAX_TEXT = 10_000;
export const MAX_PROSE = 500_000;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class Cursor {
  readonly path: string;
  readonly #value: JsonObject;
  readonly #report: ReportWriter;
  readonly #read = new Set<string>();
  readonly #children = new Map<string, readonly Cursor[]>();

  constructor(value: JsonObject, path: string, report: ReportWriter) {
    this.path = path;
    this.#value = value;
    this.#report = report;
  }

  /** Marks fields as dealt with: they say nothing that is not known otherwise. */
  settle(...keys: readonly string[]): void {
    for (const key of keys) this.#read.add(key);
  }

  /** A text without claiming to have dealt with it. */
  peek(key: string): string | undefined {
    const value = this.#own(key);
    return typeof value === 'string' ? value : undefined;
  }

  has(key: string): boolean {
    return this.#own(key) !== undefined;
  }

  /** A text that is not empty. */
  text(key: string, maximum: number = MAX_TEXT): string | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return this.#reject(key, 'not a text');
    if (value.length > maximum) return this.#reject(key, 'too long');
    return value.trim() === '' ? this.#reject(key, 'empty') : value;
  }

  /** One of the given codes. */
  code<const T extends string>(key: string, codes: readonly T[]): T | undefined {
    const value = this.text(key, 1000);
    if (value === undefined) return undefined;
    return codes.find((code) => code === value) ?? this.#reject(key, 'unknown code');
  }

  number(key: string): number | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.#reject(key, 'not a number');
  }

  boolean(key: string): boolean | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    return typeof value === 'boolean' ? value : this.#reject(key, 'not true or false');
  }

  /** A date or time of any precision. A text that was no FHIR time on export stands in the primitive's own extension. */
  time(key: string): IsoTime | undefined {
    const original = this.#originalTime(key);
    const value = this.text(key, 100);
    if (original !== undefined) return original;
    if (value === undefined) return undefined;
    return readTime(value) === undefined ? this.#reject(key, 'not a date or time') : value;
  }

  child(key: string): Cursor | undefined {
    const known = this.#children.get(key);
    if (known !== undefined) return known[0];
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (!isObject(value)) return this.#reject(key, 'not an object');
    const child = new Cursor(value, `${this.path}.${key}`, this.#report);
    this.#children.set(key, [child]);
    return child;
  }

  /** The objects of an array; elements of another kind are counted and left out. */
  list(key: string): readonly Cursor[] {
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const value = this.#take(key);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.#reject(key, 'not an array');
      return [];
    }
    const children = (value as readonly unknown[]).flatMap((element) => {
      if (isObject(element)) return [new Cursor(element, `${this.path}.${key}`, this.#report)];
      if (element !== null) this.#reject(key, 'not an object');
      return [];
    });
    this.#children.set(key, children);
    return children;
  }

  /** The texts of an array; the others are counted and left out. */
  texts(key: string): readonly string[] {
    const value = this.#take(key);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.#reject(key, 'not an array');
      return [];
    }
    return (value as readonly unknown[]).filter((element): element is string => {
      if (typeof element === 'string' && element.trim() !== '' && element.length <= MAX_TEXT) return true;
      if (element !== null) this.#reject(key, 'not a text');
      return false;
    });
  }

  /** An object as it is, for whoever reads it elsewhere: nothing under it is counted here. */
  raw(key: string): JsonObject | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    return isObject(value) ? value : this.#reject(key, 'not an object');
  }

  /** This project's own extension of that name. */
  extension(name: string): Cursor | undefined {
    return this.extensions(name)[0];
  }

  /** This project's own extension of that name says true. */
  flag(name: string): boolean {
    return this.extension(name)?.boolean('valueBoolean') === true;
  }

  extensions(name: string): readonly Cursor[] {
    return this.list('extension').filter((extension) => extension.#own('url') === extensionUrl(name) && extension.text('url') !== undefined);
  }

  /** A value that was read and turned out to have no place after all. */
  drop(key: string): void {
    this.#report.count('dropped', `${this.path}.${key}`);
  }

  invalid(key: string, why: string): void {
    this.#report.count('invalid', `${this.path}.${key} (${why})`);
  }

  converted(key: string, how: string): void {
    this.#report.count('converted', `${this.path}.${key} (${how})`);
  }

  /** Counts everything under this object that nobody read. Call once, when the resource is done. */
  finish(): void {
    for (const key of Object.keys(this.#value)) {
      const children = this.#children.get(key);
      if (children !== undefined) {
        for (const child of children) child.#finishAsChild(key);
      } else if (!this.#read.has(key)) {
        this.#countUnread(key);
      }
    }
  }

  #finishAsChild(key: string): void {
    if (this.#read.size > 0) this.finish();
    else if (key === 'extension' || key === 'modifierExtension') this.#report.count('dropped', `${this.path}[${String(this.#own('url')).slice(0, 120)}]`);
    else this.#report.count('dropped', this.path);
  }

  #countUnread(key: string): void {
    const value = this.#value[key];
    if (value === null || value === undefined) return;
    if (key === 'extension' || key === 'modifierExtension') {
      for (const child of this.list(key)) child.#finishAsChild(key);
      return;
    }
    const times = Array.isArray(value) ? value.length : 1;
    if (times > 0) this.#report.count('dropped', `${this.path}.${key}`, times);
  }

  #originalTime(key: string): string | undefined {
    const beside = `_${key}`;
    if (!isObject(this.#own(beside))) return undefined;
    const extensions = this.child(beside)?.list('extension') ?? [];
    for (const extension of extensions) if (extension.#own('url') === DATA_ABSENT_EXTENSION) extension.settle('url', 'valueCode');
    const original = extensions.find((extension) => extension.#own('url') === extensionUrl('original-text'));
    original?.settle('url');
    return original?.text('valueString', 100);
  }

  #own(key: string): unknown {
    return Object.hasOwn(this.#value, key) ? (this.#value[key] ?? undefined) : undefined;
  }

  #take(key: string): unknown {
    this.#read.add(key);
    return this.#own(key);
  }

  #reject(key: string, why: string): undefined {
    this.invalid(key, why);
    return undefined;
  }
}
