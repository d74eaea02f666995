import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MemoryShareStore, type ShareStore } from '../../protocol/unlock/share-store.ts';
import { seededRandom } from '../support/seeded.ts';
import { dealtWard, nodeAt } from './dealt.ts';

const LIMIT = 7;
const KILLS = 1_000;
const PROCESS_KILLS = 5;
const SEED = process.env['WARDSYNC_SEED'] ?? '42';
const CHILD = fileURLToPath(new URL('asking-child.ts', import.meta.url));

test(`ATTACK 23: a node that is killed before or after its counter is on disk, ${KILLS} times, never answers more than its limit (seed ${SEED})`, async () => {
  const random = seededRandom(SEED);
  const count = { kills: 0 };
  const dying = (): ShareStore => {
    const store = new MemoryShareStore();
    const put = store.put.bind(store);
    store.put = async (name, bytes) => {
      const fate = name.endsWith('.tries') && armed ? random.below(4) : 3;
      if (fate < 2) count.kills += 1;
      if (fate === 0) throw new Error('killed before the counter was on disk');
      await put(name, bytes);
      if (fate === 1) throw new Error('killed after the counter was on disk');
    };
    return store;
  };
  let armed = false;
  const ward = await dealtWard(4, dying);
  const dealt = await ward.deal(3);
  const node = nodeAt(ward, 0);
  const devices = [ward.client.id, (await ward.ward.addDevice('client')).id];
  let most = 0;
  while (count.kills < KILLS) {
    let evaluated = 0;
    armed = true;
    for (let i = 0; ; i++) {
      const answer = await ward.ask(node, dealt, devices[i % 2]);
      if (answer.type === 'evaluated') evaluated += 1;
      // Whatever was in memory is gone: a node that starts knows what is on disk.
      else if (answer.type === 'refused' && answer.code === 'busy') await ward.restart(node);
      else if (answer.type === 'refused' && answer.code === 'tries') break;
    }
    armed = false;
    most = Math.max(most, evaluated);
    assert.ok(evaluated <= LIMIT, `${evaluated} answers after ${count.kills} kills`);
    const answer = await ward.ask(node, dealt);
    assert.ok(answer.type === 'refused');
    assert.equal((await ward.reset(node, dealt, answer.generation)).type, 'done');
  }
  assert.ok(most >= LIMIT - 2, `${most}: the attacker got answers at all`);
});

test('ATTACK 23: a node whose process is killed (SIGKILL) while it is asked never answers more than its limit', { timeout: 120_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wardsync-unlock-kill-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const random = seededRandom(SEED);
  let evaluated = 0;
  for (let kill = 0; kill < PROCESS_KILLS; kill++) evaluated += (await askAndKill(folder, 1, random.below(4))).evaluated;
  const last = await askAndKill(folder, 99, 0);
  assert.ok(last.isExhausted);
  evaluated += last.evaluated;
  assert.ok(evaluated >= PROCESS_KILLS && evaluated <= 10, `${evaluated} answers of 10 (one node of one), ${PROCESS_KILLS} kills, seed ${SEED}`);
});

/** Kills the child `delay` milliseconds after it has been asked for the `questions`-th time after its first. */
async function askAndKill(folder: string, questions: number, delay: number): Promise<{ evaluated: number; isExhausted: boolean }> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => { child.once('exit', () => resolve()); });
  let asked = 0;
  let evaluated = 0;
  let isExhausted = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'asking' && asked++ === questions) setTimeout(() => child.kill('SIGKILL'), delay);
    if (line === 'evaluated') evaluated += 1;
    if (line === 'tries') isExhausted = true;
  }
  await ended;
  return { evaluated, isExhausted };
}
