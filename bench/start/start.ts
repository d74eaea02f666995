/** How soon an archive with many items serves, and in how much memory. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { startChild } from '../harness/child.ts';
import type { Report } from '../harness/report.ts';
import { median, now } from '../harness/statistics.ts';
import type { BulkDevice } from '../bulk/device.ts';
import type { ManyDocuments } from '../bulk/many-documents.ts';
import type { Serving } from './archive.ts';

interface Started extends Serving {
  /** Milliseconds since the process was asked for. */
  readonly whole: number;
  readonly modules: number;
  /** Resident bytes once a peer with the same items has met it. */
  readonly memoryInSync: number;
}

const TSX = import.meta.resolve('tsx');

export async function start({ ward }: ManyDocuments, rounds: number): Promise<Report> {
  const released = await bundle();
  const source = fileURLToPath(new URL('archive.ts', import.meta.url));
  const { path } = ward.device('archive');
  // The first start signs receipts for everything, which is work of its own.
  await startOnce(ward, path, released, []);
  await startOnce(ward, path, source, ['--import', TSX]);
  const asReleased: Started[] = [];
  const fromSource: Started[] = [];
  for (let round = 0; round < rounds; round++) {
    asReleased.push(await startOnce(ward, path, released, []));
    fromSource.push(await startOnce(ward, path, source, ['--import', TSX]));
  }
  const of = (runs: readonly Started[], what: 'whole' | 'modules' | 'memory' | 'memoryInSync'): number => median(runs.map((run) => run[what]));
  const items = asReleased[0]?.items ?? 0;
  return {
    name: 'start',
    title: `An archive with ${items.toLocaleString('en')} items starts`,
    method: `From asking for the process until it listens on the ward's network, receipts and control socket included; memory is the process's resident set. ${rounds} starts, medians. 'As released' is one JavaScript file; 'from source' translates TypeScript as it loads. Checked each time: it has all its items, and a peer meets it and is in sync.`,
    figures: [
      { what: 'as released: until it serves', value: of(asReleased, 'whole') / 1000, unit: 's', goal: 2 },
      { what: 'of which Node and loading modules', value: of(asReleased, 'modules') / 1000, unit: 's' },
      { what: 'as released: memory when it serves', value: of(asReleased, 'memory') / 1e6, unit: 'MB', goal: 150 },
      { what: 'as released: memory after a peer has met it', value: of(asReleased, 'memoryInSync') / 1e6, unit: 'MB', goal: 150 },
      { what: 'from source: until it serves', value: of(fromSource, 'whole') / 1000, unit: 's', goal: 2 },
      { what: 'from source: memory when it serves', value: of(fromSource, 'memory') / 1e6, unit: 'MB' },
    ],
  };
}

async function startOnce(ward: ManyDocuments['ward'], path: string, file: string, flags: readonly string[]): Promise<Started> {
  const asked = now();
  const child = fork(file, [path], { execArgv: [...flags], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    const serving = (await said(child)) as Serving;
    assert.ok(serving.items >= ward.replica.count, 'it has all its items');
    await meet(ward, serving.address);
    child.send('memory?');
    const memoryInSync = (await said(child)) as number;
    return { ...serving, whole: serving.listening - asked, modules: serving.loaded - asked, memoryInSync };
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

/** A peer that has everything too, apart from some receipts. */
async function meet(ward: ManyDocuments['ward'], address: string): Promise<void> {
  const peer = startChild<BulkDevice>(new URL('../bulk/device.ts', import.meta.url));
  try {
    await peer.ask('open', { path: ward.device('copy').path, keep: 'disk', listen: false, peers: [address] });
    await peer.ask('reconnect');
  } finally {
    await peer.stop();
  }
}

async function said(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(() => { throw new Error('the archive ended'); });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  return message;
}

/** The archive and all of the project's modules in one file; packages stay where they are. */
async function bundle(): Promise<string> {
  const outfile = fileURLToPath(new URL('../../dist/bench/archive.js', import.meta.url));
  await build({
    entryPoints: [fileURLToPath(new URL('archive.ts', import.meta.url))], outfile,
    bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error',
  });
  return outfile;
}
