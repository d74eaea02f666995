/** Finding peers on the local network. What is found is a hint (NET-2): a handshake proves it, or nothing does. */
import type { Environment } from '../../codec/environment.ts';
import type { DeviceId } from '../../codec/ids.ts';
import type { Sighted } from '../dial-plan.ts';
import type { SocketAddress } from '../proven-addresses.ts';

export interface DiscoveryInit {
  readonly peerId: string;
  readonly environment: Environment;
  /** Where this device listens; `0.0.0.0` stands for every interface. */
  listening(): readonly SocketAddress[];
  /** The device, if sightings of it are of use; all others are dropped unseen. */
  wantedDevice(peerId: string): DeviceId | undefined;
  onSighting(device: DeviceId, sighted: Sighted): void;
  /** An interface or an address came or went. */
  onNetworkChange(): void;
}

export interface Discovery {
  stop(): Promise<void>;
}

export type StartDiscovery = (init: DiscoveryInit) => Discovery;
