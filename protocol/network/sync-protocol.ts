/**
 * `/wardsync/sync/1`: one link per peer, over whichever connection came about.
 *
 * The side that dialled opens the stream. Two devices that dial each other at once get two connections, and both have
 * to keep the same one: the one dialled by the smaller key. A connection that comes long after the other replaces it,
 * because a peer dials only when it believes that it has none.
 */
import './polyfill.ts';
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { compareBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { hexOf, type DeviceId, type Hex } from '../codec/ids.ts';
import type { FrameChannel } from '../sync/channel.ts';
import type { EndReason, Link } from '../sync/link.ts';
import { MAX_FRAME_LENGTH, SYNC_PROTOCOL } from '../sync/messages.ts';
import { deviceOfPeerId } from './peer-id.ts';
import { channelOver } from './stream-channel.ts';

/** Connections that both stand within so many milliseconds count as dialled at once. */
const AT_ONCE = 5_000;
/** How long an ended link's connection stays for its last frames, in milliseconds. */
export const LAST_WORDS = 500;
/** How often it stays as long again because something is being said on it. */
const LONGEST_TALK = 10;
const MAX_STREAMS = 1;

export interface PeerLink {
  readonly device: DeviceId;
  readonly link: Link;
  readonly connection: Connection;
  /** Milliseconds since 1970. */
  readonly since: number;
}

export interface SyncProtocolInit {
  readonly node: Libp2p;
  readonly self: Uint8Array;
  readonly environment: Environment;
  readonly isDevice: (connection: Connection) => boolean;
  /** What becomes of a stream of who is none. */
  readonly refuse: (stream: Stream, connection: Connection) => void;
  /** Something is being said on it that has to be heard to its end. */
  readonly isBusy: (connection: Connection) => boolean;
  /** Runs a sync session over the channel. */
  readonly openLink: (channel: FrameChannel) => Link;
  readonly onOpened: (opened: PeerLink) => void;
  readonly onEnded: (ended: PeerLink) => void;
}

export class SyncProtocol {
  readonly #init: SyncProtocolInit;
  readonly #links = new Map<Hex<DeviceId>, PeerLink>();
  readonly #used = new WeakSet<Connection>();

  constructor(init: SyncProtocolInit) {
    this.#init = init;
  }

  async start(): Promise<void> {
    await this.#init.node.handle(SYNC_PROTOCOL, (stream, connection) => this.#add(stream, connection), {
      maxInboundStreams: MAX_STREAMS,
      maxOutboundStreams: MAX_STREAMS,
    });
  }

  /** Opens the stream on a connection that this side dialled. Rejects if the other side does not take it. */
  async open(connection: Connection): Promise<void> {
    this.#add(await connection.newStream(SYNC_PROTOCOL, { maxOutboundStreams: MAX_STREAMS }), connection);
  }

  links(): readonly PeerLink[] {
    return [...this.#links.values()];
  }

  linkTo(device: DeviceId): PeerLink | undefined {
    return this.#links.get(hexOf(device));
  }

  uses(connection: Connection): boolean {
    return this.links().some((open) => open.connection.id === connection.id);
  }

  /** The link is no longer among the links when this returns; its connection follows with the last frames. */
  end(open: PeerLink, reason: EndReason): void {
    open.link.end(reason);
    this.#ended(open);
  }

  /** In one turn, without an `await`: a stream that nobody listens to may already be over. */
  #add(stream: Stream, connection: Connection): void {
    const { environment, isDevice, refuse, openLink, onOpened, self } = this.#init;
    const device = deviceOfPeerId(connection.remotePeer);
    if (device === undefined || !isDevice(connection)) return refuse(stream, connection);
    // One stream for the life of a connection: who opens another wants to cost something (ATTACK 32).
    if (this.#used.has(connection)) {
      connection.abort(new Error('a second sync stream'));
      return;
    }
    this.#used.add(connection);
    const before = this.#links.get(hexOf(device));
    const now = environment.clock.now();
    if (before !== undefined && survives(before, connection, self, now)) {
      stream.abort(new Error('there is a link already'));
      this.leave(connection);
      return;
    }
    const bounds = { maxFrameLength: MAX_FRAME_LENGTH };
    const opened: PeerLink = { device, link: openLink(channelOver(stream, device, bounds, environment.timers)), connection, since: now };
    this.#links.set(hexOf(device), opened);
    if (before !== undefined) {
      before.link.end('done');
      this.leave(before.connection);
    }
    opened.link.onEvent((event) => {
      if (event.type === 'ended') this.#ended(opened);
    });
    connection.addEventListener('close', () => this.#ended(opened), { once: true });
    onOpened(opened);
    if (connection.status !== 'open') this.#ended(opened);
  }

  #ended(ended: PeerLink): void {
    if (this.#links.get(hexOf(ended.device)) !== ended) return;
    this.#links.delete(hexOf(ended.device));
    this.leave(ended.connection);
    this.#init.onEnded(ended);
  }

  /** Closes a connection without a link, soon. */
  leave(connection: Connection, patience = LONGEST_TALK): void {
    if (connection.status !== 'open') return;
    const { environment, isBusy } = this.#init;
    const cancel = environment.timers.after(LAST_WORDS, () => {
      if (patience > 0 && isBusy(connection)) this.leave(connection, patience - 1);
      else connection.abort(new Error('the link has ended'));
    });
    connection.addEventListener('close', cancel, { once: true });
  }
}

/** Whether the link that is there stays, and the new connection goes. Both sides come to the same answer. */
function survives(before: PeerLink, connection: Connection, self: Uint8Array, now: number): boolean {
  if (before.connection.status !== 'open' || now - before.since > AT_ONCE) return false;
  if (before.connection.direction === connection.direction) return false;
  const dialledHere = before.connection.direction === 'outbound';
  const selfIsSmaller = compareBytes(self, before.device) < 0;
  return dialledHere === selfIsSmaller;
}
