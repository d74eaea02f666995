/**
 * Where a device really is: at an address at which a Noise handshake of this host's own has met the device's key.
 * A bridge pipes bytes only to such addresses; what discovery says proves nothing, and an open proxy is a hole.
 */
import './polyfill.ts';
import type { Connection, Libp2p } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import type { Clock } from '../codec/environment.ts';
import { hexOf, type DeviceId, type Hex } from '../codec/ids.ts';
import { peerIdOf, peerIdText } from './peer-id.ts';

/** Where to open a TCP connection. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** A proof is good for so many milliseconds; then the device may have moved, and another may have its address. */
const PROOF_LIFE = 30_000;

export class ProvenAddresses {
  readonly #node: Libp2p;
  readonly #clock: Clock;
  readonly #proofs = new Map<Hex<DeviceId>, { readonly address: SocketAddress; readonly at: number }>();
  readonly #probes = new Map<Hex<DeviceId>, Promise<SocketAddress | undefined>>();

  constructor(node: Libp2p, clock: Clock) {
    this.#node = node;
    this.#clock = clock;
  }

  /** Undefined if the device answers at none of the candidates (multiaddrs without `/p2p`). */
  async find(device: DeviceId, candidates: readonly string[]): Promise<SocketAddress | undefined> {
    const name = hexOf(device);
    const open = this.#node.getConnections(peerIdOf(device)).find(({ direction, status }) => direction === 'outbound' && status === 'open');
    if (open !== undefined) return socketAddress(open.remoteAddr.toString());
    const proof = this.#proofs.get(name);
    const age = proof === undefined ? Infinity : this.#clock.now() - proof.at;
    if (proof !== undefined && age >= 0 && age < PROOF_LIFE) return proof.address;
    this.#proofs.delete(name);
    // Many browsers ask at once after a restart: one probe serves them all.
    const probe = this.#probes.get(name) ?? this.#probe(device, candidates).finally(() => this.#probes.delete(name));
    this.#probes.set(name, probe);
    return probe;
  }

  /** A connection of its own, beside the link that the peer may have opened; it is closed as soon as it stands. */
  async #probe(device: DeviceId, candidates: readonly string[]): Promise<SocketAddress | undefined> {
    if (candidates.length === 0) return undefined;
    const peer = peerIdText(device);
    let connection: Connection;
    try {
      connection = await this.#node.dial(candidates.map((address) => multiaddr(`${address}/p2p/${peer}`)), { force: true });
    } catch {
      return undefined;
    }
    const address = socketAddress(connection.remoteAddr.toString());
    connection.abort(new Error('only asked'));
    if (address !== undefined) this.#proofs.set(hexOf(device), { address, at: this.#clock.now() });
    return address;
  }
}

/** Undefined for a multiaddr that is not TCP over IP or a name. */
export function socketAddress(address: string): SocketAddress | undefined {
  const parts = multiaddr(address).getComponents();
  const host = parts.find(({ name }) => name === 'ip4' || name === 'ip6' || name.startsWith('dns'))?.value;
  const port = parts.find(({ name }) => name === 'tcp')?.value;
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) };
}
