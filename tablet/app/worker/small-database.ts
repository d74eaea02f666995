/** A few values by name in a database of the browser's own, each write durable. */
export interface SmallDatabase<T> {
  get(key: string): Promise<T | undefined>;
  put(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
}

/** `T` is what this program alone puts there. */
export function smallDatabase<T>(database: string, store: string, factory: IDBFactory = indexedDB): SmallDatabase<T> {
  async function withStore<R>(mode: IDBTransactionMode, work: (objects: IDBObjectStore) => IDBRequest<R>): Promise<R> {
    const opened = await openDatabase(database, store, factory);
    try {
      return await new Promise<R>((resolve, reject) => {
        const transaction = opened.transaction(store, mode, { durability: 'strict' });
        const request = work(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up'));
      });
    } finally {
      opened.close();
    }
  }

  return {
    get: (key) => withStore<T | undefined>('readonly', (objects) => objects.get(key)),
    put: async (key, value) => { await withStore('readwrite', (objects) => objects.put(value, key)); },
    delete: (key) => withStore('readwrite', (objects) => objects.delete(key)),
  };
}

function openDatabase(name: string, store: string, factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = factory.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(store);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB cannot be opened'));
  });
}
