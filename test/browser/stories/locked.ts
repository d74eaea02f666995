/** What a browser keeps when nobody is unlocked. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Scene } from '../scene.ts';

export async function nothingOpenedStays({ desk, patients: [first = ''], canaries, ward, typed, browser }: Scene): Promise<void> {
  const draft = 'Half a sentence, nirgendsgespeichert';
  typed.push(draft);
  const opened = [draft, ...typed, ...canaries.patients.map(({ record }) => record.name.family), canaries.ward, ward.people.nurse1.name];
  await desk.openPatient(first, 'notes');
  await desk.page.getByLabel('Note', { exact: true }).fill(draft);
  assert.ok(opened.some((text) => text !== ''), 'there is something to look for');
  await desk.page.getByRole('button', { name: 'Lock' }).click();
  await desk.page.getByText('1 entry not saved yet is kept here, sealed').waitFor();
  const kept = await keptByBrowser(desk.page);
  assert.ok(kept.databases.some((name) => name === 'wardsync-drafts') && kept.bytes > 10_000, `looked through ${kept.bytes} bytes of ${kept.databases.join(', ')}`);
  for (const text of opened) if (text !== '') assert.ok(!kept.text.includes(text), `${text} is in the browser's storage`);
  assert.ok(!(await desk.text()).includes(canaries.patients[0]?.record.name.family ?? 'nobody'));

  await desk.unlock(ward.people.nurse1, canaries.patients.length);
  await desk.openPatient(first, 'notes');
  assert.equal(await desk.page.getByLabel('Note', { exact: true }).inputValue(), draft);
  await desk.picture('draft-back');
  await desk.page.getByLabel('Note', { exact: true }).fill('');
  await desk.toBoard();
  assert.deepEqual(browser.takeComplaints(), []);
}

/** Everything in IndexedDB, localStorage, sessionStorage and the caches, bytes as Latin-1 and as UTF-8. */
function keptByBrowser(page: Page): Promise<{ readonly text: string; readonly bytes: number; readonly databases: readonly string[] }> {
  return page.evaluate(async () => {
    const parts: string[] = [];
    let bytes = 0;
    const add = (value: unknown): void => {
      if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
        const array = new Uint8Array(value);
        bytes += array.length;
        parts.push(new TextDecoder('latin1').decode(array), new TextDecoder().decode(array), new TextDecoder('utf-16le').decode(array));
      } else if (typeof value === 'object' && value !== null) {
        parts.push(...Object.keys(value));
        for (const inner of Object.values(value)) add(inner);
      } else parts.push(String(value));
    };
    const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('IndexedDB'));
    });
    const databases = (await indexedDB.databases()).map(({ name }) => name ?? '');
    for (const name of databases) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        for (const key of await done(objects.getAllKeys())) add(key);
        for (const value of await done(objects.getAll())) add(value);
      }
      database.close();
    }
    for (const storage of [localStorage, sessionStorage]) for (const name of Object.keys(storage)) add([name, storage.getItem(name)]);
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) add(await (await cache.match(request))?.arrayBuffer());
    }
    return { text: parts.join('\n'), bytes, databases };
  });
}
