/**
 * Whom to dial, where and when (NET-2). Decisions only: no timer, no clock, no libp2p; `dial-loop.ts` acts on them.
 *
 * Sightings are hints that anybody on the network can forge (ATTACK 31), so everything kept here is bounded: devices
 * of the ward only, a few addresses for each, a least pause between two dials of one peer, and few dials at once.
 */
import { compareBytes } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import { hexOf, type DeviceId, type Hex } from '../codec/ids.ts';

export const MAX_DIALS = 8;
/** The device with the larger key waits so long, so that two that see each other do not both dial. */
export const SECOND_DIALLER_DELAY = 1_500;
const MAX_SIGHTED = 8;
const MAX_ADDRESSES_PER_DIAL = 4;
const FIRST_BACK_OFF = 250;
/** A peer that was here within the hour is missed: it is dialled often, so that a healed network is used at once. */
const MISSED_FOR = 3_600_000;
const MISSED_BACK_OFF = 1_000;
const LONGEST_BACK_OFF = 15_000;
/** A link that ends sooner counts as a failed dial. */
const SHORT_LIFE = 2_000;
/** A sighting brings the next dial forward, at most so often. */
const LEAST_PAUSE = 1_000;

export interface Sighted {
  /** Multiaddrs without `/p2p`. */
  readonly addresses: readonly string[];
  /** Whether the packet came from the address that it names. */
  readonly plausible: boolean;
}

export interface Dial {
  readonly device: DeviceId;
  /** Best first; at most four. */
  readonly addresses: readonly string[];
}

export interface DialPlanInit {
  readonly self: Uint8Array;
  /** Whether others can dial this device. One that cannot never waits for them. */
  readonly listens: boolean;
  readonly entropy: Entropy;
}

interface SightedAddress {
  readonly plausible: boolean;
  /** When it was seen first. */
  readonly since: number;
  failures: number;
}

interface Peer {
  readonly device: DeviceId;
  readonly fixed: Set<string>;
  /** Where a handshake succeeded last. */
  proven: string | undefined;
  readonly sighted: Map<string, SightedAddress>;
  state: 'idle' | 'dialling' | 'connected';
  attempts: number;
  notBefore: number;
  lastDial: number;
  lastContact: number | undefined;
}

export class DialPlan {
  readonly #init: DialPlanInit;
  readonly #peers = new Map<Hex<DeviceId>, Peer>();
  #dialling = 0;

  constructor(init: DialPlanInit) {
    this.#init = init;
  }

