import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf } from '../../protocol/codec/ids.ts';
import { automergeEngine } from '../../protocol/documents/automerge-engine.ts';
import type { SetAside } from '../../protocol/documents/chain-reader.ts';
import { EngineDied, type DocumentEngine } from '../../protocol/documents/engine.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { sha256 } from '../../protocol/crypto/signing/hash.ts';
import { realTimers } from '../../node/device/real-environment.ts';
import { grantItem, openReader, originate, startSheet, Writer } from '../support/writers.ts';

interface Attack {
  readonly reason: SetAside['reason'];
  /** The insider's second item. `other` is a colleague whose session is not the insider's. */
  readonly forge: (insider: Writer, other: Writer) => ReturnType<Writer['put']>;
  readonly engine?: () => DocumentEngine;
}

const bad = (draft: Record<string, unknown>): void => { draft['bad'] = true; };

const ATTACKS: Readonly<Record<string, Attack>> = {
  'DOC-1: a change by another actor': { reason: 'actor', forge: (insider, other) => insider.put([other.change(bad)]) },
  'DOC-1: a gap in the sequence': { reason: 'sequence', forge: (insider) => { insider.change((draft) => { draft['left out'] = 1; }); return insider.put([insider.change(bad)]); } },
  'DOC-1: a sequence number twice': { reason: 'sequence', forge: (insider) => { const change = insider.change(bad); return insider.put([change, change]); } },
  'DOC-2: another history': { reason: 'history', forge: (insider) => insider.put([insider.change(bad)], { history: new Uint8Array(32).fill(9) }) },
  'DOC-5: another key': { reason: 'does-not-open', forge: (insider) => insider.put([insider.change(bad)], { key: new Uint8Array(32).fill(9) }) },
  'DOC-5: a changeset without a change': { reason: 'malformed', forge: (insider) => insider.put([]) },
  'DOC-5: a change that is cut short': { reason: 'malformed', forge: (insider) => insider.put([insider.change(bad).slice(0, -1)]) },
  'DOC-5: a change with a wrong checksum': { reason: 'malformed', forge: (insider) => insider.put([altered(insider.change(bad), 4)]) },
  'DOC-3: a change that Automerge refuses': { reason: 'engine-refused', forge: (insider) => insider.put([unreadable(insider.change(bad))]), engine: () => nodeEngine('ee'.repeat(32), realTimers) },
  'DOC-3: a change that kills the engine': { reason: 'engine-died', forge: (insider) => insider.put([insider.change(bad)]), engine: mortalEngine },
};

for (const [name, { reason, forge, engine }] of Object.entries(ATTACKS)) {
  test(`${name} stops that chain there, is listed with its author, and harms nothing else`, async () => {
    const sheet = await startSheet(name, 'cuckoo', 'finch');
    const [cuckoo, finch] = sheet.sessions;
    assert.ok(cuckoo && finch);
    const { document, secrets, origin } = originate(sheet, finch);
    const elsewhere = originate(sheet, cuckoo);
    const insider = new Writer(sheet, cuckoo, document, secrets);
    const honest = new Writer(sheet, finch, document, secrets, origin);
    const aside = new Writer(sheet, cuckoo, elsewhere.document, elsewhere.secrets, elsewhere.origin);

    const first = insider.write((draft) => { draft['first'] = 'good'; });
    const hostile = forge(insider, new Writer(sheet, finch, document, secrets));
    const later = insider.write((draft) => { draft['later'] = 'of the same chain'; });
    const work = honest.write((draft) => { draft['honest'] = 1; });
    const moreWork = honest.write((draft) => { draft['honest'] = 2; });
    const other = aside.write((draft) => { draft['elsewhere'] = 'good'; });

    // All at once, and one after the other.
    for (const inSteps of [false, true]) {
      const { library, take } = await openReader(sheet, sheet.ward.items, engine?.());
      for (const item of [origin, elsewhere.origin, other, first, work, hostile, later, moreWork]) {
        await take(item);
        if (inSteps) await Promise.all([library.refresh(document), library.refresh(elsewhere.document)]);
      }
      await Promise.all([library.refresh(document), library.refresh(elsewhere.document)]);
      const shown = library.document(document);
      assert.deepEqual(shown?.value, { first: 'good', honest: 2 });
      const [flagged, ...rest] = shown.setAside.toSorted((a) => (a.reason === reason ? -1 : 1));
      assert.ok(flagged !== undefined);
      assert.deepEqual([flagged.reason, hexOf(flagged.author), hexOf(flagged.item)], [reason, hexOf(cuckoo.id), hexOf(hostile.id)]);
      assert.equal([flagged, ...rest].reduce((sum, { items }) => sum + items, 0), 2, 'both items that are not merged are counted');
      assert.ok(rest.every((waits) => waits.reason === 'depends-on-missing' && hexOf(waits.author) === hexOf(cuckoo.id)));
      assert.deepEqual(library.document(elsewhere.document)?.value, { elsewhere: 'good' });
      assert.deepEqual(library.document(elsewhere.document)?.setAside, []);
      await library.close();
    }
  });
}

