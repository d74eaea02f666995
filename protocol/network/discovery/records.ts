/**
 * The DNS records of libp2p's mDNS discovery: a PTR from the service to a name, and a TXT `dnsaddr=<multiaddr>` for
 * each address. The name is random and new at each start; a record holds nothing but PeerId, address and port.
 *
 * https://github.com/libp2p/specs/blob/master/discovery/mdns.md, and what `@libp2p/mdns` makes of it
 */
import type { Sighted } from '../dial-plan.ts';
import type { SocketAddress } from '../proven-addresses.ts';
import { isLoopback, isOnLink, isPrivate, type NetworkInterface } from './network-interface.ts';

export const SERVICE_TAG = '_p2p._udp.local';
/** Records looked at in one packet, whatever it holds (ATTACK 31). */
const MAX_RECORDS = 32;
const TTL = 120;

export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly data?: unknown;
}

export interface SeenPeer {
  readonly peerId: string;
  readonly sighted: Sighted;
}

/** What a device says of itself on one interface: only what can be dialled there. Empty if it does not listen there. */
export function recordsFor(peerId: string, peerName: string, serviceTag: string, listening: readonly SocketAddress[], on: NetworkInterface): {
  name: string; type: 'PTR' | 'TXT'; class: 'IN'; ttl: number; data: string;
}[] {
  const ports = new Set(listening.filter(({ host }) => host === '0.0.0.0' || host === on.address).map(({ port }) => port));
  if (ports.size === 0) return [];
  const name = `${peerName}.${serviceTag}`;
  return [
    { name: serviceTag, type: 'PTR', class: 'IN', ttl: TTL, data: name },
    ...[...ports].map((port) => ({ name, type: 'TXT', class: 'IN', ttl: TTL, data: `dnsaddr=/ip4/${on.address}/tcp/${port}/p2p/${peerId}` }) as const),
  ];
}

export function asksFor(serviceTag: string, questions: readonly DnsRecord[]): boolean {
  return questions.slice(0, MAX_RECORDS).some(({ name, type }) => name === serviceTag && (type === 'PTR' || type === 'ANY'));
}

/** The peers that a response names, with the addresses that make sense on the interface it came in by. */
export function peersIn(records: readonly DnsRecord[], serviceTag: string, source: string, on: NetworkInterface): readonly SeenPeer[] {
  const looked = records.slice(0, MAX_RECORDS);
  if (!looked.some(({ name, type }) => type === 'PTR' && name === serviceTag)) return [];
  const seen: SeenPeer[] = [];
  for (const { type, data } of looked) {
    if (type !== 'TXT') continue;
    for (const text of textsOf(data)) {
      const [, host = '', port = '', peerId = ''] = DNSADDR.exec(text) ?? [];
      if (peerId === '' || Number(port) === 0 || Number(port) > 0xffff || !isUsable(host, source, on)) continue;
      seen.push({ peerId, sighted: { addresses: [`/ip4/${host}/tcp/${port}`], plausible: host === source } });
    }
  }
  return seen;
}

const DNSADDR = /^dnsaddr=\/ip4\/([\d.]{7,15})\/tcp\/([1-9]\d{0,4})\/p2p\/([A-Za-z0-9]{1,64})$/;

/** Loopback addresses mean something only on loopback, and there nothing else does; foreign networks nowhere. */
function isUsable(host: string, source: string, on: NetworkInterface): boolean {
  if (isLoopback(on) || isLoopback({ address: host, netmask: '' })) return isLoopback(on) && isOnLink(host, on);
  return host === source || isOnLink(host, on) || isPrivate(host);
}

function textsOf(data: unknown): readonly string[] {
  const parts: readonly unknown[] = Array.isArray(data) ? data.slice(0, MAX_RECORDS) : [data];
  return parts.flatMap((part) => (part instanceof Uint8Array ? [latin1(part)] : typeof part === 'string' ? [part] : []));
}

/** A TXT string is at most 255 bytes. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 255));
}