  /** The devices that may be dialled. Others, and everything known about them, are forgotten. */
  setDevices(devices: readonly DeviceId[], now: number): void {
    const wanted = new Map(devices.filter((device) => compareBytes(device, this.#init.self) !== 0).map((device) => [hexOf(device), device]));
    for (const [name, peer] of this.#peers) {
      if (wanted.has(name)) continue;
      if (peer.state === 'dialling') this.#dialling--;
      this.#peers.delete(name);
    }
    for (const [name, device] of wanted) {
      if (this.#peers.has(name)) continue;
      const notBefore = now + this.#firstDelay(device);
      this.#peers.set(name, {
        device, fixed: new Set(), proven: undefined, sighted: new Map(), state: 'idle', attempts: 0, notBefore, lastDial: -LEAST_PAUSE, lastContact: undefined,
      });
    }
  }

  /** Addresses that somebody configured; kept until the device leaves the ward. */
  addFixed(device: DeviceId, address: string): void {
    this.#peers.get(hexOf(device))?.fixed.add(address);
  }

  /** Whether it changed when the next dial is due. */
  sight(device: DeviceId, { addresses, plausible }: Sighted, now: number): boolean {
    const peer = this.#peers.get(hexOf(device));
    if (peer === undefined) return false;
    const wasKnown = canBeDialled(peer);
    for (const address of addresses) this.#keep(peer, address, plausible, now);
    if (!canBeDialled(peer)) return false;
    const before = peer.notBefore;
    const soonest = Math.max(now + (wasKnown ? 0 : this.#firstDelay(device)), peer.lastDial + LEAST_PAUSE);
    if (!wasKnown) peer.notBefore = soonest;
    else if (peer.attempts > 0) peer.notBefore = Math.min(before, soonest);
    return !wasKnown || peer.notBefore !== before;
  }

  connected(device: DeviceId, provenAddress: string | undefined, now: number): void {
    const peer = this.#peers.get(hexOf(device));
    if (peer === undefined) return;
    this.#leaveDialling(peer);
    peer.state = 'connected';
    peer.lastContact = now;
    if (provenAddress !== undefined) peer.proven = provenAddress;
  }

  disconnected(device: DeviceId, now: number): void {
    const peer = this.#peers.get(hexOf(device));
    if (peer?.state !== 'connected') return;
    // A peer that hangs up at once (it may not know this device yet) is dialled ever more rarely, like one that is not there.
    const lasted = now - (peer.lastContact ?? now);
    peer.attempts = lasted < SHORT_LIFE ? peer.attempts + 1 : 0;
    peer.state = 'idle';
    peer.lastContact = now;
    peer.notBefore = now + this.#firstDelay(device) + this.#backOff(peer, LONGEST_BACK_OFF);
  }

  /** No connection came of the dial. Without effect if one came in the meantime. */
  failed({ device, addresses }: Dial, now: number): void {
    const peer = this.#peers.get(hexOf(device));
    if (peer?.state !== 'dialling') return;
    this.#leaveDialling(peer);
    peer.state = 'idle';
    peer.attempts++;
    for (const address of addresses) {
      const sighted = peer.sighted.get(address);
      if (sighted !== undefined) sighted.failures++;
    }
    const missed = peer.lastContact !== undefined && now - peer.lastContact < MISSED_FOR;
    const longest = missed ? MISSED_BACK_OFF : LONGEST_BACK_OFF;
    peer.notBefore = now + this.#backOff(peer, longest);
  }

  /** Something about the own network changed: nothing learned by failing holds any more. */
  hurry(now: number): void {
    for (const peer of this.#peers.values()) {
      if (peer.state === 'idle') peer.notBefore = Math.min(peer.notBefore, Math.max(now, peer.lastDial + LEAST_PAUSE));
    }
  }

  /** The dials to start now; they count as begun. Those who have waited longest come first. */
  take(now: number): readonly Dial[] {
    const due = [...this.#peers.values()]
      .filter((peer) => canBeDialled(peer) && waitOf(peer, now) <= 0)
      .sort((a, b) => a.notBefore - b.notBefore)
      .slice(0, Math.max(0, MAX_DIALS - this.#dialling));
    return due.map((peer) => {
      peer.state = 'dialling';
      peer.lastDial = now;
      this.#dialling++;
      return { device: peer.device, addresses: addressesOf(peer).slice(0, MAX_ADDRESSES_PER_DIAL) };
    });
  }

  /** Milliseconds until `take` may have something, if nothing else happens before; undefined for never. */
  wait(now: number): number | undefined {
    if (this.#dialling >= MAX_DIALS) return undefined;
    const waits = [...this.#peers.values()].filter(canBeDialled).map((peer) => waitOf(peer, now));
    return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
  }

  /** Every address at which the device might be, best first. */
  addresses(device: DeviceId): readonly string[] {
    const peer = this.#peers.get(hexOf(device));
    return peer === undefined ? [] : addressesOf(peer);
  }

  /** Milliseconds since 1970 of the last connection's begin or end. */
  lastContact(device: DeviceId): number | undefined {
    return this.#peers.get(hexOf(device))?.lastContact;
  }

  #keep(peer: Peer, address: string, plausible: boolean, now: number): void {
    const known = peer.sighted.get(address);
    if (known !== undefined && (known.plausible || !plausible)) return;
    peer.sighted.set(address, { plausible, since: now, failures: 0 });
    if (peer.sighted.size <= MAX_SIGHTED) return;
    const worst = rankedSightings(peer).at(-1);
    if (worst !== undefined) peer.sighted.delete(worst);
  }

  #leaveDialling(peer: Peer): void {
    if (peer.state === 'dialling') this.#dialling--;
  }

  #backOff({ attempts }: Peer, longest: number): number {
    return this.#jitter(Math.min(longest, FIRST_BACK_OFF * 2 ** Math.min(attempts, 10)));
  }

  #firstDelay(device: DeviceId): number {
    return this.#init.listens && compareBytes(this.#init.self, device) > 0 ? SECOND_DIALLER_DELAY : 0;
  }

  /** Between half of `span` and all of it. */
  #jitter(span: number): number {
    const [byte = 0] = this.#init.entropy.randomBytes(1);
    return span / 2 + ((span / 2) * byte) / 255;
  }
}

function canBeDialled(peer: Peer): boolean {
  return peer.state === 'idle' && addressesOf(peer).length > 0;
}

/** A wait longer than any that is ever set means that the clock was set back: it is over. */
function waitOf(peer: Peer, now: number): number {
  const wait = peer.notBefore - now;
  return wait > LONGEST_BACK_OFF ? 0 : wait;
}

function addressesOf(peer: Peer): readonly string[] {
  const proven = peer.proven === undefined ? [] : [peer.proven];
  return [...new Set([...proven, ...peer.fixed, ...rankedSightings(peer)])];
}

/**
 * Plausible before implausible, what has failed less before what has failed more, then what has been known longest:
 * a flood of false addresses does not displace a true one that was here before it.
 */
function rankedSightings(peer: Peer): readonly string[] {
  return [...peer.sighted]
    .sort(([, a], [, b]) => Number(b.plausible) - Number(a.plausible) || a.failures - b.failures || a.since - b.since)
    .map(([address]) => address);
}
