/**
 * Shapes: the one description from which a value's encoder, its strict decoder and its type follow.
 *
 * Bounds are part of a shape, and a tuple has exactly its elements, so 'unknown field' cannot happen silently
 * (ATTACK 11). Decoders throw `MalformedError`, whose message names the field and holds no content.
 */
import { decode, encode, type Cbor } from './cbor.ts';
import { MalformedError } from './result.ts';

export interface Shape<T> {
  toCbor(value: T): Cbor;
  fromCbor(value: Cbor, title: string): T;
}

export type ValueOf<S> = S extends Shape<infer T> ? T : never;

export function toBytes<T>(shape: Shape<T>, value: T): Uint8Array {
  return encode(shape.toCbor(value));
}

export function fromBytes<T>(shape: Shape<T>, bytes: Uint8Array, maxLength: number, title: string): T {
  return shape.fromCbor(decode(bytes, maxLength, title), title);
}

/** An unsigned integer up to `max`. */
export function uint(max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return {
    toCbor: (value) => {
      if (!Number.isSafeInteger(value) || value < 0 || value > max) throw new RangeError(`not an unsigned integer up to ${max}: ${value}`);
      return value;
    },
    fromCbor: (value, title) => {
      if (typeof value !== 'number' || value > max) throw new MalformedError(`${title}: not an unsigned integer up to ${max}`);
      return value;
    },
  };
}

/** Exactly `length` bytes, branded by the caller's type. */
export function fixedBytes<B extends Uint8Array = Uint8Array>(length: number): Shape<B> {
  return variableBytes<B>(length, length);
}

export function variableBytes<B extends Uint8Array = Uint8Array>(min: number, max: number): Shape<B> {
  const check = (value: unknown): value is B => value instanceof Uint8Array && value.length >= min && value.length <= max;
  return {
    toCbor: (value) => {
      if (!check(value)) throw new RangeError(`not ${min} to ${max} bytes`);
      return value;
    },
    fromCbor: (value, title) => {
      if (!check(value)) throw new MalformedError(`${title}: not ${min} to ${max} bytes`);
      return value;
    },
  };
}

export function text(maxLength: number): Shape<string> {
  return {
    toCbor: (value) => {
      if (value.length > maxLength) throw new RangeError(`text longer than ${maxLength}`);
      return value;
    },
    fromCbor: (value, title) => {
      if (typeof value !== 'string' || value.length > maxLength) throw new MalformedError(`${title}: not a text of at most ${maxLength}`);
      return value;
    },
  };
}

/** One of a fixed list of names, encoded as its place in the list. Append to the list; never reorder it. */
export function oneOf<const N extends readonly string[]>(names: N): Shape<N[number]> {
  return {
    toCbor: (value) => {
      const place = names.indexOf(value);
      if (place < 0) throw new RangeError(`not one of the known names: ${value}`);
      return place;
    },
    fromCbor: (value, title) => {
      const name = typeof value === 'number' ? names[value] : undefined;
      if (name === undefined) throw new MalformedError(`${title}: unknown value`);
      return name;
    },
  };
}

export function list<T>(element: Shape<T>, max: number): Shape<readonly T[]> {
  return {
    toCbor: (values) => {
      if (values.length > max) throw new RangeError(`more than ${max} elements`);
      return values.map((value) => element.toCbor(value));
    },
    fromCbor: (value, title) => {
      if (!isArray(value) || value.length > max) throw new MalformedError(`${title}: not a list of at most ${max}`);
      return value.map((entry, index) => element.fromCbor(entry, `${title}[${index}]`));
    },
  };
}

/** Absent or present: an empty array, or an array of one. */
export function optional<T>(inner: Shape<T>): Shape<T | undefined> {
  return {
    toCbor: (value) => (value === undefined ? [] : [inner.toCbor(value)]),
    fromCbor: (value, title) => {
      if (!isArray(value) || value.length > 1) throw new MalformedError(`${title}: not an optional value`);
      const [entry] = value;
      return entry === undefined ? undefined : inner.fromCbor(entry, title);
    },
  };
}

/** A record with named fields, encoded as an array in the order in which the fields are written here. */
export function record<F extends Readonly<Record<string, Shape<unknown>>>>(
  fields: { readonly [K in keyof F]: F[K] },
): Shape<{ readonly [K in keyof F]: ValueOf<F[K]> }> {
  const entries = Object.entries<Shape<unknown>>(fields);
  return {
    toCbor: (value) => entries.map(([name, shape]) => shape.toCbor(value[name])),
    fromCbor: (value, title) => {
      if (!isArray(value) || value.length !== entries.length) throw new MalformedError(`${title}: not ${entries.length} fields`);
      const decoded: Record<string, unknown> = {};
      value.forEach((field, index) => {
        const [name, shape] = entries[index] ?? [];
        if (name !== undefined && shape !== undefined) decoded[name] = shape.fromCbor(field, `${title}.${name}`);
      });
      return decoded as { readonly [K in keyof F]: ValueOf<F[K]> };
    },
  };
}

/** One of several records, told apart by `type`: `[number, fields]`. Numbers are given once and never reused. */
export function union<V extends Readonly<Record<string, readonly [number, Shape<unknown>]>>>(
  variants: V,
): Shape<{ [K in keyof V]: { readonly type: K } & ValueOf<V[K][1]> }[keyof V]> {
  type Value = { [K in keyof V]: { readonly type: K } & ValueOf<V[K][1]> }[keyof V];
  const byNumber = new Map(Object.entries(variants).map(([name, [number, shape]]) => [number, { name, shape }]));
  return {
    toCbor: (value) => {
      const [number, shape] = variants[value.type] ?? [];
      if (number === undefined || shape === undefined) throw new RangeError(`unknown variant ${String(value.type)}`);
      return [number, shape.toCbor(value)];
    },
    fromCbor: (value, title) => {
      const [number, fields] = isArray(value) && value.length === 2 ? value : [];
      const variant = typeof number === 'number' ? byNumber.get(number) : undefined;
      if (variant === undefined || fields === undefined) throw new MalformedError(`${title}: unknown variant`);
      return { type: variant.name, ...(variant.shape.fromCbor(fields, `${title}.${variant.name}`) as object) } as Value;
    },
  };
}

/** `Array.isArray` would forget what the elements are. */
function isArray(value: Cbor): value is readonly Cbor[] {
  return Array.isArray(value);
}
