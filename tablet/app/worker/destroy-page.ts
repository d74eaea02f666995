/** What a page does when its device was removed from the ward: nothing of the ward stays in this browser (REVOKE-4). */

const OURS = /^wardsync-/;

/** Deletes every database and cache of the app; nothing of them may be open. */
export async function destroyPage(factory: IDBFactory = indexedDB, storage: CacheStorage | undefined = globalThis.caches): Promise<void> {
  for (const { name } of await factory.databases()) if (name !== undefined && OURS.test(name)) await deleteDatabase(factory, name);
  for (const name of await storage?.keys() ?? []) await storage?.delete(name);
}

function deleteDatabase(factory: IDBFactory, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const deleting = factory.deleteDatabase(name);
    deleting.onsuccess = () => resolve();
    deleting.onerror = () => reject(deleting.error ?? new Error('IndexedDB cannot be deleted'));
    // Another tab still holds it; it goes when that tab does.
    deleting.onblocked = () => resolve();
  });
}
