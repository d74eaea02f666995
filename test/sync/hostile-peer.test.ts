/** An honest session against a peer that lies: it stays bounded, and ends with a short code where no honest peer would be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../../protocol/codec/cbor.ts';
import { authorId, deviceId, itemId } from '../../protocol/codec/ids.ts';
import { LABEL } from '../../protocol/crypto/labels.ts';
import { sha256 } from '../../protocol/crypto/signing/hash.ts';
import { signFor, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { encodeItem, type Item } from '../../protocol/items/item.ts';
import type { LinkEvent, Subscription } from '../../protocol/sync/link.ts';
import { encodeMessage, heartbeatContent, type Message, type MessageOf } from '../../protocol/sync/messages.ts';
import { chainOf, documentOf, FakeReplica, keyOf, runOf, WARD } from './support/fake-replica.ts';
import { Pair, Side, SMALL_KEY_FIRST } from './support/session-pair.ts';

const NOW = 1_000_000;
const [SMALL, LARGE] = SMALL_KEY_FIRST;
const NONE = new Uint8Array(0);

function digestOf(number: number): Uint8Array {
  return sha256(encode(['lie', number]));
}

/** The honest side, which leads unless told otherwise, and a peer whose every word is written by the test. */
class Liar {
  readonly honest: Side;
  readonly #key: SigningKey;
  #taken = 0;
  #clock = NOW;

