import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SESSIONS_DOCUMENT } from '../../protocol/codec/ids.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { copyItems } from '../../node/cli/copy-items.ts';
import { silentLog } from '../../node/device/real-environment.ts';
import { found, unlock } from '../ward/small-ward.ts';

test('SYNC-5: a session that has ended comes as one run, start and end together', async () => {
  const office = await found();
  await (await unlock(office, 'admin-1')).lock();
  const later = await openReplica({ store: new MemoryStore(), ward: office.replica.ward, log: silentLog });
  const ended = office.replica.frontier(SESSIONS_DOCUMENT).find(({ seq }) => seq === 2);
  assert.ok(ended !== undefined, 'a session has ended');
  await copyItems(office.replica, later);
  assert.equal(later.head({ document: SESSIONS_DOCUMENT, author: ended.author })?.seq, 2);
  assert.equal(later.count, office.replica.count);
});
