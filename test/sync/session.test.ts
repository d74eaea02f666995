import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalBytes, toHex } from '../../protocol/codec/bytes.ts';
import { LOG_DOCUMENT, SESSIONS_DOCUMENT, wardId } from '../../protocol/codec/ids.ts';
import type { Item } from '../../protocol/items/item.ts';
import type { Subscription } from '../../protocol/sync/link.ts';
import { encodeMessage, type Message, type MessageOf } from '../../protocol/sync/messages.ts';
import { chainOf, documentOf, FakeReplica, keyOf, runOf } from './support/fake-replica.ts';
import { Pair, type Side } from './support/session-pair.ts';

const NOW = 1_000_000;

function last<T extends Message['type']>(side: Side, type: T): MessageOf<T> | undefined {
  return side.sent.findLast((message): message is MessageOf<T> => message.type === type);
}

function types(side: Side): string {
  return side.sent.map(({ type }) => type).join(' ');
}

function count(side: Side, type: Message['type']): number {
  return side.sent.filter((message) => message.type === type).length;
}

async function replicaWith(...chains: readonly (readonly Item[])[]): Promise<FakeReplica> {
  const replica = new FakeReplica();
  for (const chain of chains) for (let from = 0; from < chain.length; from += 256) await replica.add(chain.slice(from, from + 256));
  return replica;
}

test('SYNC-4: equal replicas exchange a greeting and a heartbeat each, in one round trip and under 1 KiB', async () => {
  const chains = Array.from({ length: 1000 }, (_, number) => chainOf(documentOf(number), keyOf(1), 1));
  const pair = new Pair(await replicaWith(...chains), await replicaWith(...chains), { now: NOW });
  await pair.exchange();
  for (const side of pair.sides) {
    assert.equal(types(side), 'hello heartbeat');
    assert.ok(side.bytes <= 1024, `${side.bytes} bytes`);
    assert.deepEqual(side.events.map(({ type }) => type), ['in-sync', 'equal']);
  }
  assert.equal(pair.trips, 2);
});

test('SYNC-4: whichever side has more, both end equal and in sync', async () => {
  const chains = Array.from({ length: 120 }, (_, number) => chainOf(documentOf(number % 90), keyOf(number), 1 + (number % 30)));
  const someLess = chains.map((chain, number) => chain.slice(0, Math.ceil(chain.length / (1 + (number % 3)))));
  const cases = [[chains, []], [[], chains], [chains, someLess], [someLess, chains], [chains.slice(0, 70), chains.slice(50)]] as const;
  for (const [left, right] of cases) {
    const pair = new Pair(await replicaWith(...left), await replicaWith(...right));
    await pair.exchange();
    assert.ok(pair.equal);
    for (const side of pair.sides) assert.ok(side.session.inSync && side.events.some(({ type }) => type === 'in-sync'));
  }
});

test('SYNC-4: ten of 5,000 documents differ: found in four round trips after the greeting, bytes grow with the difference', async () => {
  const chains = Array.from({ length: 5000 }, (_, number) => chainOf(documentOf(number), keyOf(number % 8), 1));
  const more = chains.slice(0, 10).map((chain, number) => chainOf(documentOf(number), keyOf(number % 8), 2, { after: chain }));
  const pair = new Pair(await replicaWith(...chains), await replicaWith(...more, ...chains.slice(10)));
  await pair.exchange();
  assert.ok(pair.equal);
  const items = more.length * 250;
  const overhead = pair.left.bytes + pair.right.bytes - items;
  assert.ok(overhead < 40_000, `${overhead} bytes beyond the items`);
  // The items are here after these trips; two more acknowledge and confirm.
  assert.ok(pair.trips <= 10, `${pair.trips} one-way trips`);
});

test('SYNC-4: documents under a prefix where the leader has none at all are found in the first descent', async () => {
  const under = (digit: string): readonly (readonly Item[])[] =>
    Array.from({ length: 2_000 }, (_, number) => documentOf(number)).filter((document) => toHex(document).startsWith(digit)).slice(0, 20).map((document) => chainOf(document, keyOf(1), 1));
  const common = [...under('1'), ...under('2')];
  for (const [left, right] of [[common, [...common, ...under('7')]], [[...common, ...under('7')], common]] as const) {
    const pair = new Pair(await replicaWith(...left), await replicaWith(...right));
    await pair.exchange();
    assert.ok(pair.equal);
    assert.ok(pair.trips <= 9, `${pair.trips} one-way trips`);
  }
});