  constructor(replica: FakeReplica, { leads = false, ...options }: { readonly leads?: boolean; readonly remembered?: number; readonly subscription?: Subscription } = {}) {
    this.#key = leads ? SMALL : LARGE;
    this.honest = new Side({ replica, key: leads ? LARGE : SMALL, remote: this.#key, ...options });
  }

  hello(root: Uint8Array = digestOf(0), subscription: Subscription = { type: 'all' }): void {
    this.say({ type: 'hello', version: 1, ward: WARD, device: deviceId.from(this.#key.publicKey), time: NOW, subscription, foundation: digestOf(1), root });
  }

  heartbeat(root: Uint8Array, count: number, settled: 'yes' | 'no' = 'yes'): void {
    const signed = { count, root, time: NOW };
    this.say({ type: 'heartbeat', ...signed, signature: signFor(this.#key, LABEL.heartbeat, WARD, heartbeatContent(signed)), foundation: digestOf(1), settled });
  }

  say(message: Message): void {
    this.honest.receive(encodeMessage(message));
  }

  async rest(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.honest.pending > 0);
  }

  tick(milliseconds = 1_000): void {
    this.#clock += milliseconds;
    this.honest.perform(this.honest.session.tick(this.#clock));
  }

  /** What the honest side has said since the last time. */
  heard(): readonly Message[] {
    const messages = this.honest.sent.slice(this.#taken);
    this.#taken = this.honest.sent.length;
    return messages;
  }

  heardOf<T extends Message['type']>(type: T): readonly MessageOf<T>[] {
    return this.heard().filter((message): message is MessageOf<T> => message.type === type);
  }

  get end(): LinkEvent | undefined {
    return this.honest.events.find(({ type }) => type === 'ended');
  }

  assertEnded(reason: string): void {
    assert.deepEqual(this.end, { type: 'ended', reason, by: 'us' }, this.honest.logged.join());
    assert.deepEqual(this.honest.sent.at(-1), { type: 'end', reason });
    assert.ok(this.honest.closed);
  }
}

/** Answers every request with nothing, until there is none. */
function answerNothing(liar: Liar): void {
  for (let round = 0; round < 10_000; round++) {
    const requests = liar.heard().flatMap((message) => (message.type === 'nodes' || message.type === 'frontiers' ? [message.request] : []));
    if (requests.length === 0) return;
    for (const request of requests) liar.say({ type: 'answer', request, nodes: [], frontiers: [], ahead: [], resume: [] });
  }
  assert.fail('asks for ever');
}

test('ATTACK 32: a trie without end is left after a bounded number of nodes', () => {
  const liar = new Liar(new FakeReplica());
  liar.hello();
  const everything = Array.from({ length: 16 }, (_, index) => digestOf(index));
  let nodes = 0;
  for (let round = 0; round < 100_000 && liar.end === undefined; round++) {
    for (const message of liar.heard()) {
      if (message.type === 'frontiers') liar.say({ type: 'answer', request: message.request, nodes: [], frontiers: [], ahead: [], resume: [] });
      if (message.type !== 'nodes') continue;
      const answered = message.nodes
        .filter(({ prefix }) => prefix.length < 31)
        .flatMap(({ prefix }) => Array.from({ length: 16 }, (_, index) => ({ prefix: prefix + index.toString(16), node: { type: 'inner', children: everything } as const })));
      nodes += answered.length;
      liar.say({ type: 'answer', request: message.request, nodes: answered.slice(0, 1024), frontiers: [], ahead: [], resume: [] });
    }
  }
  liar.assertEnded('overload');
  assert.ok(nodes < 20_000, `${nodes} nodes`);
  assert.ok(liar.honest.bytes < 16 * 1024 * 1024, `${liar.honest.bytes} bytes`);
});

test('ATTACK 32: documents without end, all said to differ, are left after a bounded number', () => {
  const liar = new Liar(new FakeReplica());
  liar.hello();
  let documents = 0;
  for (let round = 0; round < 100_000 && liar.end === undefined; round++) {
    for (const message of liar.heard()) {
      if (message.type === 'nodes') {
        liar.say({
          type: 'answer', request: message.request, nodes: [], frontiers: [], ahead: [],
          resume: Array.from({ length: 4000 }, () => ({ document: documentOf(documents++), after: NONE })),
        });
      }
      if (message.type === 'frontiers') {
        liar.say({ type: 'answer', request: message.request, nodes: [], frontiers: [], ahead: [], resume: message.ranges.map(({ document, after }) => ({ document, after })) });
      }
    }
  }
  liar.assertEnded('overload');
});

test('ATTACK 32: chains without end that are never delivered hold bounded memory, and end with a timeout', async () => {
  const liar = new Liar(new FakeReplica());
  liar.hello();
  let chains = 0;
  const entry = (): { author: ReturnType<typeof authorId.from>; seq: number; id: ReturnType<typeof itemId.from> } => ({ author: authorId.from(digestOf(chains++)), seq: 0xffffffff, id: itemId.from(digestOf(0)) });
  for (let second = 0; second < 100 && liar.end === undefined; second++) {
    for (const message of liar.heard()) {
      if (message.type !== 'nodes' && message.type !== 'frontiers') continue;
      const ahead = Array.from({ length: 4 }, (_, index) => ({ document: documentOf(index), entries: Array.from({ length: 4000 }, entry).sort((a, b) => Buffer.compare(a.author, b.author)) }));
      liar.say({ type: 'answer', request: message.request, nodes: [], frontiers: [], ahead, resume: message.type === 'frontiers' ? message.ranges.map(({ document, after }) => ({ document, after })) : [] });
    }
    liar.tick();
    if (second % 10 === 0 && liar.end === undefined) liar.heartbeat(digestOf(second), 1);
    await liar.rest();
  }
  assert.ok(chains <= 16_384 + 5 * 16_000, `${chains} chains taken`);
  liar.assertEnded('timeout');
});

test('ATTACK 32: a root that never matches costs one comparison now and then, not one after the other', async () => {
  const replica = new FakeReplica();
  for (let number = 0; number < 200; number++) await replica.add(chainOf(documentOf(number), keyOf(1), 1));
  const liar = new Liar(replica);
  liar.hello();
  answerNothing(liar);
  const before = liar.honest.bytes;
  for (let second = 1; second <= 600; second++) {
    liar.heartbeat(digestOf(second), 1);
    liar.tick();
    answerNothing(liar);
  }
  assert.equal(liar.end, undefined);
  assert.ok(liar.honest.bytes - before < 100_000, `${liar.honest.bytes - before} bytes in ten minutes`);
});

test('ATTACK 29: malformed and oversized frames end the session, and nothing after them is read', async () => {
  const frames: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(0), 'malformed'],
    [Uint8Array.from([0x82, 99, 0x80]), 'malformed'],
    [Uint8Array.from([0x82, 7, 0x82, 1, 0x9b, 0, 0, 255, 255, 255, 255, 255, 255]), 'malformed'],
    [Uint8Array.from([0x82, 2, ...new Uint8Array(300)]), 'too-large'],
    [Uint8Array.from([0x82, 8, ...new Uint8Array(3 * 1024 * 1024)]), 'too-large'],
  ];
  for (const [frame, reason] of frames) {
    const replica = new FakeReplica();
    const liar = new Liar(replica);
    liar.hello(new Uint8Array(32));
    liar.honest.receive(frame);
    liar.assertEnded(reason);
    liar.say({ type: 'push', push: 1, runs: [runOf(chainOf(documentOf(1), keyOf(1), 1))] });
    await liar.rest();
    assert.equal(replica.count, 0);
  }
});

test('ATTACK 32: answers, runs and acknowledgements that nobody asked for', async () => {
  const [item] = chainOf(documentOf(1), keyOf(1), 1);
  assert.ok(item);
  const some: Subscription = { type: 'documents', documents: [documentOf(7)] };
  const chain = { document: documentOf(1), author: item.fields.author };
  const entries = [{ author: chain.author, seq: 1, id: item.id }];
  const cases: readonly (readonly [Message, Subscription?])[] = [
    [{ type: 'answer', request: 77, nodes: [], frontiers: [], ahead: [], resume: [] }],
    [{ type: 'runs', request: 1, runs: [runOf([item])] }],
    [{ type: 'push', push: 1, runs: [] }],
    [{ type: 'push', push: 1, runs: [runOf([item])] }, some],
    [{ type: 'want', request: 1, wants: [{ ...chain, from: 1 }] }, some],
    [{ type: 'frontiers', request: 1, ranges: [], ahead: [{ document: chain.document, entries }] }, some],
  ];
  for (const [message, subscription] of cases) {
    const liar = new Liar(new FakeReplica(), subscription && { subscription });
    liar.hello(new Uint8Array(32));
    liar.say(message);
    liar.assertEnded('malformed');
  }
  // Acknowledging what was never pushed, or what is not here, tells the app nothing.
  const liar = new Liar(new FakeReplica());
  liar.hello(new Uint8Array(32));
  liar.say({ type: 'stored', pushes: [1, 2, 3], chains: [{ ...chain, seq: 9 }] });
  assert.ok(liar.end === undefined && liar.honest.events.every(({ type }) => type !== 'stored-by-peer'));
});

/** A liar whose root differs, brought to the point where the honest side wants `entries`. */
async function wanted(entries: readonly Item[], replica = new FakeReplica()): Promise<{ readonly liar: Liar; readonly want: MessageOf<'want'>; readonly replica: FakeReplica }> {
  const liar = new Liar(replica);
  liar.hello();
  let ahead = entries.map(({ fields: { document, author, seq }, id }) => ({ document, entries: [{ author, seq, id }] }));
  for (const message of liar.heard()) {
    if (message.type !== 'nodes' && message.type !== 'frontiers') continue;
    liar.say({ type: 'answer', request: message.request, nodes: [], frontiers: [], ahead, resume: [] });
    ahead = [];
  }
  await liar.rest();
  const want = liar.heardOf('want')[0] ?? assert.fail('wants nothing');
  return { liar, want, replica };
}

test('SYNC-9, ATTACK 32: runs of another chain, of no chain, twice, or more than were asked for', async () => {
  const chain = chainOf(documentOf(1), keyOf(1), 3);
  const other = chainOf(documentOf(2), keyOf(1), 3);
  const promise = [chain.at(-1) ?? assert.fail()];
  const answers: readonly (readonly (readonly Item[])[])[] = [[other], [], [chain, other], [chain.slice(0, 1), other]];
  for (const runs of answers) {
    const { liar, want } = await wanted(promise);
    liar.say({ type: 'runs', request: want.request, runs: runs.map(runOf) });
    liar.assertEnded('malformed');
  }
  const { liar, want, replica } = await wanted(promise);
  liar.say({ type: 'runs', request: want.request, runs: [runOf(chain)] });
  await liar.rest();
  assert.equal(replica.count, 3);
  liar.say({ type: 'runs', request: want.request, runs: [runOf(chain)] });
  liar.assertEnded('malformed');
});

test('ATTACK 9: items that are here already, again and again, change nothing', async () => {
  const chain = chainOf(documentOf(1), keyOf(1), 3);
  const replica = new FakeReplica();
  await replica.add(chain);
  const liar = new Liar(replica);
  liar.hello(new Uint8Array(32));
  for (let push = 1; push <= 50; push++) {
    liar.say({ type: 'push', push, runs: [runOf(chain.slice(0, 1 + (push % 3)))] });
    await liar.rest();
  }
  assert.equal(replica.count, 3);
  assert.equal(liar.end, undefined);
  assert.equal(liar.heardOf('stored').length, 50);
});

test('ATTACK 32: a promised chain that turns out empty, forged, altered or from the wrong place is not asked for again', async () => {
  const chain = chainOf(documentOf(1), keyOf(1), 5);
  const promise = chain.at(-1) ?? assert.fail();
  const run = runOf(chain);
  const altered = run.items.map((item, index) => (index === 4 ? { ...item, signature: new Uint8Array(64) } : item));
  const forged = runOf(chainOf(documentOf(1), keyOf(2), 5)).items;
  for (const items of [[], altered, forged, run.items.slice(2)]) {
    const { liar, want, replica } = await wanted([promise]);
    liar.say({ type: 'runs', request: want.request, runs: [{ ...run, items }] });
    await liar.rest();
    answerNothing(liar);
    liar.heartbeat(digestOf(5), 1);
    for (let second = 0; second < 5; second++) liar.tick();
    assert.equal(replica.count, 0);
    assert.deepEqual(liar.heardOf('want'), []);
    assert.equal(liar.end, undefined);
  }
});

test('ATTACK 32: refused items without end', async () => {
  const liar = new Liar(new FakeReplica());
  liar.hello(new Uint8Array(32));
  for (let push = 1; push < 5_000 && liar.end === undefined; push++) {
    const [item] = chainOf(documentOf(push), keyOf(1), 1);
    assert.ok(item);
    liar.say({ type: 'push', push, runs: [{ document: item.fields.document, author: item.fields.author, items: [{ ...encodeItem(item), signature: new Uint8Array(64) }] }] });
    await liar.rest();
  }
  liar.assertEnded('overload');
});

test('ATTACK 32: a pusher that waits for no acknowledgement is ended before 3 MiB', () => {
  const replica = new FakeReplica();
  const liar = new Liar(replica);
  liar.hello(new Uint8Array(32));
  const items = chainOf(documentOf(1), keyOf(1), 1, { bodyLength: 500_000 });
  let pushed = 0;
  for (; pushed < 20 && liar.end === undefined; pushed++) liar.say({ type: 'push', push: pushed, runs: [runOf(items)] });
  liar.assertEnded('overload');
  assert.ok(pushed * 500_000 < 3 * 1024 * 1024);
});

test('ATTACK 32: too many wants at once, and wants for what is not there', async () => {
  const replica = new FakeReplica();
  await replica.add(chainOf(documentOf(1), keyOf(1), 1));
  const author = authorId.from(keyOf(1).publicKey);
  const many = new Liar(replica);
  many.hello(new Uint8Array(32));
  for (let request = 1; request < 10 && many.end === undefined; request++) many.say({ type: 'want', request, wants: [{ document: documentOf(1), author, from: 1 }] });
  many.assertEnded('overload');

  const empty = new Liar(replica);
  empty.hello(new Uint8Array(32));
  for (let request = 1; request < 10_000 && empty.end === undefined; request++) {
    empty.say({ type: 'want', request, wants: [{ document: documentOf(request), author, from: 1 }] });
    await empty.rest();
  }
  empty.assertEnded('overload');
});

test('ATTACK 32: one who asks for the nodes of a small trie over and over is ended', () => {
  const liar = new Liar(new FakeReplica());
  liar.hello(new Uint8Array(32));
  const nodes = Array.from({ length: 64 }, (_, index) => ({ prefix: index.toString(16).padStart(4, '0'), node: { type: 'leaf', documents: [] } as const }));
  let asked = 0;
  for (; asked < 10_000 && liar.end === undefined; asked++) liar.say({ type: 'nodes', request: asked, nodes });
  liar.assertEnded('overload');
  assert.ok(asked < 200, `${asked} requests`);
});

test('ATTACK 32: heartbeats without end, and a heartbeat that another signed', () => {
  const flood = new Liar(new FakeReplica());
  flood.hello(new Uint8Array(32));
  for (let count = 1; count < 10_000 && flood.end === undefined; count++) flood.heartbeat(new Uint8Array(32), count);
  flood.assertEnded('overload');
  const forged = new Liar(new FakeReplica());
  forged.hello(new Uint8Array(32));
  forged.say({ type: 'heartbeat', count: 1, root: digestOf(1), time: NOW, signature: new Uint8Array(64), foundation: digestOf(1), settled: 'yes' });
  forged.assertEnded('malformed');
});

test('ATTACK 7: a peer with fewer items than it once signed is reported, once, whatever it has signed since', () => {
  const liar = new Liar(new FakeReplica(), { remembered: 500 });
  liar.hello(new Uint8Array(32));
  liar.heartbeat(new Uint8Array(32), 480);
  liar.heartbeat(new Uint8Array(32), 490);
  assert.deepEqual(liar.honest.events.filter(({ type }) => type === 'rolled-back'), [{ type: 'rolled-back', before: 500, now: 480 }]);
  assert.equal(liar.honest.remembered.length, 0);
  liar.heartbeat(new Uint8Array(32), 501);
  assert.deepEqual(liar.honest.remembered.map(({ count }) => count), [501]);
  // Within a session too.
  const later = new Liar(new FakeReplica());
  later.hello(new Uint8Array(32));
  later.heartbeat(new Uint8Array(32), 10);
  later.heartbeat(new Uint8Array(32), 9);
  assert.deepEqual(later.honest.events.filter(({ type }) => type === 'rolled-back'), [{ type: 'rolled-back', before: 10, now: 9 }]);
});

test("ATTACK 8: an archive that withholds one author's tail is found out at the first heartbeat of another peer", async () => {
  const chain = chainOf(documentOf(1), keyOf(1), 6);
  const [archive, author, reader] = [new FakeReplica(), new FakeReplica(), new FakeReplica()];
  await archive.add(chain.slice(0, 3));
  await author.add(chain);
  const first = new Pair(archive, reader, { now: NOW });
  await first.exchange();
  assert.ok(first.equal && first.right.session.inSync);
  // The archive signed that this was all. The author's root says otherwise.
  const other = new Pair(author, reader, { now: NOW });
  await other.exchange();
  assert.equal(reader.count, 6);
  // And now the reader's own heartbeat contradicts the archive's.
  archive.offer = async () => ({ outcome: 'known' });
  await first.tick(NOW + 1_000);
  for (let second = 2; second < 40; second++) await first.tick(NOW + 1_000 * second);
  assert.ok(first.left.events.some(({ type }) => type === 'diverged') || first.right.events.some(({ type }) => type === 'diverged'));
});

test('ATTACK 6: a run with a link dropped or exchanged leaves a gap that is seen', async () => {
  const chain = chainOf(documentOf(1), keyOf(1), 6);
  const { liar, want, replica } = await wanted([chain.at(-1) ?? assert.fail()]);
  const items = runOf(chain).items;
  const [first, second, third, ...rest] = items;
  assert.ok(first && second && third);
  liar.say({ type: 'runs', request: want.request, runs: [{ ...runOf(chain), items: [first, third, second, ...rest] }] });
  await liar.rest();
  assert.equal(replica.count, 0);
  liar.heartbeat(digestOf(2), 1);
  assert.equal(liar.honest.session.ended, false);
});

test('SYNC-4: a leader that never compares is not waited for', () => {
  const liar = new Liar(new FakeReplica(), { leads: true });
  liar.hello();
  liar.heartbeat(digestOf(1), 1);
  liar.heartbeat(digestOf(2), 2);
  assert.deepEqual(liar.heardOf('nodes'), []);
  liar.heartbeat(digestOf(3), 3);
  assert.equal(liar.heardOf('nodes').length, 1);
});

test('ADMIT-4: a push with a gap before it makes the receiver ask for the chain from where it stands', async () => {
  const chain = chainOf(documentOf(1), keyOf(1), 9);
  const replica = new FakeReplica();
  await replica.add(chain.slice(0, 3));
  const liar = new Liar(replica);
  liar.hello(liar.honest.roots);
  liar.say({ type: 'push', push: 1, runs: [runOf(chain.slice(7))] });
  await liar.rest();
  const heard = liar.heard();
  assert.deepEqual(heard.find(({ type }) => type === 'stored'), { type: 'stored', pushes: [1], chains: [{ document: documentOf(1), author: chain[0]?.fields.author, seq: 3 }] });
  const want = heard.find((message): message is MessageOf<'want'> => message.type === 'want') ?? assert.fail();
  assert.deepEqual(want.wants, [{ document: documentOf(1), author: chain[0]?.fields.author, from: 4 }]);
  liar.say({ type: 'runs', request: want.request, runs: [runOf(chain.slice(3))] });
  await liar.rest();
  assert.equal(replica.count, 9);
});