test('DOC-3: an engine that dies of one document takes no change of another along', async () => {
  const sheet = await startSheet('both', 'cuckoo', 'finch');
  const [cuckoo, finch] = sheet.sessions;
  assert.ok(cuckoo && finch);
  const [one, two] = [originate(sheet, cuckoo), originate(sheet, finch)];
  const hostile = new Writer(sheet, cuckoo, one.document, one.secrets, one.origin);
  const honest = new Writer(sheet, finch, two.document, two.secrets, two.origin);
  const { library, take } = await openReader(sheet, sheet.ward.items, mortalEngine());
  const before = [1, 2, 3].map((n) => honest.write((draft) => { draft[`n${n}`] = n; }));
  await take(one.origin, two.origin, ...before);
  await library.refresh(two.document);
  await take(hostile.write(bad));
  await library.refresh(one.document);
  await assert.rejects(library.edit(two.document, (draft) => { draft['own'] = 1; }), /reads only/, 'the engine has the document again, and only the write fails');
  await take(honest.write((draft) => { draft['n4'] = 4; }));
  await Promise.all([library.refresh(one.document), library.refresh(two.document)]);
  assert.deepEqual(library.document(two.document)?.value, { n1: 1, n2: 2, n3: 3, n4: 4 });
  assert.deepEqual(library.document(one.document)?.setAside.map(({ reason }) => reason), ['engine-died']);
  await library.close();
});

test('KEYS-7: a grant that does not prove that its author held the secrets is set aside and listed, and its chain is read on', async () => {
  const sheet = await startSheet('grants', 'cuckoo', 'finch');
  const [cuckoo, finch] = sheet.sessions;
  assert.ok(cuckoo && finch);
  const { ward } = sheet;
  const { document, secrets, origin } = originate(sheet, finch);
  const invented = { epoch: 1, key: ward.random.randomBytes(32), historyKey: ward.random.randomBytes(32) };
  const invention = grantItem(sheet, cuckoo, document, invented, new Uint8Array(0));
  const honest = new Writer(sheet, finch, document, secrets, origin).write((draft) => { draft['honest'] = 1; });
  const underInvention = new Writer(sheet, cuckoo, document, invented, invention).write(bad);

  for (const order of [[origin, honest, invention, underInvention], [invention, underInvention, origin, honest]]) {
    const { library, take } = await openReader(sheet, ward.items);
    for (const item of order) {
      await take(item);
      await library.refresh(document);
    }
    const shown = library.document(document);
    assert.deepEqual(shown?.value, { honest: 1 });
    assert.deepEqual(shown?.setAside.map(({ reason, author, items }) => [reason, hexOf(author), items]), [
      ['grant', hexOf(cuckoo.id), 1], ['does-not-open', hexOf(cuckoo.id), 1],
    ]);
    await library.close();
  }
});

function altered(change: Uint8Array, at: number): Uint8Array {
  const damaged = change.slice();
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  return damaged;
}

/** A change whose head is in order and whose operations are not. */
function unreadable(change: Uint8Array): Uint8Array {
  const damaged = change.slice();
  damaged.fill(0x7f, -12);
  damaged.set(sha256(damaged.subarray(8)).subarray(0, 4), 4);
  return damaged;
}

/**
 * Automerge in this process; dies when it is given a change that holds `bad`, and then tells whoever had a document
 * there, as an engine in a worker does.
 */
function mortalEngine(): DocumentEngine {
  const start = (): DocumentEngine => automergeEngine('ee'.repeat(32));
  let alive = start();
  let open = new Set<string>();
  let culprit = '';
  const survive = (document: string, changes: readonly Uint8Array[]): void => {
    if (!changes.some((change) => Buffer.from(change).includes('bad'))) return;
    alive = start();
    open = new Set();
    culprit = document;
    throw new EngineDied(document, 'unreachable');
  };
  return {
    open: async (document, changes) => {
      survive(document, changes);
      open.add(document);
      return alive.open(document, changes);
    },
    apply: async (document, changes) => {
      if (!open.has(document)) throw new EngineDied(culprit, 'lost');
      survive(document, changes);
      return alive.apply(document, changes);
    },
    edit: async (document, patches, time) => {
      if (!open.has(document)) throw new EngineDied(culprit, 'lost');
      return alive.edit(document, patches, time);
    },
    writers: (document) => alive.writers(document),
    close: (document) => alive.close(document),
    end: () => alive.end(),
  };
}
