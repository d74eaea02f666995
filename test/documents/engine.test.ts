import assert from 'node:assert/strict';
import { test } from 'node:test';
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
