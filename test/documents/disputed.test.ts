import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import { seededRandom } from '../support/seeded.ts';
import { openReader, originate, startSheet, Writer } from '../support/writers.ts';

/** One write: a key of its own, and the keys that its author saw when writing it. */
interface Write {
  readonly key: string;
  readonly item: Item;
  readonly rests: readonly string[];
}

/**
 * Three write and merge at random; one of them is removed with a random cut; readers get the items and the removal in
 * any order and look in between. Expected is computed from who had seen what, without Automerge.
 */
async function randomWard(seed: string): Promise<void> {
  const random = seededRandom(`disputed/${seed}`);
  const sheet = await startSheet(seed, 'heron', 'finch', 'wren');
  const { ward, sessions } = sheet;
  const { document, secrets, origin } = originate(sheet, ward.founder);
  const writers = sessions.map((session) => new Writer(sheet, session, document, secrets));
  const chains = writers.map((): Write[] => []);
  for (let step = 0; step < 24; step += 1) {
    const at = random.below(writers.length);
    const writer = writers[at];
    assert.ok(writer);
    if (random.below(3) === 0) {
      writer.merge(random.pick(writers.filter((other) => other !== writer)));
    } else {
      const key = `w${step}`;
      const rests = Object.keys(writer.doc);
      chains[at]?.push({ key, rests, item: writer.write((draft) => { draft[key] = step; }) });
    }
  }

  const [removed = [], ...others] = chains;
  const leaver = sessions[0];
  assert.ok(leaver);
  const cutAt = random.below(removed.length + 1);
  const last = removed[cutAt - 1]?.item;
  const before = [...ward.items];
  const cut = last === undefined ? [] : [{ document, author: leaver.id, seq: cutAt, id: last.id }];
  const removal = await ward.put(ward.founder.operation({ type: 'remove-user', user: leaver.user.id, cut }));
  const merged = new Set([...removed.slice(0, cutAt), ...others.flat()].flatMap(({ key, rests }) => [key, ...rests]));
  const waits = removed.filter(({ key }) => !merged.has(key));

  for (let reader = 0; reader < 4; reader += 1) {
    const { library, take } = await openReader(sheet, before);
    const queues = [[origin], [removal], ...chains.map((chain) => chain.map(({ item }) => item))].map((queue) => [...queue]);
    for (let left = queues.filter((queue) => queue.length > 0); left.length > 0; left = queues.filter((queue) => queue.length > 0)) {
      const next = random.pick(left).shift();
      assert.ok(next);
      await take(next);
      if (next === removal && random.below(2) === 0) await library.followLog();
      if (random.below(2) === 0) await library.refresh(document);
    }
    await library.followLog();
    await library.refresh(document);
    const shown = library.document(document);
    assert.deepEqual(Object.keys(shown?.value ?? {}).toSorted(), [...merged].toSorted(), `seed ${seed}, reader ${reader}`);
    const expected = waits.length === 0 ? [] : [{ reason: 'disputed', items: waits.length, item: hexOf(waits[0]?.item.id ?? origin.id) }];
    assert.deepEqual(shown?.setAside.map(({ reason, items, item }) => ({ reason, items, item: hexOf(item) })), expected, `seed ${seed}, reader ${reader}`);
    await library.close();
  }
}

test('DOC-8: after random edits, a removal, and any order of arrival, all members see the same, and it is what accepted work rests on', async () => {
  for (let seed = 0; seed < 8; seed += 1) await randomWard(String(seed));
});

test('DOC-8: work that rests on what is not here is counted and listed, and shown once that has come', async () => {
  const sheet = await startSheet('missing', 'heron', 'finch');
  const [heron, finch] = sheet.sessions;
  assert.ok(heron && finch);
  const { document, secrets, origin } = originate(sheet, sheet.ward.founder);
  const [a, b] = [new Writer(sheet, heron, document, secrets), new Writer(sheet, finch, document, secrets)];
  const early = a.write((draft) => { draft['early'] = 1; });
  b.merge(a);
  const late = [b.write((draft) => { draft['late'] = 2; }), b.write((draft) => { draft['later'] = 3; })];

  const { library, take } = await openReader(sheet, sheet.ward.items);
  let shown = 0;
  library.onChange(() => { shown += 1; });
  await take(origin, ...late);
  await library.refresh(document);
  assert.equal(shown, 1, 'listeners hear of what is set aside');
  assert.equal(library.document(document)?.value, undefined);
  assert.deepEqual(library.document(document)?.setAside.map(({ reason, items }) => ({ reason, items })), [{ reason: 'depends-on-missing', items: 2 }]);
  await take(early);
  await library.refresh(document);
  assert.deepEqual(library.document(document)?.value, { early: 1, late: 2, later: 3 });
  assert.deepEqual(library.document(document)?.setAside, []);
  await library.close();
});

test('DOC-8: what was merged before the removal was known, and nobody needs, goes; the document may be empty then', async () => {
  const sheet = await startSheet('goes', 'heron');
  const [heron] = sheet.sessions;
  assert.ok(heron);
  const { ward } = sheet;
  const { document, secrets, origin } = originate(sheet, ward.founder);
  const writer = new Writer(sheet, heron, document, secrets);
  const { library, take } = await openReader(sheet, ward.items);
  await take(origin, writer.write((draft) => { draft['a'] = 1; }));
  await library.refresh(document);
  assert.deepEqual(library.document(document)?.value, { a: 1 });
  await take(await ward.put(ward.founder.operation({ type: 'remove-user', user: heron.user.id, cut: [] })));
  await library.followLog();
  assert.equal(library.document(document)?.value, undefined);
  assert.deepEqual(library.document(document)?.setAside.map(({ reason, items }) => ({ reason, items })), [{ reason: 'disputed', items: 1 }]);
  await library.close();
});
