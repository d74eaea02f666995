/** How soon `wardsync archive` with many items serves, and in how much memory: the command itself, in a process of its own. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { askControl } from '../../node/device/control.ts';
import type { DeviceReport } from '../../node/device/device-control.ts';
import { COMMAND_LINE } from '../../scripts/build-release.ts';
import { startChild } from '../harness/child.ts';
import type { Report } from '../harness/report.ts';
import { median, now } from '../harness/statistics.ts';
import type { BulkDevice } from '../bulk/device.ts';
import type { ManyDocuments } from '../bulk/many-documents.ts';

interface Started {
  /** Milliseconds from asking for the process until it says that it runs. */
  readonly whole: number;
  readonly items: number;
  /** Resident mebibytes, as `wardsync status` gives them: when it serves, and once a peer with the same items has met it. */
  readonly memory: number;
  readonly memoryInSync: number;
}

/** How Node is called for the command line. */
interface Way {
  readonly flags: readonly string[];
  readonly file: string;
}

const SOURCE: Way = { flags: ['--import', import.meta.resolve('tsx')], file: fileURLToPath(new URL('../../node/cli/main.ts', import.meta.url)) };
const MEBI = 1024 * 1024;

export async function start({ ward }: ManyDocuments, rounds: number): Promise<Report> {
  const released = await bundle();
  const { path } = ward.device('archive');
  // The first start signs receipts for everything, which is work of its own.
  await startOnce(ward, path, released);
  await startOnce(ward, path, SOURCE);
  const asReleased: Started[] = [];
  const fromSource: Started[] = [];
  const help: number[] = [];
  for (let round = 0; round < rounds; round++) {
    asReleased.push(await startOnce(ward, path, released));
    fromSource.push(await startOnce(ward, path, SOURCE));
    help.push(helpOnce(released));
  }
  const of = (runs: readonly Started[], what: keyof Started): number => median(runs.map((run) => run[what]));
  const items = of(asReleased, 'items');
  return {
    name: 'start',
    title: `\`wardsync archive\` with ${items.toLocaleString('en')} items starts`,
    method: `The command itself, \`wardsync archive --folder … --local --json\`: from asking for the process until it prints that it runs, which it does when it listens on the ward's network, receipts and control socket included; memory is the process's resident set, as \`wardsync status\` asks it. ${rounds} starts, medians. 'As released' is what \`npm run build\` makes of the command line; 'from source' translates TypeScript as it loads. Checked each time: it has all its items, and a peer meets it and is in sync.`,
    figures: [
      { what: 'as released: until it serves', value: of(asReleased, 'whole') / 1000, unit: 's', goal: 2 },
      { what: 'for comparison, Node and the command line alone: `wardsync archive --help`', value: median(help) / 1000, unit: 's' },
      { what: 'as released: memory when it serves', value: of(asReleased, 'memory') * MEBI / 1e6, unit: 'MB', goal: 150 },
      { what: 'as released: memory after a peer has met it', value: of(asReleased, 'memoryInSync') * MEBI / 1e6, unit: 'MB', goal: 150 },
      { what: 'from source: until it serves', value: of(fromSource, 'whole') / 1000, unit: 's', goal: 2 },
      { what: 'from source: memory when it serves', value: of(fromSource, 'memory') * MEBI / 1e6, unit: 'MB' },
    ],
  };
}

async function startOnce(ward: ManyDocuments['ward'], path: string, { flags, file }: Way): Promise<Started> {
  const asked = now();
  const child = spawn(process.execPath, [...flags, file, 'archive', '--folder', path, '--local', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  try {
    const ended = gone.then(() => { throw new Error('the archive ended'); });
    ended.catch(() => {});
    await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
    const whole = now() - asked;
    const { items, memoryMiB, addresses, peerId } = await statusOf(path);
    assert.ok(items >= ward.replica.count, 'it has all its items');
    await meet(ward, `${addresses[0] ?? ''}/p2p/${peerId}`);
    return { whole, items, memory: memoryMiB, memoryInSync: (await statusOf(path)).memoryMiB };
  } finally {
    child.kill();
    await gone;
  }
}

async function statusOf(path: string): Promise<DeviceReport> {
  const asked = await askControl(path, 'status', null);
  if (!asked.running || asked.error !== undefined) throw new Error('the archive does not answer');
  return asked.value as DeviceReport;
}

function helpOnce({ flags, file }: Way): number {
  const asked = now();
  execFileSync(process.execPath, [...flags, file, 'archive', '--help'], { stdio: 'ignore' });
  return now() - asked;
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

/** The command line as a release has it, at the depth at which it looks for its other files. */
async function bundle(): Promise<Way> {
  const outdir = fileURLToPath(new URL('../../dist/bench-command/', import.meta.url));
  await build({ ...COMMAND_LINE, outdir, logLevel: 'error' });
  return { flags: [], file: `${outdir}main.js` };
}
