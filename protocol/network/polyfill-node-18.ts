/**
 * What Node 18 (Node on Android) lacks besides: WebCrypto and CustomEvent as globals. Part of the Node entrance only,
 * so that a browser's bundle holds no `node:` import.
 */
import './polyfill.ts';
import { webcrypto } from 'node:crypto';

if (globalThis.crypto === undefined) {
  Object.defineProperty(globalThis, 'crypto', { value: webcrypto, configurable: true });
}

if (globalThis.CustomEvent === undefined) {
  class NodeCustomEvent<T> extends Event {
    readonly detail: T | undefined;

    constructor(type: string, init?: { readonly detail?: T }) {
      super(type);
      this.detail = init?.detail;
    }
  }
  Object.defineProperty(globalThis, 'CustomEvent', { value: NodeCustomEvent, configurable: true });
}
