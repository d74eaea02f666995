/** A map that starts as a shared one, and is copied when it is first changed. */
export class CopyOnWriteMap<K, V> {
  #map: ReadonlyMap<K, V>;
  #own: Map<K, V> | undefined;

  constructor(shared: ReadonlyMap<K, V>) {
    this.#map = shared;
  }

  /** What is handed out must not be changed through this any more. */
  get current(): ReadonlyMap<K, V> {
    return this.#map;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  set(key: K, value: V): void {
    this.#owned().set(key, value);
  }

  delete(key: K): void {
    if (this.#map.has(key)) this.#owned().delete(key);
  }

  #owned(): Map<K, V> {
    if (this.#own === undefined) {
      this.#own = new Map(this.#map);
      this.#map = this.#own;
    }
    return this.#own;
  }
}
