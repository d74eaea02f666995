/** How a device finds its peers: by mDNS on every interface, on loopback alone (a trial on one machine), or not at all. */
import type { StartDiscovery } from '../../protocol/network/discovery/discovery.ts';
import { loopbackDiscovery, mdnsDiscovery } from '../../protocol/network/discovery/mdns.ts';

export interface NetworkChoice {
  /** Nothing leaves this machine. */
  readonly local: boolean;
  readonly mdns: boolean;
}

/** Not 5353, where the machine's own mDNS responder may listen. */
const LOCAL_MDNS_PORT = 47_353;

export function discoveryFor({ local, mdns }: NetworkChoice): StartDiscovery | undefined {
  if (!mdns) return undefined;
  return local ? loopbackDiscovery({ port: LOCAL_MDNS_PORT }) : mdnsDiscovery();
}
