/**
 * Guards against work that grows with the square of the log. Processor time, not wall time, so that a busy machine does
 * not matter; the bounds are some ten times what it takes.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { hexOf, type ItemId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import { decodeOperation } from '../../protocol/membership/operation.ts';
import { WardLog } from '../../protocol/membership/ward-log.ts';
import { buildWard, type TestSession, type TestWard } from '../support/ward-builder.ts';
import { operationsOf, ousts } from './log-lab.ts';

const OPERATIONS = 10_000;

interface Writing {
  readonly ward: TestWard;
  readonly ada: TestSession;
  readonly bea: TestSession;
  readonly items: Item[];
}

async function writeLog(write: (writing: Writing, heads: readonly ItemId[]) => void): Promise<Writing> {
  const ward = await buildWard();
  const [ada, bea] = [await ward.join('ada', 'admin'), await ward.join('bea', 'admin')];
  const writing = { ward, ada, bea, items: operationsOf(ward) };
  write(writing, ward.heads());
  return writing;
}

function secondsFor({ ward, items }: Writing): number {
  const bodies = items.map(({ body }) => decodeOperation(body));
  const before = process.cpuUsage();
  const log = new WardLog(ward.id);
  for (const [index, item] of items.entries()) {
    const verdict = log.consider(item, bodies[index] ?? assert.fail());
    if (verdict.outcome !== 'may-enter') assert.fail(JSON.stringify(verdict));
    log.add(verdict.placed);
  }
  assert.ok(log.state().users.size > 0);
  return process.cpuUsage(before).user / 1e6;
}

const bundleBy = (admin: TestSession, heads: readonly ItemId[]): Item =>
  admin.operation({ type: 'set-bundle', user: admin.user.id, bundle: Uint8Array.of(1) }, { heads });

test('LOG-4: ten thousand operations, one after another', async () => {
  const writing = await writeLog(({ ada, items }, start) => {
    for (let heads = start; items.length < OPERATIONS;) {
      const item = bundleBy(ada, heads);
      items.push(item);
      heads = [item.id];
    }
  });
  assert.ok(secondsFor(writing) < 3);
});

test('LOG-4: ten thousand operations, two at a time, with users who come and go', async () => {
  const writing = await writeLog(({ ward, ada, bea, items }, start) => {
    for (let heads = start; items.length < OPERATIONS;) {
      const user = ward.newUser(`user-${items.length % 50}-${items.length}`, 'clinician');
      const addition = ward.addition(user, ada, { heads });
      const beside = bundleBy(bea, heads);
      const removal = ada.operation({ type: 'remove-user', user: user.id, cut: [] }, { heads: [addition.id, beside.id].sort((a, b) => (hexOf(a) < hexOf(b) ? -1 : 1)) });
      items.push(addition, beside, removal);
      heads = [removal.id];
    }
  });
  assert.ok(secondsFor(writing) < 6);
});

test('LOG-5: a removed admin backdates two hundred operations to the beginning of a long log', async () => {
  const writing = await writeLog(({ ward, ada, bea, items }, start) => {
    let heads = start;
    while (items.length < OPERATIONS) {
      const item = bundleBy(ada, heads);
      items.push(item);
      heads = [item.id];
    }
    items.push(...ousts(ada, bea, ward.founder, heads));
    for (let backdated = start, left = 200; left > 0; left--) {
      const item = bundleBy(bea, backdated);
      items.push(item);
      backdated = [item.id];
    }
  });
  assert.ok(secondsFor(writing) < 20);
});
