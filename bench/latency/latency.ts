/**
 * From the editing client's call to the reading client's live query: client → its tablet node → another tablet node →
 * the other client, each in a process of its own, over libp2p on loopback; each of the four flushes every item to disk.
 */
import assert from 'node:assert/strict';
import { startChild, type Child } from '../harness/child.ts';
import type { Figure, Report } from '../harness/report.ts';
import { median, quantile } from '../harness/statistics.ts';
import { BenchWard, USERS } from '../ward/bench-ward.ts';
import { addPatients } from '../ward/patients.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import type { FloorReached, LatencyDevice, Seen, Written } from './device.ts';

export interface LatencySize {
  readonly changes: number;
  /** Other stays on the ward. */
  readonly patients: number;
}

/** Not counted: the first changes find cold code. */
const WARM_UP = 20;
const DEVICES = ['writing-client', 'writing-tablet', 'reading-tablet', 'reading-client'] as const;

export async function latency({ changes, patients }: LatencySize): Promise<Report> {
  const ward = await BenchWard.found([
    { kind: 'client', name: 'office' },
    ...DEVICES.map((name) => ({ kind: name.endsWith('tablet') ? 'tablet' as const : 'client' as const, name })),
  ]);
  const made = await addPatients(ward, { documents: patients, changesets: 20, sessions: 8 });
  const document = made[0] && hexOf(made[0].id);
  assert.ok(document !== undefined);
  for (const name of DEVICES) await ward.fill(name, 'everything');
  const [writer, near, far, reader] = DEVICES.map(() => startChild<LatencyDevice>(new URL('device.ts', import.meta.url)));
  assert.ok(writer !== undefined && near !== undefined && far !== undefined && reader !== undefined);
  const children = [writer, near, far, reader];
  try {
    const path = (name: string): string => ward.device(name).path;
    const nearAt = await near.ask('start', { path: path('writing-tablet'), keep: 'disk', listen: true, peers: [] });
    const farAt = await far.ask('start', { path: path('reading-tablet'), keep: 'disk', listen: true, peers: nearAt });
    await writer.ask('start', { path: path('writing-client'), keep: 'disk', listen: false, peers: nearAt });
    await reader.ask('start', { path: path('reading-client'), keep: 'disk', listen: false, peers: farAt });
    await writer.ask('unlock', USERS[0]);
    await reader.ask('unlock', USERS[1]);
    await reader.ask('watch', document);
    const last = await reader.ask('floor', { next: undefined });
    const before = await far.ask('floor', { next: last });
    await writer.ask('floorBegin', await near.ask('floor', { next: before }));

    const done: { readonly written: Written; readonly seen: Seen }[] = [];
    const floors: number[] = [];
    for (let number = 0; number < WARM_UP + changes; number++) {
      const reached = told(reader, (each) => ('floor' in each ? each.floor : undefined));
      const sent = await writer.ask('floorSend');
      floors.push((await reached) - sent);
      const shown = told(reader, (each) => ('number' in each && each.number === number ? each : undefined));
      const written = await writer.ask('edit', { document, number });
      done.push({ written, seen: await shown });
    }
    const counted = done.slice(WARM_UP);
    const states = await Promise.all(children.map((child) => child.ask('state', document)));
    assert.equal(new Set(states.map(({ digest }) => digest)).size, 1, 'every device holds the same');
    assert.ok(states[0]?.shown !== undefined && states[0].shown === states[3]?.shown, 'both clients show the same');

    const items = counted.map(({ written: { author, seq } }) => ({ document, author, seq }));
    const stored = await Promise.all(children.map((child) => child.ask('stored', items)));
    return {
      name: 'latency',
      title: 'A change on one client until it is seen on another, through two tablet nodes',
      method: `${changes} observation sets, each written when the one before was seen, after ${WARM_UP} to warm up; ${patients} stays on the ward of 20 changesets each. Four processes on one machine, TCP with Noise on loopback, every device has a LevelDB store and flushes each item to disk before it passes it on or shows it (a page's store is the browser's, which is not measured here). 'The machine alone' is 500 bytes over plain TCP through the same processes with the same four flushes, before each change. Checked: one digest on all four, the same value on both clients.`,
      figures: figuresOf(counted.map(({ written, seen }, at) => splitOf(written, seen, stored.map((list) => list[at] ?? missing()))), floors.slice(WARM_UP)),
    };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await ward.close();
  }
}

const STAGES = {
  edit: 'edit: recipe and Automerge on the writing client',
  seal: 'seal: seal, sign, admit there',
  store: 'store: four flushes to disk',
  wire: 'wire: three hops, checked at each',
  open: 'open: from the item to the change on the reading client',
  apply: 'apply: Automerge, and the value to the live query',
} as const;

type Split = Readonly<Record<keyof typeof STAGES | 'total', number>>;

interface Times {
  readonly handed: number;
  readonly durable: number;
}

/** The stages add up to the total. `stops` are the four stores on the way. */
function splitOf({ called, edited }: Written, { applying, seen }: Seen, stops: readonly Times[]): Split {
  const [first = missing(), ...others] = stops;
  const last = stops.at(-1) ?? missing();
  let wire = 0;
  let before = first;
  for (const stop of others) {
    wire += stop.handed - before.durable;
    before = stop;
  }
  return {
    total: seen - called,
    edit: edited - called,
    seal: first.handed - edited,
    store: stops.reduce((sum, { handed, durable }) => sum + durable - handed, 0),
    wire,
    open: applying - last.durable,
    apply: seen - applying,
  };
}

function figuresOf(splits: readonly Split[], floors: readonly number[]): readonly Figure[] {
  const all = (stage: keyof Split): readonly number[] => splits.map((split) => split[stage]);
  return [
    { what: 'all of it, median', value: median(all('total')), unit: 'ms', goal: 50, later: 10 },
    { what: 'all of it, 99th percentile', value: quantile(all('total'), 0.99), unit: 'ms', goal: 150, later: 40 },
    { what: 'the machine alone, median', value: median(floors), unit: 'ms' },
    { what: 'the machine alone, 99th percentile', value: quantile(floors, 0.99), unit: 'ms' },
    ...Object.entries(STAGES).flatMap(([stage, what]): Figure[] => [
      { what: `${what}, median`, value: median(all(stage as keyof Split)), unit: 'ms' },
      { what: `${stage}, 99th percentile`, value: quantile(all(stage as keyof Split), 0.99), unit: 'ms' },
    ]),
  ];
}

/** The first thing that the child tells of which `read` makes something. */
function told<T>(child: Child<LatencyDevice>, read: (each: Seen | FloorReached) => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const off = child.onTold((each) => {
      const value = read(each as Seen | FloorReached);
      if (value === undefined) return;
      off();
      resolve(value);
    });
  });
}

function missing(): never {
  throw new Error('a time is missing');
}
