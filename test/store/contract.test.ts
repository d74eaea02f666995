import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import 'fake-indexeddb/auto';
import { openIndexedDbStore } from '../../protocol/store/indexeddb-store.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { storeContract, type StorePlace } from './contract.ts';
import { storeAgreesWithModel } from './property.ts';

const folder = await mkdtemp(join(tmpdir(), 'wardsync-store-'));
after(() => rm(folder, { recursive: true, force: true }));

let places = 0;

const kinds: Readonly<Record<string, () => StorePlace>> = {
  memory: () => ({ durable: false, open: () => Promise.resolve(new MemoryStore()) }),
  LevelDB: () => {
    const path = join(folder, `level-${++places}`);
    return { durable: true, open: () => openLevelStore(path) };
  },
  IndexedDB: () => {
    const name = `store-${++places}`;
    return { durable: true, open: () => openIndexedDbStore(name, { locks: null }) };
  },
};

for (const [kind, makePlace] of Object.entries(kinds)) {
  describe(`STORE-1: item store in ${kind}`, () => {
    for (const one of storeContract) {
      const place = makePlace();
      if (one.durable === true && !place.durable) continue;
      test(one.title, () => one.run(place));
    }
    test('STORE-1: agrees with a model under random steps', () => storeAgreesWithModel(makePlace(), 30, 20_260_727));
  });
}
