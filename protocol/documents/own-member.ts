/** Assignment that a key named `__proto__` cannot turn into something else: keys of documents come from other people. */
export function define<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
