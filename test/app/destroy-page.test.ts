import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDBFactory } from 'fake-indexeddb';
import { destroyPage } from '../../tablet/app/worker/destroy-page.ts';
import { smallDatabase } from '../../tablet/app/worker/small-database.ts';

test('REVOKE-4: nothing of the ward stays in a browser whose device was removed, and nothing else is touched', async () => {
  const factory = new IDBFactory();
  for (const name of ['wardsync-device', 'wardsync-drafts', 'wardsync-0011', 'another-app']) await smallDatabase<string>(name, 'kept', factory).put('a', 'b');
  await destroyPage(factory, undefined);
  assert.deepEqual((await factory.databases()).map(({ name }) => name), ['another-app']);
});
