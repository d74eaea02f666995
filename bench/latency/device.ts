/** One device of the latency benchmark, in a process of its own: a tablet node, or a client that edits or reads. */
import { hexOf, authorId, documentId } from '../../protocol/codec/ids.ts';
import type { Json } from '../../protocol/documents/engine.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { Session } from '../../protocol/ward/session.ts';
import { serveParent, tell } from '../harness/child.ts';
import { now } from '../harness/statistics.ts';
import { inSync, openBenchDevice, type BenchDevice, type DeviceSetUp } from '../ward/bench-device.ts';
import { environment, openIdentity } from '../ward/bench-ward.ts';
import { fingerprint } from '../ward/fingerprint.ts';
import { packetSender, passOn, type FloorStop } from './floor.ts';
import { observationSet } from './observation-set.ts';
import { EngineClock, StoreClock, type Stored } from './stage-clock.ts';

/** What the editing side knows of one change. */
export interface Written {
  readonly author: string;
  readonly seq: number;
  readonly called: number;
  readonly edited: number;
}

/** What the reading side knows of one change. */
export interface Seen {
  readonly number: number;
  readonly applying: number;
  readonly seen: number;
}

/** When a packet of the floor came to the last process. */
export interface FloorReached {
  readonly floor: number;
}

export interface ItemName {
  readonly document: string;
  readonly author: string;
  readonly seq: number;
}

const storeClock = new StoreClock();
const engineClock = new EngineClock();
let device: BenchDevice | undefined;
let session: Session | undefined;
let sendPacket: (() => number) | undefined;

const handlers = {
  /** Resolves with the device's addresses once it is on the network; with peers, once it is in sync with one. */
  async start(setUp: DeviceSetUp): Promise<readonly string[]> {
    const opened = await openBenchDevice(setUp, { store: (store) => storeClock.watch(store) });
    device = await opened.go();
    if (setUp.peers.length > 0) await inSync(device.host);
    return device.addresses;
  },

  async unlock(handle: string): Promise<void> {
    const { replica, folder } = running();
    session = await Session.start({
      replica, deviceKey: folder.key, environment, identity: await openIdentity(replica, handle),
      startEngine: (actor) => engineClock.watch(nodeEngine(actor, environment.timers)),
    });
  },

  /** Tells of each of the benchmark's entries when a live query shows it. */
  watch(document: string): void {
    let number = 0;
    open().onChange(({ id, value }) => {
      if (hexOf(id) !== document || !hasEntry(value?.['observations'], entryName(number))) return;
      const seen: Seen = { number, applying: engineClock.asked, seen: now() };
      number += 1;
      tell(seen);
    });
  },

  async edit({ document, number }: { document: string; number: number }): Promise<Written> {
    const set = observationSet(number);
    const called = now();
    const edit = await open().edit(documentId.fromHex(document), (draft) => {
      (draft['observations'] as Record<string, unknown>)[entryName(number)] = set;
    });
    if (edit === null) throw new Error('the edit changed nothing');
    const author = running().replica.frontier(edit.document).find((each) => each.seq === edit.seq && isOwn(each.author))?.author;
    if (author === undefined) throw new Error('the edit is not in the replica');
    return { author: hexOf(author), seq: edit.seq, called, edited: engineClock.edited };
  },

  /** Joins the way of the floor; gives the port to send to. */
  floor(stop: FloorStop): Promise<number> {
    return passOn(stop, (at) => tell({ floor: at } satisfies FloorReached));
  },

  async floorBegin(next: number): Promise<void> {
    sendPacket = await packetSender(next);
  },

  /** Sends one packet down the floor's way; gives when. */
  floorSend(): number {
    if (sendPacket === undefined) throw new Error('the floor is not laid');
    return sendPacket();
  },

  stored(items: readonly ItemName[]): readonly Stored[] {
    return items.map(({ document, author, seq }) => storeClock.of(documentId.fromHex(document), authorId.fromHex(author), seq));
  },

  /** The document's digest, and what is shown of it where somebody is unlocked. */
  state(document: string): { readonly digest: string; readonly shown: string | undefined } {
    const id = documentId.fromHex(document);
    const value = session?.document(id)?.value;
    return { digest: Buffer.from(running().replica.digest(id)).toString('hex'), shown: value && fingerprint(value) };
  },
};

export type LatencyDevice = typeof handlers;

serveParent(handlers);

function running(): BenchDevice {
  if (device === undefined) throw new Error('not started');
  return device;
}

function open(): Session {
  if (session === undefined) throw new Error('nobody is unlocked');
  return session;
}

function isOwn(author: Uint8Array): boolean {
  const certificate = running().replica.certificateOf(authorId.from(author));
  return certificate !== undefined && hexOf(certificate.device) === hexOf(running().folder.id);
}

function entryName(number: number): string {
  return `bench-${number}`;
}

function hasEntry(observations: Json | undefined, name: string): boolean {
  return typeof observations === 'object' && observations !== null && Object.hasOwn(observations, name);
}
