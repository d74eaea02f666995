/**
 * `/wardsync/unlock/1`: one question and one answer a stream (UNLOCK-2), between devices of the ward.
 *
 * Who asks uses whatever connection there is with the node, or dials it for this alone: a page has a link with few
 * devices, and reaches the others through the same pipe.
 */
import './polyfill.ts';
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { equalBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { deviceId, hexOf, type DeviceId, type Hex } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import type { FrameChannel } from '../sync/channel.ts';
import { decodeAnswer, decodeQuestion, encodeAnswer, encodeQuestion, MAX_UNLOCK_FRAME, type AnswerUnlock, type UnlockAnswer, type UnlockNodes, type UnlockQuestion } from '../unlock/messages.ts';
import { ChannelError } from './frames.ts';
import { deviceOfPeerId, peerIdOf, peerIdText } from './peer-id.ts';
import { channelOver } from './stream-channel.ts';
import { TokenBuckets } from './token-buckets.ts';

export const UNLOCK_PROTOCOL = '/wardsync/unlock/1';

const BOUNDS = { maxFrameLength: MAX_UNLOCK_FRAME, maxTotalLength: MAX_UNLOCK_FRAME + 4 };
const MAX_STREAMS = 8;
/** Questions of one device: so many at once, and one more every so many milliseconds. An admin deals for a whole staff. */
const BURST = 64;
const REFILL = 250;
/** Devices whose questions are counted. Only devices of the ward are. */
const MAX_DEVICES = 4_096;
/** How long a node is looked for and waited for, in milliseconds, and the pause before it is looked for again. */
const PATIENCE = 5_000;
const LOOK_AGAIN = 250;
/** How long a connection that was dialled for a question stays for the next. */
const LINGER = 10_000;

export interface UnlockProtocolInit {
  readonly node: Libp2p;
  readonly self: DeviceId;
  readonly environment: Environment;
  readonly isDevice: (connection: Connection) => boolean;
  /** What becomes of a stream of who is none. */
  readonly refuse: (stream: Stream, connection: Connection) => void;
  /** Multiaddrs without `/p2p` at which a device may be. */
  readonly addressesOf: (device: DeviceId) => readonly string[];
  /** Whether the connection serves something else too. */
  readonly isUsed: (connection: Connection) => boolean;
  /** Undefined on a device that keeps no shares. */
  readonly answer: AnswerUnlock | undefined;
}

export class UnlockProtocol implements UnlockNodes {
  readonly #init: UnlockProtocolInit;
  readonly #dialling = new Map<Hex<DeviceId>, Promise<Connection>>();
  readonly #questions: TokenBuckets;

  constructor(init: UnlockProtocolInit) {
    this.#init = init;
    this.#questions = new TokenBuckets({ clock: init.environment.clock, burst: BURST, refill: REFILL, names: MAX_DEVICES });
  }

  async start(): Promise<void> {
    const { answer } = this.#init;
    if (answer === undefined) return;
    await this.#init.node.handle(UNLOCK_PROTOCOL, (stream, connection) => this.#serve(stream, connection, answer), { maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS });
  }

  async ask(device: DeviceId, question: UnlockQuestion): Promise<UnlockAnswer | undefined> {
    const { self, answer, environment } = this.#init;
    if (equalBytes(device, self)) return answer?.(question, self);
    let isOver = false;
    let cancel = (): void => {};
    const patience = new Promise<undefined>((resolve) => {
      cancel = environment.timers.after(PATIENCE, () => {
        isOver = true;
        resolve(undefined);
      });
    });
    const asked = this.#askUntil(device, question, () => isOver);
    try {
      return await Promise.race([asked, patience]);
    } finally {
      cancel();
      isOver = true;
    }
  }

  /** A question that was sent is not sent again: it may have been counted as a try. */
  async #askUntil(device: DeviceId, question: UnlockQuestion, isOver: () => boolean): Promise<UnlockAnswer | undefined> {
    while (!isOver()) {
      const channel = await this.#open(device);
      if (channel !== undefined) return this.#converse(channel, question);
      await new Promise<void>((resolve) => { this.#init.environment.timers.after(LOOK_AGAIN, resolve); });
    }
    return undefined;
  }

  async #open(device: DeviceId): Promise<FrameChannel | undefined> {
    try {
      const connection = await this.#connectionTo(device);
      const stream = await connection.newStream(UNLOCK_PROTOCOL, { maxOutboundStreams: MAX_STREAMS });
      return channelOver(stream, device, BOUNDS, this.#init.environment.timers);
    } catch {
      // Out of reach, or not up yet: it is looked for again.
      return undefined;
    }
  }

  async #converse(channel: FrameChannel, question: UnlockQuestion): Promise<UnlockAnswer | undefined> {
    try {
      await channel.send(encodeQuestion(question));
      for await (const frame of channel.frames()) return decodeAnswer(frame);
    } catch (error) {
      if (!(error instanceof ChannelError) && !(error instanceof MalformedError)) throw error;
    } finally {
      channel.close();
    }
    return undefined;
  }

  async #connectionTo(device: DeviceId): Promise<Connection> {
    const { node, addressesOf } = this.#init;
    const open = node.getConnections(peerIdOf(device)).find(({ status }) => status === 'open');
    if (open !== undefined) return open;
    const name = hexOf(device);
    const addresses = addressesOf(device);
    if (addresses.length === 0) throw new Error('no address is known');
    const dialling = this.#dialling.get(name) ?? node.dial(addresses.map((address) => multiaddr(`${address}/p2p/${peerIdText(device)}`)));
    this.#dialling.set(name, dialling);
    try {
      const connection = await dialling;
      this.#leaveLater(connection);
      return connection;
    } finally {
      this.#dialling.delete(name);
    }
  }

  #leaveLater(connection: Connection): void {
    const cancel = this.#init.environment.timers.after(LINGER, () => {
      if (this.#init.isUsed(connection)) return;
      if (connection.streams.length > 0) this.#leaveLater(connection);
      else void connection.close().catch(() => connection.abort(new Error('nothing more to ask')));
    });
    connection.addEventListener('close', cancel, { once: true });
  }

  /** In one turn, without an `await`: see `channelOver`. */
  #serve(stream: Stream, connection: Connection, answer: AnswerUnlock): void {
    const device = deviceOfPeerId(connection.remotePeer);
    if (device === undefined || !this.#init.isDevice(connection)) return this.#init.refuse(stream, connection);
    void this.#answer(channelOver(stream, device, BOUNDS, this.#init.environment.timers), answer);
  }

  async #answer(channel: FrameChannel, answer: AnswerUnlock): Promise<void> {
    const cancel = this.#init.environment.timers.after(PATIENCE, () => channel.close());
    const device = deviceId.from(channel.remote);
    try {
      for await (const frame of channel.frames()) {
        const answered: UnlockAnswer = this.#questions.take(hexOf(device)) ? await answer(decodeQuestion(frame), device) : { type: 'refused', code: 'busy', generation: 0 };
        await channel.send(encodeAnswer(answered));
        break;
      }
    } catch (error) {
      if (!(error instanceof ChannelError) && !(error instanceof MalformedError)) throw error;
      this.#init.environment.log.event('unlock-broken-off', { reason: error.message, peer: peerIdText(device) });
    } finally {
      cancel();
      channel.close();
    }
  }
}
