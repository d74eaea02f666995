/** Static addresses: `/ip4/10.0.0.5/tcp/7400/p2p/<PeerId>`, an alternative wherever mDNS finds nothing. */
import { hexOf, type DeviceId } from '../../protocol/codec/ids.ts';
import { deviceOfPeerIdText } from '../../protocol/network/peer-id.ts';

export function peerAddresses(peers: readonly string[]): (device: DeviceId) => readonly string[] {
  const byDevice = new Map<string, string[]>();
  for (const peer of peers) {
    const parts = parsePeerAddress(peer);
    if (parts === undefined) continue;
    const name = hexOf(parts.device);
    byDevice.set(name, [...byDevice.get(name) ?? [], parts.address]);
  }
  return (device) => byDevice.get(hexOf(device)) ?? [];
}

/** Undefined when it is not an address that ends in a device's PeerId. */
export function parsePeerAddress(text: string): { readonly device: DeviceId; readonly address: string } | undefined {
  const [, address, peerId] = /^(\/ip[46]\/[0-9a-fA-F.:]+\/tcp\/\d{1,5})\/p2p\/([A-Za-z0-9]+)$/.exec(text) ?? [];
  const device = peerId === undefined ? undefined : deviceOfPeerIdText(peerId);
  return address === undefined || device === undefined ? undefined : { device, address };
}
