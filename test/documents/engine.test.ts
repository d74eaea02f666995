import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LETTERS } from '../../protocol/documents/entry-writers.ts';
import { EngineDied, EngineRefused, type DocumentEngine } from '../../protocol/documents/engine.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { workerEngine, type EngineProcess } from '../../protocol/documents/worker-engine.ts';
import type { EngineAnswer, EngineRequest } from '../../protocol/documents/engine-worker.ts';
import { realTimers } from '../../node/device/real-environment.ts';

const ALICE = 'aa'.repeat(32);
const BOB = 'bb'.repeat(32);

async function withEngines(work: (alice: DocumentEngine, bob: DocumentEngine) => Promise<void>): Promise<void> {
  const alice = nodeEngine(ALICE, realTimers);
  const bob = nodeEngine(BOB, realTimers);
  try {
    await work(alice, bob);
  } finally {
    alice.end();
    bob.end();
  }
}

test('DOC-4: an edit made in one engine is seen in another, and prose merges', () => withEngines(async (alice, bob) => {
  await alice.open('d', []);
  const first = await alice.edit('d', [{ op: 'add', path: ['notes'], value: { n1: { text: 'slept well', kind: 'nursing' } } }], 1000);
  assert.ok(first.change);
  const seen = await bob.open('d', [first.change]);
  assert.deepEqual(seen.value, { notes: { n1: { text: 'slept well', kind: 'nursing' } } });

  const hers = await alice.edit('d', [{ op: 'replace', path: ['notes', 'n1', 'text'], value: 'she slept well' }], 2000);
  const his = await bob.edit('d', [{ op: 'replace', path: ['notes', 'n1', 'text'], value: 'slept well until five' }], 2000);
  assert.ok(hers.change && his.change);
  const merged = await alice.apply('d', [his.change]);
  assert.deepEqual(merged.value, (await bob.apply('d', [hers.change])).value);
  assert.deepEqual(merged.value, { notes: { n1: { text: 'she slept well until five', kind: 'nursing' } } });
}));

test('DOC-9: whose session made an entry, and whose has changed it: a value, a letter, what hangs in it; not who amended it', () => withEngines(async (alice, bob) => {
  await alice.open('d', []);
  const author = { user: 'a', name: 'Alice' };
  const entries = Object.fromEntries(['whole', 'value', 'letter', 'deep', 'list', 'amended', 'replaced'].map((name) => [name, { author, text: 'slept well', pulse: 70, more: { left: 1 }, list: [1, 2] }]));
  const first = await alice.edit('d', [{ op: 'add', path: ['notes'], value: entries }, { op: 'add', path: ['other'], value: { text: 'nobody says whose' } }], 0);
  const made = Object.keys(entries).sort().map((name) => ({ path: ['notes', name], madeBy: ALICE, changedBy: [] as string[] }));
  const byPathOf = async (engine: DocumentEngine, document: string): Promise<unknown> => [...await engine.writers(document)].sort((a, b) => (a.path.join() < b.path.join() ? -1 : 1));
  const byPath = (engine: DocumentEngine): Promise<unknown> => byPathOf(engine, 'd');
  assert.deepEqual(await byPath(alice), made);
  await bob.open('d', [first.change ?? assert.fail()]);
  const his = await bob.edit('d', [
    { op: 'replace', path: ['notes', 'value', 'pulse'], value: 71 },
    { op: 'replace', path: ['notes', 'letter', 'text'], value: 'slept wall' },
    { op: 'add', path: ['notes', 'deep', 'more', 'right'], value: 2 },
    { op: 'replace', path: ['notes', 'list', 'list', 1], value: 3 },
    { op: 'add', path: ['notes', 'amended', 'enteredInError'], value: { author: { user: 'b' }, reason: 'wrong bed' } },
    { op: 'replace', path: ['notes', 'replaced'], value: { author, text: 'of Alice, says Bob' } },
    { op: 'add', path: ['notes', 'whole', 'author', 'name'], value: 'Bob' },
  ], 0);
  await alice.apply('d', [his.change ?? assert.fail()]);
  const expected = [
    { path: ['notes', 'amended'], madeBy: ALICE, changedBy: [] },
    { path: ['notes', 'amended', 'enteredInError'], madeBy: BOB, changedBy: [] },
    { path: ['notes', 'deep'], madeBy: ALICE, changedBy: [BOB] },
    { path: ['notes', 'letter'], madeBy: ALICE, changedBy: [BOB] },
    { path: ['notes', 'list'], madeBy: ALICE, changedBy: [BOB] },
    { path: ['notes', 'replaced'], madeBy: BOB, changedBy: [] },
    { path: ['notes', 'value'], madeBy: ALICE, changedBy: [BOB] },
    { path: ['notes', 'whole'], madeBy: ALICE, changedBy: [BOB] },
  ];
  for (const engine of [alice, bob]) assert.deepEqual(await byPath(engine), expected);
  assert.deepEqual(await byPath(alice), expected, 'also when it is asked again');
  await assert.rejects(alice.writers('unknown'), EngineRefused);
  await alice.open('long', []);
  const noted = (letters: number): object => ({ author, text: 'x'.repeat(letters) });
  await alice.edit('long', [{ op: 'add', path: ['notes'], value: { fits: noted(MAX_LETTERS), long: noted(MAX_LETTERS + 1) } }], 0);
  assert.deepEqual(await byPathOf(alice, 'long'), [{ path: ['notes', 'fits'], madeBy: ALICE, changedBy: [] }, { path: ['notes', 'long'], madeBy: ALICE, changedBy: [], isTooLong: true }]);
}));

