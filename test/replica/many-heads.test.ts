import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeFields, signItem, type Item } from '../../protocol/items/item.ts';
import { ChainWriter } from '../../protocol/replica/chain-writer.ts';
import { buildWard } from '../support/ward-builder.ts';

test('ITEM-4: with more heads than an item may name, an author goes on, and never names less than before', async () => {
  const ward = await buildWard({ seed: 'many heads' });
  const nurse = await ward.join('anna', 'clinician');
  const document = ward.newDocument();
  const writer = new ChainWriter({ replica: ward.replica, author: nurse.id, clock: ward.clock });
  const write = (): Promise<Item> => writer.append(document, (place) =>
    signItem(nurse.key, ward.id, encodeFields(place, { type: 'changeset', epoch: 1, history: ward.random.randomBytes(32) }), ward.random.randomBytes(50)));
  const start = ward.heads();
  for (let round = 0; round < 4; round++) {
    for (let count = 0; count < 12; count++) {
      const session = ward.newSession(ward.founder.user);
      await ward.put(session.operation({ type: 'set-bundle', user: ward.founder.user.id, bundle: Uint8Array.of(count) }, { heads: start }));
    }
    const { fields } = await write();
    assert.ok(fields.heads.length <= 16, `${fields.heads.length}`);
  }
  assert.equal(ward.replica.head({ document, author: nurse.id })?.seq, 4);
});
