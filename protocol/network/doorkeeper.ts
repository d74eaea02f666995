/**
 * Who gets past the Noise handshake (NET-1): devices of the ward, and, while an invitation is open, a few strangers
 * for a few seconds, who are allowed nothing but to join.
 */
import type { Connection, ConnectionGater, MultiaddrConnection, PeerId, Stream } from '@libp2p/interface';
import type { Clock, Environment, Log, Timers } from '../codec/environment.ts';
import { hexOf, type DeviceId } from '../codec/ids.ts';
import type { WardState } from '../membership/ward-state.ts';
import { deviceOfPeerId } from './peer-id.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Handshakes under way with one address; a bridge is one address for all browsers. */
const MAX_HANDSHAKES_PER_ADDRESS = 32;
/** A link, one that replaces it, and a bridge's probe. */
const MAX_CONNECTIONS_PER_DEVICE = 4;
export const MAX_STRANGERS = 4;
/** Milliseconds a stranger may stay. */
export const STRANGER_STAY = 15_000;
/** Conversations about joining that one address may begin at once, and one more every so many milliseconds. A bridge is one address. */
const ADDRESS_BURST = 30;
const ADDRESS_REFILL = 1_000;
/** Those of all addresses together: no faster than the strangers' places change hands when nobody proves anything. */
const OVERALL_BURST = 60;
const OVERALL_REFILL = 250;
/** Addresses whose rate is remembered. */
const ADDRESSES = 256;
/** That somebody knocks too often is told to the operator no more often than this, in milliseconds. */
const TELL_OPERATOR = 10_000;
/** Removed devices that are told so at the same time, and for how many milliseconds each may listen. */
const MAX_REMOVED = 2;
export const REMOVED_STAY = 5_000;
/** A stranger who has shown no invitation for so long gives way to the next one. */
const UNPROVEN_STAY = 1_000;

export function isWardDevice(state: WardState, device: DeviceId): boolean {
  const known = state.devices.get(hexOf(device));
  return known !== undefined && known.removal === undefined;
}

export function isInvitationOpen(state: WardState, now: number): boolean {
  for (const invitation of state.invitations.values()) {
    if (invitation.usedBy === undefined && invitation.expires > now) return true;
  }
  return false;
}

interface Stranger {
  readonly peer: PeerId;
  readonly since: number;
  proven: boolean;
  cutOff(): void;
}

export class Doorkeeper {
  readonly #state: () => WardState;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #log: Log;
  readonly #byAddress: TokenBuckets;
  readonly #overall: TokenBuckets;
  readonly #tellings: TokenBuckets;
  readonly #strangers = new Set<Stranger>();
  /** Connections of removed devices. */
  #removed = 0;
  /** Connections without a key yet, by where they come from. */
  readonly #handshakes = new Map<MultiaddrConnection, string>();
  readonly #connections = new Map<string, number>();

  constructor(state: () => WardState, { clock, timers, log }: Pick<Environment, 'clock' | 'timers' | 'log'>) {
    this.#state = state;
    this.#clock = clock;
    this.#timers = timers;
    this.#log = log;
    this.#byAddress = new TokenBuckets({ clock, burst: ADDRESS_BURST, refill: ADDRESS_REFILL, names: ADDRESSES });
    this.#overall = new TokenBuckets({ clock, burst: OVERALL_BURST, refill: OVERALL_REFILL, names: 1 });
    this.#tellings = new TokenBuckets({ clock, burst: 1, refill: TELL_OPERATOR, names: 1 });
  }

  /** The rules in libp2p's terms. Private addresses are what a ward has, so no address is denied as such. */
  gater(): ConnectionGater {
    return {
      denyDialMultiaddr: () => false,
      denyDialPeer: (peer) => !this.isDevice(peer),
      denyOutboundEncryptedConnection: (peer) => !this.isDevice(peer),
      denyInboundConnection: (connection) => !this.#beginHandshake(connection),
      denyInboundEncryptedConnection: (peer, connection) => {
        this.#handshakes.delete(connection);
        if (this.isDevice(peer)) return !this.#admitDevice(peer, connection);
        return this.wasRemoved(peer) ? !this.#admitRemoved(connection) : !this.#admitStranger(peer, connection);
      },
    };
  }