test('DOC-8: changes may be opened in any order, and are refused where what they rest on is missing', () => withEngines(async (alice, bob) => {
  await alice.open('d', []);
  const one = (await alice.edit('d', [{ op: 'add', path: ['a'], value: 1 }], 0)).change;
  const two = (await alice.edit('d', [{ op: 'add', path: ['b'], value: 2.5 }], 0)).change;
  assert.ok(one && two);
  await assert.rejects(bob.open('d', [two]), EngineRefused);
  assert.deepEqual((await bob.open('d', [two, one])).value, { a: 1, b: 2.5 });
  await bob.open('d', []);
  await assert.rejects(bob.apply('d', [two]), EngineRefused);
  await bob.open('d', [one]);
  assert.deepEqual((await bob.apply('d', [two])).value, { a: 1, b: 2.5 });
}));

test('DOC-7: an edit that points at nothing is refused and changes nothing', () => withEngines(async (alice) => {
  await alice.open('d', []);
  await assert.rejects(alice.edit('d', [{ op: 'add', path: ['no', 'such', 'place'], value: 1 }], 0), EngineRefused);
  assert.deepEqual((await alice.edit('d', [{ op: 'add', path: ['a'], value: null }], 0)).value, { a: null });
}));

test('DOC-4: a key named __proto__ is refused, and nothing is polluted', () => withEngines(async (alice) => {
  await alice.open('d', []);
  const value: unknown = JSON.parse('{"__proto__": {"polluted": true}}');
  await assert.rejects(alice.edit('d', [{ op: 'add', path: ['a'], value }], 0), EngineRefused);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
}));

test('ATTACK 27: damaged changes are refused or kill the engine alone, which then starts afresh', () => withEngines(async (alice, bob) => {
  await alice.open('d', []);
  const change = (await alice.edit('d', [{ op: 'add', path: ['a'], value: { text: 'some prose to damage' } }], 0)).change;
  assert.ok(change);
  for (let at = 0; at < change.length; at += 7) {
    const damaged = change.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x41;
    await bob.open('d', [damaged]).then(() => {}, (error: unknown) => {
      assert.ok(error instanceof EngineRefused || error instanceof EngineDied, String(error));
    });
  }
  assert.deepEqual((await bob.open('d', [change])).value, { a: { text: 'some prose to damage' } });
}));

test('DOC-3: an engine that dies says in which document, and the next call has a fresh one', async () => {
  let started = 0;
  const engine = workerEngine(() => {
    started += 1;
    let answerTo: (answer: EngineAnswer) => void = () => {};
    const process: EngineProcess = {
      post: (request: EngineRequest) => queueMicrotask(() => answerTo(request.document === 'bad'
        ? { id: request.id, outcome: 'died', message: 'unreachable' }
        : { id: request.id, outcome: 'done', difference: { type: 'value', value: {} } })),
      onAnswer: (listener) => { answerTo = listener; },
      onEnd: () => {},
      terminate: () => {},
    };
    return process;
  }, realTimers);
  const bad = engine.open('bad', []);
  const good = engine.open('good', []);
  await assert.rejects(bad, (error) => error instanceof EngineDied && error.document === 'bad');
  await assert.rejects(good, (error) => error instanceof EngineDied && error.document === 'bad');
  assert.deepEqual(await engine.open('good', []), { value: {} });
  assert.equal(started, 2);
  engine.end();
});

test('DOC-3: an engine that gives no answer is given up', async () => {
  const due: (() => void)[] = [];
  const engine = workerEngine(() => ({ post: () => {}, onAnswer: () => {}, onEnd: () => {}, terminate: () => {} }), {
    after: (_delay, callback) => { due.push(callback); return () => {}; },
  });
  const hung = engine.open('d', []);
  due.at(-1)?.();
  await assert.rejects(hung, EngineDied);
});