test('SYNC-4: a document of more authors than one message holds is compared page by page', async () => {
  const chains = Array.from({ length: 4_400 }, (_, number) => chainOf(documentOf(1), keyOf(number), 1));
  const all = await replicaWith(...chains);
  const some = await replicaWith(...chains.filter((_, number) => number % 50 !== 0));
  const others = await replicaWith(...chains.filter((_, number) => number % 70 !== 0));
  for (const [left, right] of [[new FakeReplica(), all], [some, others]] as const) {
    const pair = new Pair(left, right);
    await pair.exchange();
    assert.ok(pair.equal);
    for (const side of pair.sides) assert.ok(side.session.inSync);
  }
});

test('SYNC-3: the log is fetched before the sessions, and the sessions before the rest', async () => {
  const key = keyOf(1);
  const full = await replicaWith(chainOf(LOG_DOCUMENT, key, 3), chainOf(SESSIONS_DOCUMENT, key, 1), chainOf(documentOf(1), key, 2));
  for (const [left, right] of [[new FakeReplica({ needsSessions: true }), full], [full, new FakeReplica({ needsSessions: true })]] as const) {
    const pair = new Pair(left, right);
    await pair.exchange();
    assert.ok(pair.equal);
    const wants = pair.sides.flatMap((side) => side.sent.filter((message): message is MessageOf<'want'> => message.type === 'want'));
    assert.deepEqual(
      wants.map(({ wants: asked }) => asked.map(({ document }) => (equalBytes(document, LOG_DOCUMENT) ? 'log' : equalBytes(document, SESSIONS_DOCUMENT) ? 'sessions' : 'rest'))),
      [['log'], ['sessions'], ['rest']],
    );
    // One is durable here before the next is asked for.
    const fetcher = pair.sides.find((side) => count(side, 'want') > 0) ?? assert.fail();
    assert.match(types(fetcher), /want .*stored .*want .*stored .*want .*stored/);
  }
});

test('SYNC-3: operations that name each other across chains are let in at once, in the order of their heads', async () => {
  const authors = [keyOf(1), keyOf(2), keyOf(3)];
  const chains: Item[][] = [[], [], []];
  let before: Item | undefined;
  for (let step = 0; step < 60; step++) {
    const mine = chains[step % 3] ?? assert.fail();
    const items = chainOf(LOG_DOCUMENT, authors[step % 3] ?? assert.fail(), mine.length + 1, { after: mine, heads: before === undefined ? [] : [before.id], time: 100 * step });
    before = items.at(-1) ?? assert.fail();
    mine.push(before);
  }
  const full = new FakeReplica();
  for (let step = 0; step < 60; step++) await full.add([chains[step % 3]?.[Math.floor(step / 3)] ?? assert.fail()]);
  const fresh = new FakeReplica();
  const pair = new Pair(full, fresh);
  await pair.exchange();
  assert.ok(pair.equal);
  assert.equal(fresh.offers, 60);
});

test('ADMIT-4: a live item whose session is not here makes the sender show its sessions, and is let in then', async () => {
  const key = keyOf(1);
  const left = new FakeReplica();
  const right = new FakeReplica({ needsSessions: true });
  const pair = new Pair(left, right);
  await pair.exchange();
  // The session reaches the left side by a way that is not pushed, the item after it is.
  const session = chainOf(SESSIONS_DOCUMENT, key, 1);
  pair.left.stop();
  await left.add(session);
  const again = new Pair(left, right);
  again.right.receive(again.left.outbox.shift() ?? assert.fail());
  again.left.receive(again.right.outbox.shift() ?? assert.fail());
  again.left.outbox.length = 0;
  await left.add(chainOf(documentOf(1), key, 1));
  await again.exchange();
  await again.tick(NOW + 2_000);
  await again.tick(NOW + 13_000);
  assert.ok(again.equal);
});

