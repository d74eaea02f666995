import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemId } from '../../protocol/codec/ids.ts';
import { encodeItem } from '../../protocol/items/item.ts';
import { LogIntake } from '../../protocol/network/log-intake.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { buildWard, offerTo } from '../support/ward-builder.ts';

test('JOIN-2: a log goes in whole in whatever order its runs come, one operation at a time', async () => {
  const ward = await buildWard();
  for (let i = 0; i < 6; i++) {
    const user = await ward.addUser(`nurse-${i}`, i === 0 ? 'admin' : 'clinician');
    const session = await ward.openSession(user);
    if (i === 0) await ward.put(session.operation({ type: 'set-grace', hours: 3 }));
    await ward.put(session.operation({ type: 'set-bundle', user: user.id, bundle: ward.random.randomBytes(50) }));
  }
  const operations = ward.items.filter(({ fields }) => fields.content.type === 'operation');
  assert.ok(new Set(operations.map(({ fields }) => fields.author.join())).size > 6);
  for (let round = 0; round < 20; round++) {
    const replica = await ward.emptyReplica();
    const intake = new LogIntake(replica);
    // Each chain in its order, the chains in any.
    const authors = new Set(operations.map(({ fields }) => fields.author.join()));
    const chains = [...authors].map((author) => operations.filter(({ fields }) => fields.author.join() === author));
    while (chains.length > 0) {
      const chain = ward.random.pick(chains);
      const item = chain.shift();
      if (item === undefined) chains.splice(chains.indexOf(chain), 1);
      else await intake.add([encodeItem(item)]);
    }
    assert.ok(intake.isWhole(), `round ${round}`);
    assert.deepEqual(replica.state().heads, ward.heads());
  }
});

test('REVOKE-5: what a chain waits for may come by another link; then it goes in with whatever comes next', async () => {
  const ward = await buildWard();
  const admin = await ward.openSession(await ward.addUser('second', 'admin'));
  const first = await ward.put(ward.founder.operation({ type: 'set-grace', hours: 1 }));
  await ward.put(admin.operation({ type: 'set-grace', hours: 2 }));
  const operations = ward.items.filter(({ fields }) => fields.content.type === 'operation');
  const last = operations.at(-1) ?? assert.fail();
  const replica = await ward.emptyReplica();
  const intake = new LogIntake(replica);
  await intake.add([encodeItem(ward.genesis)]);
  await intake.add([encodeItem(last)]);
  for (const item of operations.slice(1, -1)) await offerTo(replica, item);
  assert.equal(replica.count, operations.length - 1);
  await intake.add([encodeItem(first)]);
  assert.deepEqual(replica.state().heads, ward.heads());
  assert.ok(intake.isWhole());
});

test('ATTACK 32: runs that nothing can be made of are offered once each, are bounded, and the log is not whole', async () => {
  const ward = await buildWard();
  let offers = 0;
  const empty = await ward.emptyReplica();
  const replica: Replica = new Proxy(empty, {
    get(target, name) {
      if (name === 'offer') offers += 1;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const intake = new LogIntake(replica);
  const user = ward.newUser('ghost', 'clinician');
  for (let i = 0; i < 600; i++) {
    await intake.add([encodeItem(ward.newSession(user).operation({ type: 'set-bundle', user: user.id, bundle: Uint8Array.of(1) }, { heads: [itemId.from(ward.random.randomBytes(32))] }))]);
    // What is there already makes nothing go in either.
    if (i % 10 === 0) await intake.add([encodeItem(ward.genesis)]);
  }
  assert.ok(offers < 2_000, `${offers} offers`);
  assert.equal(intake.isWhole(), false);
});
