import assert from 'node:assert/strict';
import test from 'node:test';
import { buildWard, offerTo } from '../support/ward-builder.ts';

test('ADMIT-1: a ward is founded, a nurse joins, writes, and another replica takes all of it', async () => {
  const ward = await buildWard();
  const nurse = await ward.join('anna', 'clinician');
  const document = ward.newDocument();
  await ward.put(nurse.grant(document, ward.everyone));
  await ward.put(nurse.changeset(document));
  await ward.put(nurse.changeset(document, undefined, { heads: [] }));
  await ward.put(ward.receipt(ward.archive, []));
  assert.equal(ward.replica.frontier(document)[0]?.seq, 3);

  const other = await ward.emptyReplica();
  for (const item of ward.items) assert.equal((await offerTo(other, item)).outcome, 'stored');
  assert.deepEqual(other.digest(document), ward.replica.digest(document));
  assert.equal(other.count, ward.replica.count);
  for (const item of ward.items) assert.equal((await offerTo(other, item)).outcome, 'known');
  assert.deepEqual([...other.state().users.values()], [...ward.replica.state().users.values()]);
});
