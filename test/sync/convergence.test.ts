/** The property that matters: whatever two replicas hold, and however they are interrupted, they end with the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../../protocol/codec/bytes.ts';
import type { Item } from '../../protocol/items/item.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { trieOf } from '../../protocol/sync/subscription.ts';
import { buildWard, offerTo, type TestWard } from '../support/ward-builder.ts';
import { Pair } from './support/session-pair.ts';

/** A ward with a few users, sessions and documents, whose log grows while they write. */
async function smallWard(): Promise<TestWard> {
  const ward = await buildWard({ seed: 'convergence' });
  const documents = Array.from({ length: 14 }, () => ward.newDocument());
  const writers = [ward.founder];
  for (let step = 0; step < 70; step++) {
    ward.clock.advance(60_000);
    if (step % 12 === 0) writers.push(await ward.join(`user ${step}`, step % 24 === 0 ? 'clinician' : 'admin'));
    if (step % 9 === 4) await ward.addDevice('tablet', ward.random.pick(writers.filter(({ user }) => user.role === 'admin')));
    const document = ward.random.pick(documents);
    await ward.put(ward.random.pick(writers).changeset(document));
    if (step % 20 === 19) {
      const heads = ward.replica.frontier(document);
      await ward.put(ward.receipt(ward.archive, heads.map(({ author, seq, id }) => ({ document, author, seq, id }))));
    }
  }
  return ward;
}

/** What of `items`, offered in this order, finds its dependencies and gets in. */
async function replicaOf(ward: TestWard, items: readonly Item[]): Promise<Replica> {
  const replica = await ward.emptyReplica();
  for (const item of items) await offerTo(replica, item);
  return replica;
}

function rootOf(replica: Replica): string {
  return toHex(trieOf(replica, { type: 'all' }).root());
}

interface Schedule {
  /** What happens next: a frame to the right or to the left, a tick, or a cut and a new connection. */
  readonly steps: readonly number[];
}

async function runUnder(left: Replica, right: Replica, { steps }: Schedule, start: number): Promise<void> {
  let now = start;
  let pair = new Pair(left, right, { now });
  for (const step of steps) {
    const [sender, receiver] = step % 2 === 0 ? [pair.left, pair.right] : [pair.right, pair.left];
    if (step === 0) {
      // Cut: what was on its way is lost, also what was being offered goes on.
      for (const side of pair.sides) side.perform(side.session.cut());
      await pair.rest();
      pair = new Pair(left, right, { now });
    } else if (step <= 2) {
      now += 1_000;
      for (const side of pair.sides) side.perform(side.session.tick(now));
    } else {
      const frame = sender.outbox.shift();
      if (frame !== undefined) receiver.receive(frame);
      // Sometimes more frames come before the loads and offers of the last are through.
      if (step % 3 === 0) await pair.rest();
    }
  }
  await pair.exchange();
  for (let second = 1; second <= 30 && rootOf(left) !== rootOf(right); second++) await pair.tick(now + 1_000 * second);
  for (const side of pair.sides) {
    side.stop();
    assert.deepEqual(side.logged, []);
  }
}

const RUNS = Number(process.env['WARDSYNC_PROPERTY_RUNS'] ?? 60);

test('SYNC-4: any two sets of admissible items end equal, under any order of frames, cuts and new connections', async () => {
  const ward = await smallWard();
  const share = fc.array(fc.boolean(), { minLength: ward.items.length, maxLength: ward.items.length });
  const steps = fc.array(fc.nat(30), { maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(share, share, fc.double({ min: 0, max: 1, noNaN: true }), steps, async (some, others, keep, schedule) => {
      // Beyond `keep`, only what the shares say: from nearly the same to nearly nothing in common.
      const border = Math.floor(keep * ward.items.length);
      const left = await replicaOf(ward, ward.items.filter((_, index) => index < border || some[index]));
      const right = await replicaOf(ward, ward.items.filter((_, index) => index < border || others[index]));
      const before = await replicaOf(ward, ward.items.filter((_, index) => index < border || some[index] || others[index]));
      await runUnder(left, right, { steps: schedule }, ward.clock.now());
      assert.equal(rootOf(left), rootOf(right));
      assert.ok(left.count <= before.count);
      for (const replica of [left, right, before]) await replica.close();
    }),
    { numRuns: RUNS },
  );
});

test('SYNC-3: a fresh replica of a real ward gets everything in one connection, whoever leads', async () => {
  const ward = await smallWard();
  for (const swap of [false, true]) {
    const fresh = await ward.emptyReplica();
    const pair = swap ? new Pair(fresh, ward.replica, { now: ward.clock.now() }) : new Pair(ward.replica, fresh, { now: ward.clock.now() });
    await pair.exchange();
    assert.equal(fresh.count, ward.replica.count);
    assert.equal(rootOf(fresh), rootOf(ward.replica));
    for (const side of pair.sides) {
      assert.ok(side.session.inSync);
      side.stop();
    }
    assert.ok(pair.trips <= 14, `${pair.trips} one-way trips`);
  }
});