  isDevice(peer: PeerId): boolean {
    const device = deviceOfPeerId(peer);
    return device !== undefined && isWardDevice(this.#state(), device);
  }

  /** A device that is to hear that it was removed, and nothing else (REVOKE-5). */
  wasRemoved(peer: PeerId): boolean {
    const device = deviceOfPeerId(peer);
    return device !== undefined && this.#state().devices.get(hexOf(device))?.removal !== undefined;
  }

  /** The stranger has shown an invitation, and is no longer the first to give way. */
  hasProven(peer: PeerId): void {
    for (const stranger of this.#strangers) {
      if (stranger.peer.equals(peer)) stranger.proven = true;
    }
  }

  /**
   * JOIN-4: whether another conversation about joining may begin with that address. A stranger's connection is one; so is
   * the join stream of who is a device already, whose connection was not counted.
   */
  mayAskToJoin(connection: Pick<MultiaddrConnection, 'remoteAddr'>): boolean {
    const from = addressOf(connection);
    // The address first, so that one that knocks without end does not use up what is for all.
    if (this.#byAddress.take(from) && this.#overall.take('')) return true;
    if (this.#tellings.take('')) this.#log.event('joining-too-often', { from });
    return false;
  }

  /**
   * To a stream of who is no device of the ward. Whoever was removed keeps the connection for a while: on it comes the
   * reason, which may not be cut off by a question that was under way.
   */
  refuse(stream: Stream, connection: Connection): void {
    (this.wasRemoved(connection.remotePeer) ? stream : connection).abort(new Error('not a device of the ward'));
  }

  get strangers(): number {
    return this.#strangers.size;
  }

  /** So that nobody keeps all others waiting by beginning handshakes and not ending them. */
  #beginHandshake(connection: MultiaddrConnection): boolean {
    const from = addressOf(connection);
    let underWay = 0;
    for (const other of this.#handshakes.values()) underWay += Number(other === from);
    if (underWay >= MAX_HANDSHAKES_PER_ADDRESS) return false;
    this.#handshakes.set(connection, from);
    connection.addEventListener('close', () => this.#handshakes.delete(connection), { once: true });
    return true;
  }

  #admitDevice(peer: PeerId, connection: MultiaddrConnection): boolean {
    const name = peer.toString();
    const open = this.#connections.get(name) ?? 0;
    if (open >= MAX_CONNECTIONS_PER_DEVICE) return false;
    this.#connections.set(name, open + 1);
    connection.addEventListener('close', () => {
      const left = (this.#connections.get(name) ?? 1) - 1;
      if (left === 0) this.#connections.delete(name);
      else this.#connections.set(name, left);
    }, { once: true });
    return true;
  }

  #admitRemoved(connection: MultiaddrConnection): boolean {
    if (this.#removed >= MAX_REMOVED) return false;
    this.#removed += 1;
    const cancel = this.#timers.after(REMOVED_STAY, () => connection.abort(new Error('removed from the ward')));
    connection.addEventListener('close', () => {
      cancel();
      this.#removed -= 1;
    }, { once: true });
    return true;
  }

  #admitStranger(peer: PeerId, connection: MultiaddrConnection): boolean {
    const now = this.#clock.now();
    if (deviceOfPeerId(peer) === undefined || !isInvitationOpen(this.#state(), now)) return false;
    if (!this.mayAskToJoin(connection) || !this.#makeRoom(now)) return false;
    const cutOff = (): void => connection.abort(new Error('a stranger has to go'));
    const cancel = this.#timers.after(STRANGER_STAY, cutOff);
    const stranger: Stranger = { peer, since: now, proven: false, cutOff };
    this.#strangers.add(stranger);
    connection.addEventListener('close', () => {
      cancel();
      this.#strangers.delete(stranger);
    }, { once: true });
    return true;
  }

  /** So that a few who only knock cannot keep out the one who was invited. */
  #makeRoom(now: number): boolean {
    if (this.#strangers.size < MAX_STRANGERS) return true;
    for (const stranger of this.#strangers) {
      if (stranger.proven || now - stranger.since < UNPROVEN_STAY) continue;
      stranger.cutOff();
      this.#strangers.delete(stranger);
      return true;
    }
    return false;
  }
}

function addressOf({ remoteAddr }: Pick<MultiaddrConnection, 'remoteAddr'>): string {
  return remoteAddr.getComponents()[0]?.value ?? '';
}
