import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOG_DOCUMENT } from '../../protocol/codec/ids.ts';
import type { Chain, Item } from '../../protocol/items/item.ts';
import type { Run, Verdict } from '../../protocol/replica/replica.ts';
import { Intake, type Outcome } from '../../protocol/sync/intake.ts';
import { chainKey } from '../../protocol/sync/session-context.ts';
import { chainOf, documentOf, keyOf, runOf } from './support/fake-replica.ts';

/** An intake, what it offers, and which chains it holds. */
function bench(): { readonly intake: Intake; readonly offered: Run[]; readonly held: Set<string>; answer(verdict: Verdict): void; take(items: readonly Item[]): Outcome[] } {
  const waiting: number[] = [];
  const offered: Run[] = [];
  const held = new Set<string>();
  const intake = new Intake({
    offer: (offer, run) => {
      waiting.push(offer);
      offered.push(run);
    },
    hold: (chain: Chain) => void held.add(chainKey(chain)),
    free: (chain: Chain) => void held.delete(chainKey(chain)),
  });
  return {
    intake,
    offered,
    held,
    /** The same verdict for all that is offered now, and for what is offered because of it. */
    answer(verdict) {
      for (let offer = waiting.shift(); offer !== undefined; offer = waiting.shift()) {
        intake.verdict(offer, verdict);
        intake.pump();
      }
    },
    take(items) {
      const outcomes: Outcome[] = [];
      intake.take(runOf(items), false, (outcome) => outcomes.push(outcome));
      return outcomes;
    },
  };
}

const STORED: Verdict = { outcome: 'stored', stored: 1, disputed: false };

test('ADMIT-4: of what waits, four mebibytes are kept; the rest is freed to be fetched again when the log has grown', () => {
  const { intake, offered, held, answer, take } = bench();
  for (let number = 0; number < 6; number++) assert.deepEqual(take(chainOf(documentOf(number), keyOf(1), 1, { bodyLength: 1_000_000 })), []);
  answer({ outcome: 'waiting', for: 'session' });
  assert.equal(held.size, 6);
  assert.equal(offered.length, 6);
  intake.foundationGrew();
  intake.pump();
  assert.equal(offered.length, 10);
  assert.equal(held.size, 4);
  answer(STORED);
  assert.equal(held.size, 0);
  assert.equal(intake.waiting, false);
});

test('ADMIT-4: what waits is offered again once for each growth of the log, and not in between', () => {
  const { intake, offered, held, answer, take } = bench();
  take(chainOf(documentOf(1), keyOf(1), 1));
  answer({ outcome: 'waiting', for: 'log-heads' });
  for (let growth = 1; growth <= 3; growth++) {
    for (let times = 0; times < 5; times++) intake.pump();
    assert.equal(offered.length, growth);
    intake.foundationGrew();
    intake.pump();
    answer({ outcome: 'waiting', for: 'log-heads' });
  }
  assert.equal(held.size, 1);
});

test('ADMIT-4: the log pushes other things out of the waiting room, and early operations late ones', () => {
  const { intake, offered, answer, take } = bench();
  const operation = (author: number, time: number): readonly Item[] => chainOf(LOG_DOCUMENT, keyOf(author), 1, { bodyLength: 1_000_000, time });
  for (let number = 0; number < 4; number++) take(chainOf(documentOf(number), keyOf(1), 1, { bodyLength: 1_000_000 }));
  for (let number = 0; number < 6; number++) take(operation(10 + number, 1_000 - number));
  intake.pump();
  answer({ outcome: 'waiting', for: 'log-heads' });
  const before = offered.length;
  intake.foundationGrew();
  intake.pump();
  answer(STORED);
  const again = offered.slice(before).map(({ author }) => [10, 11, 12, 13, 14, 15].find((number) => Buffer.compare(Buffer.from(keyOf(number).publicKey), Buffer.from(author)) === 0));
  assert.deepEqual(again, [15, 14, 13, 12]);
});

test('SYNC-5: runs of one chain are offered one after the other, of several side by side', () => {
  const { offered, answer, take } = bench();
  const chain = chainOf(documentOf(1), keyOf(1), 4);
  const first = take(chain.slice(0, 2));
  const second = take(chain.slice(2));
  take(chainOf(documentOf(2), keyOf(1), 1));
  assert.equal(offered.length, 2);
  answer(STORED);
  assert.equal(offered.length, 3);
  assert.deepEqual([first, second], [[{ type: 'stored' }], [{ type: 'stored' }]]);
});
