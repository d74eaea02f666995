/**
 * What it costs to bring a fresh replica up to 1,000 documents of 20 items, and to find that nothing has changed.
 *
 *     npx tsx bench/reconcile.ts [--documents 1000] [--items 20] [--store memory|level] [--json]
 *
 * Two real replicas and real sessions in one process, over a channel in memory: parsing, hashing, one signature check
 * a run, admission and the receiving store. No network and no encryption of the channel; bodies are random bytes. Both
 * sides share one core here.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { equalBytes } from '../protocol/codec/bytes.ts';
import type { Item } from '../protocol/items/item.ts';
import type { Replica } from '../protocol/replica/replica.ts';
import type { ItemStore } from '../protocol/store/item-store.ts';
import { openLevelStore } from '../protocol/store/level-store.ts';
import { MemoryStore } from '../protocol/store/memory-store.ts';
import { deviceSigner } from '../protocol/sync/heartbeat-memory.ts';
import { createSync } from '../protocol/sync/link-driver.ts';
import type { Link } from '../protocol/sync/link.ts';
import { trieOf } from '../protocol/sync/subscription.ts';
import { buildWard, offerTo, type TestDevice, type TestWard } from '../test/support/ward-builder.ts';
import { channelPair } from '../test/sync/support/memory-channel.ts';

const SESSIONS = 8;
const BODY_LENGTH = 320;

interface Contact {
  readonly milliseconds: number;
  /** Of the processor, all threads: what remains on a machine that does nothing else. */
  readonly cpuMilliseconds: number;
  readonly bytes: { readonly toFresh: number; readonly fromFresh: number };
  /** Frames that each side sent. */
  readonly frames: { readonly toFresh: number; readonly fromFresh: number };
  /** Times that the direction of what was sent turned, halved. */
  readonly roundTrips: number;
}

const { values } = parseArgs({
  options: { documents: { type: 'string', default: '1000' }, items: { type: 'string', default: '20' }, store: { type: 'string', default: 'memory' }, json: { type: 'boolean', default: false } },
});

async function fill(ward: TestWard, documents: number, items: number): Promise<void> {
  const sessions = [ward.founder];
  while (sessions.length < SESSIONS) sessions.push(await ward.join(`user ${sessions.length}`, 'clinician'));
  for (let number = 0; number < documents; number++) {
    const document = ward.newDocument();
    const session = sessions[number % sessions.length] ?? ward.founder;
    const chain: Item[] = Array.from({ length: items }, () => session.changeset(document, ward.random.randomBytes(BODY_LENGTH)));
    for (let from = 0; from < items; from += 256) await offerTo(ward.replica, ...chain.slice(from, from + 256));
  }
}

async function contact(ward: TestWard, fresh: Replica, device: TestDevice, stores: readonly [ItemStore, ItemStore]): Promise<Contact> {
  const environment = { clock: { now: () => Date.now() }, timers: { after: (delay: number, callback: () => void) => cancelable(setTimeout(callback, delay)) }, log: { event: (name: string, fields?: object) => console.error(name, fields) } };
  const full = createSync({ replica: ward.replica, environment, signer: deviceSigner(ward.archive.key, ward.id), memory: stores[0] });
  const other = createSync({ replica: fresh, environment, signer: deviceSigner(device.key, ward.id), memory: stores[1] });
  const channels = channelPair(ward.archive.id, device.id);
  let turns = 0;
  let sender: 'left' | 'right' | undefined;
  for (const side of ['left', 'right'] as const) {
    const send = channels[side].send.bind(channels[side]);
    channels[side].send = (frame) => {
      if (sender !== side) turns++;
      sender = side;
      return send(frame);
    };
  }
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  const links = [full.openLink(channels.left), other.openLink(channels.right)];
  await Promise.all(links.map(inSync));
  const milliseconds = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  // The last heartbeats are still to come.
  await new Promise((resolve) => setImmediate(resolve));
  const { left, right } = channels;
  const measured: Contact = {
    milliseconds,
    cpuMilliseconds: (user + system) / 1000,
    bytes: { toFresh: left.sentBytes, fromFresh: right.sentBytes },
    frames: { toFresh: left.sentFrames, fromFresh: right.sentFrames },
    roundTrips: turns / 2,
  };
  full.close();
  other.close();
  return measured;
}

function inSync(link: Link): Promise<void> {
  return new Promise((resolve, reject) => {
    link.onEvent((event) => {
      if (event.type === 'in-sync') resolve();
      if (event.type === 'ended') reject(new Error(`ended: ${event.reason}`));
    });
  });
}

function cancelable(timeout: NodeJS.Timeout): () => void {
  return () => clearTimeout(timeout);
}

const folder = await mkdtemp(join(tmpdir(), 'wardsync-bench-'));
try {
  const open = async (name: string): Promise<ItemStore> => (values.store === 'level' ? openLevelStore(join(folder, name)) : new MemoryStore());
  const stores = [await open('full'), await open('fresh')] as const;
  const ward = await buildWard({ seed: 'bench', store: stores[0] });
  await fill(ward, Number(values.documents), Number(values.items));
  const device = await ward.addDevice('tablet');
  const fresh = await ward.emptyReplica(stores[1]);

  const first = await contact(ward, fresh, device, stores);
  const all = { type: 'all' } as const;
  if (fresh.count !== ward.replica.count || !equalBytes(trieOf(fresh, all).root(), trieOf(ward.replica, all).root())) throw new Error('the replicas differ');
  const again = await contact(ward, fresh, device, stores);
  const result = { documents: Number(values.documents), items: ward.replica.count, store: values.store, first, again };
  console.log(values.json ? JSON.stringify(result) : describe(result));
} finally {
  await rm(folder, { recursive: true, force: true });
}

function describe({ documents, items, store, first, again }: { documents: number; items: number; store: string; first: Contact; again: Contact }): string {
  const line = (name: string, { milliseconds, cpuMilliseconds, bytes, frames, roundTrips }: Contact): string =>
    `${name}: ${milliseconds.toFixed(1)} ms (${cpuMilliseconds.toFixed(1)} of processor time), ${bytes.toFresh} bytes in ${frames.toFresh} frames to it, ${bytes.fromFresh} in ${frames.fromFresh} from it, ${roundTrips} round trips`;
  return [
    `${items} items in ${documents} documents, ${store} store`,
    `${line('fresh replica', first)} (${(items / first.milliseconds).toFixed(1)} items a millisecond, ${(first.bytes.toFresh / items).toFixed(0)} bytes an item)`,
    line('unchanged', again),
  ].join('\n');
}
