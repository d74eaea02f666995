import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { same } from './contract.ts';
import { chainNumber, sampleAppend } from './sample.ts';

const KILLS = 20;
const CHAINS = 8;
const SEED = Number(process.env['WARDSYNC_SEED'] ?? 42);
const CHILD = fileURLToPath(new URL('appending-child.ts', import.meta.url));

test(`STORE-6: what was acknowledged survives kill -9, and heads agree with items (${KILLS} kills, seed ${SEED})`, { timeout: 180_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'wardsync-kill-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const random = mulberry32(SEED);
  const acknowledged = new Map<string, number>();
  for (let round = 1; round <= KILLS; round++) {
    await appendAndKill(folder, acknowledged, Math.floor(random() * 400) + 1);
    await checkStore(folder, acknowledged, `kill ${round}, seed ${SEED}`);
  }
  assert.equal(acknowledged.size, CHAINS, 'every chain was written');
});

/** Kills the child in the midst of its work, right after line number `after`; what it had still printed counts too. */
async function appendAndKill(folder: string, acknowledged: Map<string, number>, after: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, folder, String(CHAINS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<string | null>((resolve) => { child.once('exit', (_code, signal) => resolve(signal)); });
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [document = '', author = '', seq = ''] = line.split(' ');
    acknowledged.set(`${document} ${author}`, Number(seq));
    lines += 1;
    if (lines === after) child.kill('SIGKILL');
  }
  assert.equal(await ended, 'SIGKILL', 'the child ran until it was killed');
}

async function checkStore(folder: string, acknowledged: ReadonlyMap<string, number>, when: string): Promise<void> {
  const store = await openLevelStore(folder);
  let heads = 0;
  for await (const head of store.heads()) {
    heads += 1;
    const author = head.author[3] ?? 0;
    const chain = chainNumber(author % 2, author);
    const items = await store.read(chain, 1, { maxItems: 1_000_000, maxBytes: 1e12 });
    const last = acknowledged.get(`${author % 2} ${author}`) ?? 0;
    assert.ok(head.seq >= last, `${when}: acknowledged ${last}, found ${head.seq}`);
    same(items, sampleAppend(chain, 1, head.seq, 600).items, `${when}: items of chain ${author}`);
  }
  assert.ok(heads >= acknowledged.size, `${when}: ${heads} chains`);
  await store.close();
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
