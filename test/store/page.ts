/** Runs inside a browser's page: the contract, the model, and what only a real browser has (locks, durability). */
import { openIndexedDbStore } from '../../protocol/store/indexeddb-store.ts';
import { check, failsWith, same, storeContract, type StorePlace } from './contract.ts';
import { storeAgreesWithModel } from './property.ts';
import { chainNumber, sampleAppend } from './sample.ts';

export interface PageResult {
  readonly title: string;
  /** Empty when it passed. */
  readonly failure: string;
}

declare global {
  // The name under which the test calls this page.
  var runStoreContract: (seed: number) => Promise<readonly PageResult[]>;
}

globalThis.runStoreContract = async (seed) => {
  const results: PageResult[] = [];
  const attempt = async (title: string, run: () => Promise<void>) => {
    const failure = await run().then(() => '', (error: unknown) => (error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)));
    results.push({ title, failure });
  };
  for (const one of storeContract) await attempt(one.title, () => one.run(freshPlace()));
  await attempt('agrees with a model under random steps', () => storeAgreesWithModel(freshPlace(), 15, seed));
  await attempt('every change is a strict transaction', changesStrictly);
  await attempt('a second opening is refused while the first is open', refusesSecond);
  await attempt('an opening with a signal waits for the first to close', waitsForFirst);
  await attempt('a deleted database fails with one clear error', noticesDeletion);
  await attempt('a store of a newer container is refused', refusesNewer);
  return results;
};

let places = 0;

function freshPlace(): StorePlace {
  const name = `contract-${++places}`;
  return { durable: true, open: () => openIndexedDbStore(name) };
}

async function changesStrictly(): Promise<void> {
  const begin = IDBDatabase.prototype.transaction;
  const made: IDBTransaction[] = [];
  IDBDatabase.prototype.transaction = function record(...args) {
    const transaction = Reflect.apply(begin, this, args);
    if (transaction.mode === 'readwrite') made.push(transaction);
    return transaction;
  };
  try {
    const store = await freshPlace().open();
    await store.append(sampleAppend(chainNumber(1, 1), 1, 3));
    await store.setLocal('name', Uint8Array.of(1));
    await store.destroy();
    await store.close();
  } finally {
    IDBDatabase.prototype.transaction = begin;
  }
  check(made.length >= 3, `${made.length} changes seen`);
  // What the browser made of the wish, not what was wished.
  same(made.map(({ durability }) => durability), made.map(() => 'strict'), 'durability');
}

async function refusesSecond(): Promise<void> {
  const place = freshPlace();
  const first = await place.open();
  const error = await failsWith('in-use', () => place.open());
  check(error.message.includes('another tab'), error.message);
  await first.append(sampleAppend(chainNumber(1, 1), 1, 3));
  await first.close();
  await (await place.open()).close();
}

async function waitsForFirst(): Promise<void> {
  const name = `contract-${++places}`;
  const first = await openIndexedDbStore(name);
  const second = openIndexedDbStore(name, { signal: AbortSignal.timeout(10_000) });
  await first.append(sampleAppend(chainNumber(1, 1), 1, 3));
  await first.close();
  const store = await second;
  same((await store.read(chainNumber(1, 1), 1, { maxItems: 10, maxBytes: 1e6 })).length, 3, 'items');
  await failsWith('in-use', () => openIndexedDbStore(name, { signal: AbortSignal.abort() }));
  await store.close();
}

async function noticesDeletion(): Promise<void> {
  const name = `contract-${++places}`;
  const store = await openIndexedDbStore(name);
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () => reject(request.error));
  });
  await failsWith('closed', () => store.append(sampleAppend(chainNumber(1, 1), 1, 1)));
  await store.close();
}

async function refusesNewer(): Promise<void> {
  const name = `contract-${++places}`;
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open(name, 2);
    request.addEventListener('success', () => { request.result.close(); resolve(); });
    request.addEventListener('error', () => reject(request.error));
  });
  await failsWith('newer-format', () => openIndexedDbStore(name));
}
