/** IPv4 interfaces, as far as discovery cares. */

export interface NetworkInterface {
  /** Dotted quad. */
  readonly address: string;
  readonly netmask: string;
}

/** For a trial on one machine: nothing leaves it. Multicast on it works for every user, on a fresh machine too. */
export const LOOPBACK: NetworkInterface = { address: '127.0.0.1', netmask: '255.0.0.0' };

/**
 * Devices of one machine meet in a group of their own (RFC 2365, local scope), which nobody joins on another interface:
 * the kernel takes nothing for it from a network. For 224.0.0.251 it would, wherever the machine's own responder is.
 */
export const LOOPBACK_GROUP = '239.255.71.83';

export function isLoopback({ address }: NetworkInterface): boolean {
  return address.startsWith('127.');
}

/** Whether the address is on the interface's own link. */
export function isOnLink(address: string, { address: own, netmask }: NetworkInterface): boolean {
  const mask = ipv4Number(netmask);
  const a = ipv4Number(address);
  const b = ipv4Number(own);
  return mask !== undefined && a !== undefined && b !== undefined && ((a ^ b) & mask) === 0;
}

/** RFC 1918, RFC 6598 and link-local addresses. */
export function isPrivate(address: string): boolean {
  return PRIVATE_NETWORKS.some((network) => isOnLink(address, network));
}

const PRIVATE_NETWORKS: readonly NetworkInterface[] = [
  { address: '10.0.0.0', netmask: '255.0.0.0' },
  { address: '172.16.0.0', netmask: '255.240.0.0' },
  { address: '192.168.0.0', netmask: '255.255.0.0' },
  { address: '100.64.0.0', netmask: '255.192.0.0' },
  { address: '169.254.0.0', netmask: '255.255.0.0' },
];

/** Undefined unless it is a dotted quad in its one usual spelling. */
function ipv4Number(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let number = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    number = (number << 8) | Number(part);
  }
  return number;
}