test('SYNC-5: long chains and large items come in runs within the bounds, many chains in one frame', async () => {
  const long = chainOf(documentOf(1), keyOf(1), 700, { bodyLength: 200 });
  const large = chainOf(documentOf(2), keyOf(1), 3, { bodyLength: 1024 * 1024 });
  const many = Array.from({ length: 500 }, (_, number) => chainOf(documentOf(10 + number), keyOf(1), 2));
  const full = new FakeReplica();
  for (let from = 0; from < long.length; from += 256) await full.add(long.slice(from, from + 256));
  for (const item of large) await full.add([item]);
  for (const chain of many) await full.add(chain);
  const fresh = new FakeReplica();
  const pair = new Pair(fresh, full);
  await pair.exchange();
  assert.ok(pair.equal);
  const frames = pair.right.sent.filter((message): message is MessageOf<'runs'> => message.type === 'runs');
  for (const frame of frames) assert.ok(frame.runs.every(({ items }) => items.length <= 256));
  assert.ok(frames.length <= 12, `${frames.length} frames for 1,703 items`);
  for (const side of pair.sides) assert.ok(side.sent.every((message) => encodeMessage(message).length <= 1024 * 1024 + 70 * 1024));
});

test('SYNC-6: an edit is with the peer after one trip, acknowledged after the second, and not sent back', async () => {
  const base = chainOf(documentOf(1), keyOf(1), 1);
  const [left, right] = [await replicaWith(base), await replicaWith(base)];
  const pair = new Pair(left, right);
  await pair.exchange();
  const [before, pushed] = [pair.trips, chainOf(documentOf(1), keyOf(1), 2, { after: base })];
  await left.add(pushed.slice(1));
  await pair.rest();
  for (const frame of pair.left.outbox.splice(0)) pair.right.receive(frame);
  await pair.rest();
  assert.ok(pair.equal);
  assert.equal(types(pair.right), 'hello heartbeat stored');
  await pair.exchange();
  assert.equal(pair.trips, before + 1);
  assert.deepEqual(pair.left.events.at(-1), { type: 'stored-by-peer', chain: { document: documentOf(1), author: pushed[0]?.fields.author }, seq: 2 });
  await pair.tick(NOW + 1_000);
  assert.equal(types(pair.left), 'hello heartbeat push heartbeat');
  assert.equal(types(pair.right), 'hello heartbeat stored heartbeat');
});

test('SYNC-6: what the peer has, though it never got to acknowledge it, is known again from equal roots', async () => {
  const base = chainOf(documentOf(1), keyOf(1), 2);
  const [left, right] = [await replicaWith(base.slice(0, 1)), await replicaWith(base.slice(0, 1))];
  const cut = new Pair(left, right);
  await cut.exchange();
  await left.add(base.slice(1));
  await cut.rest();
  for (const frame of cut.left.outbox.splice(0)) cut.right.receive(frame);
  await cut.rest();
  assert.ok(cut.equal, 'it has arrived, and the acknowledgement is on its way');
  for (const side of cut.sides) side.stop();
  assert.ok(cut.left.events.every(({ type }) => type !== 'stored-by-peer'));
  const again = new Pair(left, right);
  await again.exchange();
  const equal = again.left.events.find((event) => event.type === 'equal');
  assert.ok(equal?.type === 'equal' && equal.includes(documentOf(1)));
});

test('SYNC-6: the root of a greeting, which nobody signed, says of nothing that the peer has it', async () => {
  const chain = chainOf(documentOf(1), keyOf(1), 2);
  const pair = new Pair(await replicaWith(chain), await replicaWith(chain));
  await pair.rest();
  for (const frame of pair.right.outbox.splice(0)) pair.left.receive(frame);
  await pair.rest();
  assert.deepEqual([types(pair.right), pair.left.events.map(({ type }) => type)], ['hello', ['in-sync']]);
  await pair.exchange();
  assert.deepEqual(pair.left.events.map(({ type }) => type), ['in-sync', 'equal']);
});

test('SYNC-6: the frame for one item costs little more than the item', async () => {
  const [left, right] = [new FakeReplica(), new FakeReplica()];
  const pair = new Pair(left, right);
  await pair.exchange();
  const before = pair.left.bytes;
  const [item] = chainOf(documentOf(1), keyOf(1), 1, { bodyLength: 400 });
  assert.ok(item);
  await left.add([item]);
  await pair.rest();
  const cost = pair.left.bytes - before;
  assert.ok(cost <= item.encodedFields.length + 400 + 64 + 80, `${cost} bytes`);
});

