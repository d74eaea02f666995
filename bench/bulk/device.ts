/** A device that serves or fetches many documents at once, in a process of its own. */
import { toHex } from '../../protocol/codec/bytes.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import type { FrameChannel } from '../../protocol/sync/channel.ts';
import type { Identity } from '../../protocol/keys/identity.ts';
import { trieOf } from '../../protocol/sync/subscription.ts';
import { Session } from '../../protocol/ward/session.ts';
import { serveParent } from '../harness/child.ts';
import { countSignatureChecks, signatureChecks } from '../harness/signature-checks.ts';
import { countSocketBytes, forgetSockets, socketBytes, type Bytes } from '../harness/socket-bytes.ts';
import { now } from '../harness/statistics.ts';
import { inSync, openBenchDevice, type BenchDevice, type DeviceSetUp } from '../ward/bench-device.ts';
import { environment, openIdentity } from '../ward/bench-ward.ts';
import { fingerprint } from '../ward/fingerprint.ts';

export interface Reconnected {
  /** From starting the network to being in sync. */
  readonly whole: number;
  /** From the open channel to being in sync. */
  readonly session: number;
  /** Frames with their length prefixes, by the time both were in sync. */
  readonly frames: Bytes;
  readonly framesSent: number;
  readonly sockets: Bytes;
}

countSocketBytes();
countSignatureChecks();

let opened: Awaited<ReturnType<typeof openBenchDevice>> | undefined;
let device: BenchDevice | undefined;
let identity: Identity | undefined;
let session: Session | undefined;

/** The channel that opened last, looked at from outside. */
let channelOpenedAt = Number.NaN;
let frames = { sent: 0, received: 0 };
let framesSent = 0;

const handlers = {
  /** Reads the folder; no network yet. */
  async open(setUp: DeviceSetUp): Promise<void> {
    opened = await openBenchDevice(setUp, { channel: watchChannel });
  },

  async serve(): Promise<readonly string[]> {
    device = await must(opened).go();
    return device.addresses;
  },

  /** Milliseconds from starting the network until this replica holds so many items, each checked and on disk. */
  async fetch(items: number): Promise<number> {
    const { replica } = must(opened);
    const start = now();
    const complete = new Promise<number>((resolve) => {
      const off = replica.onAdmitted(() => {
        if (replica.count < items) return;
        off();
        resolve(now());
      });
    });
    device = await must(opened).go();
    return await complete - start;
  },

  /** What takes as long whatever there is to open. */
  async stretchPassword(handle: string): Promise<void> {
    identity = await openIdentity(must(opened).replica, handle);
  },

  /** Milliseconds from the opened bundle of a user until every document is open. */
  async openAll(): Promise<number> {
    const { replica, folder } = must(opened);
    const start = now();
    session = await Session.start({
      replica, identity: must(identity), deviceKey: folder.key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers),
    });
    return now() - start;
  },

  shown(): ReadonlyMap<string, string> {
    const shown = new Map<string, string>();
    for (const { id, value } of must(session).documents()) if (value !== undefined) shown.set(hexOf(id), fingerprint(value));
    return shown;
  },

  /** Leaves the network and comes back; nothing has changed meanwhile. */
  async reconnect(): Promise<Reconnected> {
    await device?.host.stop();
    frames = { sent: 0, received: 0 };
    framesSent = 0;
    forgetSockets();
    const start = now();
    device = await must(opened).go();
    await inSync(device.host);
    const end = now();
    return { whole: end - start, session: end - channelOpenedAt, frames: { ...frames }, framesSent, sockets: socketBytes() };
  },

  /** Digest of everything. */
  root(): string {
    return toHex(trieOf(must(opened).replica, { type: 'all' }).root());
  },

  /** Milliseconds of processor time so far, all threads. */
  processorTime(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },

  /** Of the process so far. */
  signatureChecks,

  /** Of the process so far, in bytes. */
  peakMemory(): number {
    return process.resourceUsage().maxRSS * 1024;
  },
};

export type BulkDevice = typeof handlers;

serveParent(handlers);

const PREFIX = 4;

function watchChannel(channel: FrameChannel): FrameChannel {
  channelOpenedAt = now();
  return {
    remote: channel.remote,
    send(frame) {
      frames.sent += frame.length + PREFIX;
      framesSent += 1;
      return channel.send(frame);
    },
    async *frames() {
      for await (const frame of channel.frames()) {
        frames.received += frame.length + PREFIX;
        yield frame;
      }
    },
    close: () => channel.close(),
  };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not there yet');
  return value;
}
