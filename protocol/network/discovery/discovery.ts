/** Finding peers on the local network. What is found is a hint (NET-2): a handshake proves it, or nothing does. */
import type { Environment } from '../../codec/environment.ts';
import type { DeviceId } from '../../codec/ids.ts';
import type { Sighted } from '../dial-plan.ts';

export interface DiscoveryInit {
  readonly peerId: string;
  readonly environment: Environment;
  /** Multiaddrs at which this device listens, one for each interface, without `/p2p`. May change. */
  listening(): readonly string[];
  /** Whether sightings of the device are of use; all others are dropped unseen. */
  isWanted(device: DeviceId): boolean;
  onSighting(device: DeviceId, sighted: Sighted): void;
  /** An interface or an address came or went. */
  onNetworkChange(): void;
}

export interface Discovery {
  stop(): Promise<void>;
}

export type StartDiscovery = (init: DiscoveryInit) => Discovery;