test('SYNC-6: a peer that does not acknowledge is marked as behind after 1 MiB, and caught up by comparing', async () => {
  const [left, right] = [new FakeReplica(), new FakeReplica()];
  const pair = new Pair(left, right);
  await pair.exchange();
  const chain = chainOf(documentOf(1), keyOf(1), 40, { bodyLength: 64 * 1024 });
  for (const item of chain) await left.add([item]);
  await pair.rest();
  assert.deepEqual(pair.left.events.filter(({ type }) => type === 'behind'), [{ type: 'behind' }]);
  assert.ok(count(pair.left, 'push') < 17);
  await pair.exchange();
  for (let second = 1; second < 4; second++) await pair.tick(NOW + 1_000 * second);
  assert.ok(pair.equal);
  assert.ok(pair.left.session.inSync && pair.right.session.inSync);
});

test('SYNC-6: a pushed item whose predecessors are missing makes the receiver fetch them', async () => {
  const chain = chainOf(documentOf(1), keyOf(1), 5);
  const [left, right] = [await replicaWith(chain.slice(0, 4)), new FakeReplica()];
  const pair = new Pair(left, right);
  await pair.rest();
  await left.add(chain.slice(4));
  // Before the comparison gets anywhere, the item is there.
  await pair.exchange();
  assert.ok(pair.equal);
});

test('SYNC-2: a peer of another ward, a wrong device, and anything before the greeting end the session with a code', async () => {
  const hello = (side: Side): MessageOf<'hello'> => last(side, 'hello') ?? assert.fail();
  const cases: readonly (readonly [(side: Side) => Uint8Array, string])[] = [
    [(side) => encodeMessage({ ...hello(side), ward: wardId.from(new Uint8Array(32)) }), 'ward'],
    [(side) => encodeMessage(hello(side)), 'malformed'],
    [() => encodeMessage({ type: 'stored', pushes: [], chains: [] }), 'malformed'],
    [() => Uint8Array.from([0x82, 1, 0x81, 2]), 'version'],
    [() => new Uint8Array(3), 'malformed'],
  ];
  for (const [frame, reason] of cases) {
    const pair = new Pair(new FakeReplica(), new FakeReplica());
    pair.left.receive(frame(pair.left));
    assert.deepEqual(pair.left.events, [{ type: 'ended', reason, by: 'us' }]);
    assert.deepEqual(last(pair.left, 'end'), { type: 'end', reason });
    assert.ok(pair.left.closed);
  }
});

test('SYNC-1: an end is told from a cut', async () => {
  const pair = new Pair(new FakeReplica(), new FakeReplica());
  await pair.exchange();
  pair.left.perform(pair.left.session.end('done'));
  await pair.exchange();
  assert.deepEqual(pair.left.events.at(-1), { type: 'ended', reason: 'done', by: 'us' });
  assert.deepEqual(pair.right.events.at(-1), { type: 'ended', reason: 'done', by: 'them' });
  const cut = new Pair(new FakeReplica(), new FakeReplica());
  cut.left.perform(cut.left.session.cut());
  assert.deepEqual(cut.left.events.at(-1), { type: 'ended', reason: 'cut', by: 'them' });
});

test('SYNC-4: only the documents that both subscribe to are compared, fetched and pushed', async () => {
  const chains = Array.from({ length: 40 }, (_, number) => chainOf(documentOf(number), keyOf(1), 2));
  const foundation = [chainOf(LOG_DOCUMENT, keyOf(1), 1), chainOf(SESSIONS_DOCUMENT, keyOf(1), 1)];
  const some: Subscription = { type: 'documents', documents: [documentOf(3), documentOf(4), documentOf(99)] };
  for (const subscriptions of [[{ type: 'all' }, some], [some, { type: 'all' }], [some, some]] as const) {
    const [left, right] = [await replicaWith(...foundation, ...chains), new FakeReplica()];
    const pair = new Pair(left, right, { subscriptions: [...subscriptions] });
    await pair.exchange();
    assert.equal(right.count, 2 + 4);
    assert.ok(pair.left.session.inSync && pair.right.session.inSync);
    await left.add(chainOf(documentOf(50), keyOf(1), 1));
    await left.add(chainOf(documentOf(99), keyOf(1), 1));
    await pair.exchange();
    assert.equal(right.count, 2 + 4 + 1);
    for (const side of pair.sides) assert.ok(side.session.inSync && !side.closed);
  }
});

