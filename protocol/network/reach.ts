/**
 * `/wardsync/reach/2`: a device tells another device of the ward which ones it has a link with, when it last had one, and
 * passes on what each of these signed last for what it holds (SYNC-8).
 *
 * A tablet's page talks to its own tablet node alone, so only the node knows who is in reach. A report is sent at once and
 * after each change. What a peer has stored is never concluded from the teller's word, only from the peer's signature.
 */
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { equalBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { deviceId, type DeviceId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import { fromBytes, list, optional, record, toBytes, uint } from '../codec/shape.ts';
import type { FrameChannel } from '../sync/channel.ts';
import { heartbeatShape } from '../sync/heartbeat-memory.ts';
import type { SignedHeartbeat } from '../sync/session-context.ts';
import { ChannelError } from './frames.ts';
import { deviceOfPeerId, peerIdText } from './peer-id.ts';
import { channelOver } from './stream-channel.ts';
import type { PeerLink } from './sync-protocol.ts';

export const REACH_PROTOCOL = '/wardsync/reach/2';

const MAX_DEVICES = 256;
const MAX_REPORT_BYTES = 64 * 1024;
/** How often the teller looks whether anything has changed, in milliseconds. */
const LOOK_MILLISECONDS = 1_000;

/** One device as another sees it. */
export interface Reach {
  readonly device: DeviceId;
  readonly connected: boolean;
  readonly inSync: boolean;
  /** Milliseconds since 1970 of the last connection's begin or end, by the teller's clock. */
  readonly lastContact: number | undefined;
  /** What the device itself signed last while the teller had a link with it. Not checked yet: see `Witnesses`. */
  readonly heartbeat: SignedHeartbeat | undefined;
}

/** Undefined while the device that was asked is not connected. */
export type ReachListener = (reach: readonly Reach[] | undefined) => void;

export interface ReachProtocolInit {
  readonly node: Libp2p;
  readonly environment: Environment;
  readonly isDevice: (connection: Connection) => boolean;
  /** What becomes of a stream of who is none. */
  readonly refuse: (stream: Stream, connection: Connection) => void;
  readonly look: () => readonly Reach[];
}

export class ReachProtocol {
  readonly #init: ReachProtocolInit;
  readonly #followed = new Map<ReachListener, DeviceId>();

  constructor(init: ReachProtocolInit) {
    this.#init = init;
  }

  async start(): Promise<void> {
    await this.#init.node.handle(REACH_PROTOCOL, (stream, connection) => this.#answer(stream, connection), { maxInboundStreams: 1, maxOutboundStreams: 1 });
  }

  /** Asks the device at each of its links. Returns what ends that. */
  follow(device: DeviceId, listener: ReachListener): () => void {
    this.#followed.set(listener, device);
    return () => this.#followed.delete(listener);
  }

  /** To be told of each link as it opens. */
  opened({ device, connection }: PeerLink): void {
    const listeners = [...this.#followed].filter(([, followed]) => equalBytes(followed, device)).map(([listener]) => listener);
    if (listeners.length === 0) return;
    const tell: ReachListener = (reach) => {
      for (const listener of listeners) if (this.#followed.has(listener)) listener(reach);
    };
    void this.#ask(device, connection, tell).finally(() => tell(undefined));
  }

  async #ask(device: DeviceId, connection: Connection, tell: ReachListener): Promise<void> {
    try {
      const stream = await connection.newStream(REACH_PROTOCOL, { maxOutboundStreams: 1 });
      for await (const frame of channelOver(stream, device, { maxFrameLength: MAX_REPORT_BYTES }, this.#init.environment.timers).frames()) tell(decodeReach(frame));
    } catch (error) {
      // Also a device of an older version, which does not tell.
      if (!(error instanceof MalformedError)) return;
      this.#init.environment.log.event('reach-broken-off', { reason: error.message, peer: peerIdText(device) });
      connection.abort(error);
    }
  }

  #answer(stream: Stream, connection: Connection): void {
    const device = deviceOfPeerId(connection.remotePeer);
    if (device === undefined || !this.#init.isDevice(connection)) return this.#init.refuse(stream, connection);
    void this.#tell(channelOver(stream, device, { maxFrameLength: 1, maxTotalLength: 1 }, this.#init.environment.timers));
  }

  async #tell(channel: FrameChannel): Promise<void> {
    const { look, environment } = this.#init;
    let told = new Uint8Array(0);
    let cancel = (): void => undefined;
    const tell = (): void => {
      const report = encodeReach(look());
      if (!equalBytes(report, told)) {
        told = report;
        channel.send(report).catch(() => channel.close());
      }
      cancel = environment.timers.after(LOOK_MILLISECONDS, tell);
    };
    tell();
    try {
      // Who asks has nothing to say: anything that comes is the end.
      for await (const _ of channel.frames()) break;
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      // A page that goes is cut off, and nothing to tell.
      if (error.code !== 'cut') environment.log.event('reach-broken-off', { reason: error.message, peer: peerIdText(channel.remote) });
    } finally {
      cancel();
      channel.close();
    }
  }
}

const flag = uint(1);
const report = list(record({ device: deviceId.shape, connected: flag, inSync: flag, lastContact: optional(uint()), heartbeat: optional(heartbeatShape) }), MAX_DEVICES);

/** The first 256 devices. */
export function encodeReach(reach: readonly Reach[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(toBytes(report, reach.slice(0, MAX_DEVICES).map(({ connected, inSync, ...rest }) => ({ ...rest, connected: Number(connected), inSync: Number(inSync) }))));
}

/** Throws `MalformedError`. */
export function decodeReach(frame: Uint8Array): readonly Reach[] {
  return fromBytes(report, frame, MAX_REPORT_BYTES, 'reach report').map(({ connected, inSync, ...rest }) => ({ ...rest, connected: connected === 1, inSync: inSync === 1 }));
}
