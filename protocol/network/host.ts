/**
 * A device on the ward's network: listens, finds and dials the ward's other devices, keeps one link with each, lets
 * new devices join, and cuts off everybody else (SPEC, NET and JOIN).
 */
import './polyfill.ts';
import type { Connection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { equalBytes } from '../codec/bytes.ts';
import type { Environment } from '../codec/environment.ts';
import { deviceId, hexOf, LOG_DOCUMENT, type DeviceId } from '../codec/ids.ts';
import { MalformedError } from '../codec/result.ts';
import type { DeviceKey } from '../crypto/signing/signature.ts';
import type { DeviceState } from '../membership/ward-state.ts';
import type { Replica } from '../replica/replica.ts';
import type { FrameChannel } from '../sync/channel.ts';
import { StoreError } from '../store/item-store.ts';
import { MAX_FRAME_LENGTH } from '../sync/messages.ts';
import type { Link } from '../sync/link.ts';
import type { AnswerUnlock, UnlockNodes } from '../unlock/messages.ts';
import { DialLoop } from './dial-loop.ts';
import type { Dial } from './dial-plan.ts';
import type { StartDiscovery } from './discovery/discovery.ts';
import { Doorkeeper, isWardDevice, REMOVED_STAY } from './doorkeeper.ts';
import { serveJoin } from './join-inviter.ts';
import { JOIN_PROTOCOL, MAX_LOG_BYTES, MAX_STRANGER_BYTES } from './join-messages.ts';
import { Liveness } from './liveness.ts';
import { createNode, type TransportFactory, type WardNode } from './libp2p-node.ts';
import { deviceOfPeerId, peerIdText } from './peer-id.ts';
import { ProvenAddresses, socketAddress, type SocketAddress } from './proven-addresses.ts';
import { receiveRemoval, REMOVED_PROTOCOL, sendRemoval } from './removal-notice.ts';
import { REACH_PROTOCOL, ReachProtocol, type ReachListener } from './reach.ts';
import { ChannelError } from './frames.ts';
import { channelOver } from './stream-channel.ts';
import { UNLOCK_PROTOCOL, UnlockProtocol } from './unlock-protocol.ts';
import { LAST_WORDS, SyncProtocol } from './sync-protocol.ts';

/** A connection on which nothing has begun after so many milliseconds is closed. */
const IDLE_CONNECTION = 10_000;
/**
 * What a removal ends at once. The sync stream ends by itself, and its last frames may be on their way; to break off the
 * question whether the peer is still there would say that it is not, and cut the connection.
 */
const FOR_DEVICES: ReadonlySet<string> = new Set([REACH_PROTOCOL, UNLOCK_PROTOCOL, JOIN_PROTOCOL]);
/** A removed device that asks and asks is told again after so many milliseconds. */
const TELL_AGAIN = 1_500;

export interface HostInit {
  readonly deviceKey: DeviceKey;
  readonly replica: Replica;
  readonly environment: Environment;
  readonly transport: TransportFactory;
  /** Multiaddrs such as `/ip4/0.0.0.0/tcp/0`; empty for a page, which only dials. */
  readonly listen: readonly string[];
  readonly discovery?: StartDiscovery;
  /** Where a device is without being discovered: multiaddrs without `/p2p`. Asked anew whenever the ward log changes. */
  readonly addressesOf?: (device: DeviceState) => readonly string[];
  /** Runs a sync session over the channel. */
  readonly openLink: (channel: FrameChannel) => Link;
  /** On a node that keeps shares: what it answers (UNLOCK-2). */
  readonly answerUnlock?: AnswerUnlock;
  /** Where a node is when it is asked about unlocking alone, besides where it is known to be. */
  readonly unlockAddressesOf?: (device: DeviceState) => readonly string[];
}

export interface PeerStatus {
  readonly device: DeviceId;
  readonly link: Link | undefined;
  /** The address it was dialled at, or came from; undefined while there is no link. */
  readonly address: string | undefined;
  /** Milliseconds since 1970 of the last connection's begin or end; undefined if there was none since the start. */
  readonly lastContact: number | undefined;
}

export interface Host {
  readonly device: DeviceId;
  readonly peerId: string;
  /** Multiaddrs at which others can dial, without `/p2p`; a wildcard is expanded to the interfaces' addresses. */
  addresses(): readonly string[];
  /** All other devices of the ward. */
  peers(): readonly PeerStatus[];
  links(): readonly Link[];
  /** Calls `listener` with each link as it opens. Returns what takes it off. */
  onLink(listener: (link: Link) => void): () => void;
  /** Calls `listener` whenever `peers()` may have changed. Returns what takes it off. */
  onPeersChanged(listener: () => void): () => void;
  /** Whom a peer has in reach, as it says itself at each of its links. Returns what ends the asking. */
  followReach(device: DeviceId, listener: ReachListener): () => void;
  /** Where the device was just proven to be by a handshake of this host's own; undefined if it cannot be reached. */
  provenAddress(device: DeviceId): Promise<SocketAddress | undefined>;
  /** How this device asks the ward's nodes about unlocking. */
  readonly unlockNodes: UnlockNodes;
  stop(): Promise<void>;
}

/** Rejects if an address cannot be listened at. */
export async function startHost(init: HostInit): Promise<Host> {
  const { deviceKey, replica, environment, transport, listen } = init;
  const doorkeeper = new Doorkeeper(() => replica.state(), environment);
  const node = await createNode({ deviceKey, transport, listen, gater: doorkeeper.gater() });
  const host = new RunningHost(init, node, doorkeeper);
  await host.start();
  return host;
}

class RunningHost implements Host {
  readonly device: DeviceId;
  readonly peerId: string;
  readonly #init: HostInit;
  readonly #node: WardNode;
  readonly #doorkeeper: Doorkeeper;
  readonly #sync: SyncProtocol;
  readonly #reach: ReachProtocol;
  readonly #unlock: UnlockProtocol;
  readonly #loop: DialLoop;
  readonly #proven: ProvenAddresses;
  /** The ward's other devices by PeerId. */
  #wanted: ReadonlyMap<string, DeviceId> = new Map();
  /** When each removed device was told so last, in milliseconds since 1970. */
  readonly #told = new Map<string, number>();
  /** Connections that have had their join stream. */
  readonly #joining = new WeakSet<Connection>();
  /** Connections that stood when their device was removed, and go. */
  readonly #dismissed = new WeakSet<Connection>();
  readonly #linkListeners = new Set<(link: Link) => void>();
  readonly #peersListeners = new Set<() => void>();
  readonly #teardown: (() => void | Promise<void>)[] = [];

  constructor(init: HostInit, node: WardNode, doorkeeper: Doorkeeper) {
    const { deviceKey, environment, openLink, listen } = init;
    this.device = deviceId.from(deviceKey.publicKey);
    this.peerId = peerIdText(this.device);
    this.#init = init;
    this.#node = node;
    this.#doorkeeper = doorkeeper;
    this.#loop = new DialLoop({ self: this.device, listens: listen.length > 0, environment, connect: (dial) => this.#connect(dial) });
    this.#proven = new ProvenAddresses(node, environment.clock);
    this.#reach = new ReachProtocol({
      node,
      environment,
      isDevice: (connection) => doorkeeper.isDevice(connection.remotePeer),
      refuse: (stream, connection) => doorkeeper.refuse(stream, connection),
      look: () => this.peers().map(({ device, link, lastContact }) =>
        ({ device, connected: link !== undefined, inSync: link?.inSync ?? false, lastContact, heartbeat: link?.heartbeat })),
    });
    this.#unlock = new UnlockProtocol({
      node,
      self: this.device,
      environment,
      isDevice: (connection) => doorkeeper.isDevice(connection.remotePeer),
      refuse: (stream, connection) => doorkeeper.refuse(stream, connection),
      addressesOf: (device) => this.#unlockAddresses(device),
      isUsed: (connection) => this.#sync.uses(connection),
      answer: init.answerUnlock,
    });
    this.#sync = new SyncProtocol({
      node,
      self: this.device,
      environment,
      openLink,
      isDevice: (connection) => doorkeeper.isDevice(connection.remotePeer),
      refuse: (stream, connection) => doorkeeper.refuse(stream, connection),
      isBusy: isTold,
      onOpened: (opened) => {
        const { device, link, connection } = opened;
        const proven = connection.direction === 'outbound' ? addressText(connection) : undefined;
        environment.log.event('link-opened', { peer: peerIdText(device), direction: connection.direction });
        this.#loop.connected(device, proven);
        for (const listener of this.#linkListeners) listener(link);
        this.#peersChanged();
        this.#reach.opened(opened);
      },
      onEnded: ({ device }) => {
        environment.log.event('link-ended', { peer: peerIdText(device) });
        this.#loop.disconnected(device);
        this.#peersChanged();
      },
    });
  }

  async start(): Promise<void> {
    const { replica, environment, discovery } = this.#init;
    const liveness = new Liveness(this.#node, environment);
    liveness.start();
    this.#teardown.push(() => liveness.stop());
    await this.#sync.start();
    await this.#reach.start();
    await this.#unlock.start();
    await this.#node.handle(JOIN_PROTOCOL, (stream, connection) => {
      const joiner = deviceOfPeerId(connection.remotePeer);
      if (joiner === undefined) return connection.abort(new Error('not an Ed25519 peer'));
      // What let a device in once, its code, gives it nothing of the log once it was removed (REVOKE-5).
      if (this.#doorkeeper.wasRemoved(connection.remotePeer)) return this.#doorkeeper.refuse(stream, connection);
      // One such stream for the life of a connection; a stranger's was counted when it connected.
      if (this.#joining.has(connection)) return connection.abort(new Error('a second join stream'));
      this.#joining.add(connection);
      if (this.#doorkeeper.isDevice(connection.remotePeer) && !this.#doorkeeper.mayAskToJoin(connection)) return stream.abort(new Error('too often'));
      const bounds = { maxFrameLength: MAX_STRANGER_BYTES, maxTotalLength: MAX_STRANGER_BYTES };
      void serveJoin(channelOver(stream, joiner, bounds, environment.timers), {
        self: this.device,
        replica,
        environment,
        onProven: () => this.#doorkeeper.hasProven(connection.remotePeer),
      }).then(() => this.#leaveSoon(connection));
    }, { maxInboundStreams: 1 });

    await this.#node.handle(REMOVED_PROTOCOL, (stream, connection) => {
      const teller = deviceOfPeerId(connection.remotePeer);
      if (teller === undefined || !this.#doorkeeper.isDevice(connection.remotePeer)) return this.#doorkeeper.refuse(stream, connection);
      void this.#hearOfRemoval(channelOver(stream, teller, { maxFrameLength: MAX_FRAME_LENGTH, maxTotalLength: MAX_LOG_BYTES }, environment.timers));
    }, { maxInboundStreams: 1 });

    const onConnection = ({ detail }: CustomEvent<Connection>): void => {
      this.#closeIfIdle(detail);
      if (detail.direction === 'inbound' && this.#doorkeeper.wasRemoved(detail.remotePeer)) void this.#tellOfRemoval(detail);
    };
    this.#node.addEventListener('connection:open', onConnection);
    this.#teardown.push(() => this.#node.removeEventListener('connection:open', onConnection));

    this.#teardown.push(replica.onAdmitted(({ document }) => {
      if (equalBytes(document, LOG_DOCUMENT)) this.#followLog();
    }));
    this.#followLog();

    if (discovery === undefined) return;
    const running = discovery({
      peerId: this.peerId,
      environment,
      listening: () => listeningSockets(this.#init.listen, this.addresses()),
      wantedDevice: (peerId) => this.#wanted.get(peerId),
      onSighting: (device, sighted) => this.#loop.sight(device, sighted),
      onNetworkChange: () => this.#loop.networkChanged(),
    });
    this.#teardown.push(() => running.stop());
  }

  get unlockNodes(): UnlockNodes {
    return this.#unlock;
  }

  addresses(): readonly string[] {
    return this.#node.services.listening();
  }

  peers(): readonly PeerStatus[] {
    return this.#otherDevices().map(({ id }) => {
      const open = this.#sync.linkTo(id);
      return { device: id, link: open?.link, address: open && addressText(open.connection), lastContact: this.#loop.lastContact(id) };
    });
  }

  links(): readonly Link[] {
    return this.#sync.links().map(({ link }) => link);
  }

  onLink(listener: (link: Link) => void): () => void {
    this.#linkListeners.add(listener);
    return () => this.#linkListeners.delete(listener);
  }

  followReach(device: DeviceId, listener: ReachListener): () => void {
    return this.#reach.follow(device, listener);
  }

  onPeersChanged(listener: () => void): () => void {
    this.#peersListeners.add(listener);
    return () => this.#peersListeners.delete(listener);
  }

  async provenAddress(device: DeviceId): Promise<SocketAddress | undefined> {
    if (!isWardDevice(this.#init.replica.state(), device)) return undefined;
    return this.#proven.find(device, this.#loop.addresses(device));
  }

  async stop(): Promise<void> {
    this.#loop.stop();
    for (const end of this.#teardown.splice(0)) await end();
    for (const open of this.#sync.links()) this.#sync.end(open, 'done');
    await this.#node.stop();
  }

  async #connect({ device, addresses }: Dial): Promise<void> {
    const peer = peerIdText(device);
    // `force`: a connection that the peer opened carries the peer's stream, not ours.
    const connection = await this.#node.dial(addresses.map((address) => multiaddr(`${address}/p2p/${peer}`)), { force: true });
    try {
      await this.#sync.open(connection);
    } catch (error) {
      // Not at once: a peer that removed this device takes no stream of it, and says why on this very connection.
      this.#sync.leave(connection);
      throw error;
    }
  }

  /** New devices are dialled, new addresses used, and a removed device is cut off at once. */
  #followLog(): void {
    const devices = this.#otherDevices();
    this.#loop.setDevices(devices.map(({ id }) => id));
    this.#wanted = new Map(devices.map(({ id }) => [peerIdText(id), id]));
    for (const device of devices) {
      for (const address of this.#init.addressesOf?.(device) ?? []) this.#loop.addFixed(device.id, address);
    }
    const state = this.#init.replica.state();
    for (const open of this.#sync.links()) {
      if (!isWardDevice(state, open.device)) this.#sync.end(open, 'revoked');
    }
    for (const connection of this.#node.getConnections()) {
      const device = deviceOfPeerId(connection.remotePeer);
      if (device !== undefined && state.devices.has(hexOf(device)) && !isWardDevice(state, device)) this.#dismiss(connection);
    }
    this.#peersChanged();
  }

  #unlockAddresses(device: DeviceId): readonly string[] {
    const state = this.#init.replica.state().devices.get(hexOf(device));
    return [...new Set([...this.#loop.addresses(device), ...(state === undefined ? [] : this.#init.unlockAddressesOf?.(state) ?? [])])];
  }

  #otherDevices(): readonly DeviceState[] {
    return [...this.#init.replica.state().devices.values()].filter(({ id, removal }) => removal === undefined && !equalBytes(id, this.device));
  }

  /** REVOKE-5: its protocols end at once; the connection stays for as long as it takes to say why. */
  #dismiss(connection: Connection): void {
    if (this.#dismissed.has(connection)) return;
    this.#dismissed.add(connection);
    for (const stream of connection.streams) {
      if (FOR_DEVICES.has(stream.protocol)) stream.abort(new Error('removed from the ward'));
    }
    const cancel = this.#init.environment.timers.after(REMOVED_STAY, () => connection.abort(new Error('removed from the ward')));
    connection.addEventListener('close', cancel, { once: true });
    void this.#tellOfRemoval(connection).then(() => this.#leaveSoon(connection));
  }

  /** REVOKE-5: whoever is there at the removal, or comes back after it, hears of it. */
  async #tellOfRemoval(connection: Connection): Promise<void> {
    const { environment, replica } = this.#init;
    const device = deviceOfPeerId(connection.remotePeer);
    const now = environment.clock.now();
    if (device === undefined || now - (this.#told.get(hexOf(device)) ?? 0) < TELL_AGAIN) return;
    this.#told.set(hexOf(device), now);
    try {
      await sendRemoval(channelOver(await connection.newStream(REMOVED_PROTOCOL), device, { maxFrameLength: 1, maxTotalLength: 1 }, environment.timers), replica, device);
      environment.log.event('removal-told', { peer: peerIdText(device) });
    } catch (error) {
      // It went away, or is of a version that does not listen; it may come again.
      environment.log.event('removal-not-told', { peer: peerIdText(device), reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** The replica believes only what it can check; a removal in it that counts is acted on by whoever watches the log. */
  async #hearOfRemoval(channel: FrameChannel): Promise<void> {
    try {
      await receiveRemoval(channel, this.#init.replica);
    } catch (error) {
      // A store that closes meanwhile: what was to be heard was heard before this was read to its end.
      if (!(error instanceof ChannelError || error instanceof MalformedError || error instanceof StoreError)) throw error;
      this.#init.environment.log.event('removal-not-heard', { reason: error.message, peer: peerIdText(channel.remote) });
      channel.close();
    }
  }

  /** A joiner has one stream, and a new device dials anew, as a device; one that was removed has heard why. */
  #leaveSoon(connection: Connection): void {
    const cancel = this.#init.environment.timers.after(LAST_WORDS, () => connection.abort(new Error('everything was said')));
    connection.addEventListener('close', cancel, { once: true });
  }

  #closeIfIdle(connection: Connection): void {
    const cancel = this.#init.environment.timers.after(IDLE_CONNECTION, () => {
      if (!this.#sync.uses(connection) && connection.streams.length === 0) connection.abort(new Error('idle'));
    });
    connection.addEventListener('close', () => {
      cancel();
      this.#forgetStranger(connection);
    }, { once: true });
  }

  /** libp2p remembers every peer that ever spoke; strangers are nothing to remember. */
  #forgetStranger({ remotePeer }: Connection): void {
    if (!this.#doorkeeper.isDevice(remotePeer)) void this.#node.peerStore.delete(remotePeer).catch(() => undefined);
  }

  #peersChanged(): void {
    for (const listener of this.#peersListeners) listener();
  }
}

/** The sockets behind the configured multiaddrs; a port that the system chose is looked up among the bound addresses. */
function listeningSockets(listen: readonly string[], bound: readonly string[]): readonly SocketAddress[] {
  return listen.flatMap((address) => {
    const { host, port } = socketAddress(address) ?? { host: '', port: 0 };
    if (port !== 0) return [{ host, port }];
    const chosen = bound.map(socketAddress).find((each) => each !== undefined && (host === '0.0.0.0' || each.host === host));
    return chosen === undefined ? [] : [{ host, port: chosen.port }];
  });
}

function isTold(connection: Connection): boolean {
  return connection.streams.some(({ protocol }) => protocol === REMOVED_PROTOCOL);
}

function addressText(connection: Connection): string {
  return connection.remoteAddr.decapsulate('/p2p').toString();
}