test('SYNC-1: after a cut the next session goes on where the last one stopped', async () => {
  const chains = Array.from({ length: 60 }, (_, number) => chainOf(documentOf(number), keyOf(1), 10, { bodyLength: 8_000 }));
  const [left, right] = [await replicaWith(...chains), new FakeReplica()];
  let runBytes = 0;
  for (let attempt = 0; right.count < 600; attempt++) {
    assert.ok(attempt < 20, 'does not come to an end');
    const pair = new Pair(left, right);
    // Cut when the first runs have come, whatever else is on its way.
    for (let trip = 0; trip < 9; trip++) {
      await pair.rest();
      for (const frame of pair.left.outbox.splice(0)) pair.right.receive(frame);
      for (const frame of pair.right.outbox.splice(0)) pair.left.receive(frame);
    }
    await pair.rest();
    for (const message of pair.left.sent) if (message.type === 'runs') runBytes += encodeMessage(message).length;
    for (const side of pair.sides) side.stop();
  }
  assert.ok(runBytes < 2 * 600 * 8_250, `${runBytes} bytes for 5 MB of items`);
});

test('ITEM-5: forked chains of equal and of unequal length are flagged once and do not keep the peers busy', async () => {
  const stem = chainOf(documentOf(1), keyOf(1), 3);
  const branch = (salt: number, length: number): readonly Item[] => chainOf(documentOf(1), keyOf(1), length, { after: stem, salt });
  for (const [one, other] of [[branch(1, 4), branch(2, 4)], [branch(1, 9), branch(2, 5)], [branch(1, 5), branch(2, 9)], [chainOf(documentOf(1), keyOf(1), 2, { salt: 7 }), stem]] as const) {
    const [left, right] = [await replicaWith(one, chainOf(documentOf(2), keyOf(2), 2)), await replicaWith(other, chainOf(documentOf(3), keyOf(2), 2))];
    const pair = new Pair(left, right);
    await pair.exchange();
    assert.equal(left.count + right.count, one.length + other.length + 8);
    assert.ok(left.forked.size + right.forked.size > 0);
    const flagged = left.offers + right.offers;
    for (let second = 1; second <= 600; second++) await pair.tick(NOW + 1_000 * second);
    assert.equal(left.offers + right.offers, flagged);
    for (const side of pair.sides) {
      assert.ok(side.session.inSync && !side.closed);
      assert.ok(side.bytes < 60_000, `${side.bytes} bytes in ten minutes`);
    }
    assert.ok(pair.left.events.some(({ type }) => type === 'diverged'));
    // Everything else goes on.
    await right.add(chainOf(documentOf(4), keyOf(2), 1));
    await pair.exchange();
    assert.equal(left.head({ document: documentOf(4), author: runOf(chainOf(documentOf(4), keyOf(2), 1)).author })?.seq, 1);
  }
});

test('SYNC-8: a clock far off is told to the app', async () => {
  const pair = new Pair(new FakeReplica(), new FakeReplica());
  const hello = last(pair.right, 'hello') ?? assert.fail();
  pair.left.receive(encodeMessage({ ...hello, time: NOW + 31_536_000_000 }));
  assert.deepEqual(pair.left.events[0], { type: 'clock-skew', milliseconds: 31_536_000_000 });
});

test('SYNC-8: heartbeats come every ten seconds, and a peer that says nothing is given up after 35', async () => {
  const pair = new Pair(new FakeReplica(), new FakeReplica(), { now: NOW });
  await pair.exchange();
  for (let second = 1; second <= 30; second++) await pair.tick(NOW + 1_000 * second);
  assert.equal(count(pair.left, 'heartbeat'), 4);
  for (let second = 31; second <= 70; second++) pair.left.perform(pair.left.session.tick(NOW + 1_000 * second));
  assert.deepEqual(pair.left.events.at(-1), { type: 'ended', reason: 'timeout', by: 'us' });
});
