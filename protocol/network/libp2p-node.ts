/** A libp2p node as a ward needs it: Noise and yamux, bounds on everything, and no service that talks to strangers. */
import './polyfill.ts';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import type { ConnectionGater, Libp2p } from '@libp2p/interface';
import { createLibp2p, type Libp2pOptions } from 'libp2p';
import type { DeviceKey } from '../crypto/signing/signature.ts';
import { MAX_DIALS } from './dial-plan.ts';
import { libp2pKeyOf } from './peer-id.ts';

/** How bytes get to a peer: TCP in Node, the bridge's pipe in a page. */
export type TransportFactory = NonNullable<Libp2pOptions['transports']>[number];

/** `services.listening` gives the multiaddrs of every listener, without `/p2p`, a wildcard expanded. */
export type WardNode = Libp2p<{ readonly listening: () => readonly string[] }>;

export interface NodeInit {
  readonly deviceKey: DeviceKey;
  readonly transport: TransportFactory;
  /** Multiaddrs; empty for a device that only dials. */
  readonly listen: readonly string[];
  readonly gater: ConnectionGater;
}

/** Milliseconds for connecting to one address, Noise included. */
export const ADDRESS_TIMEOUT = 3_000;
/** Milliseconds for trying all of a peer's addresses. */
export const DIAL_TIMEOUT = 8_000;

export async function createNode({ deviceKey, transport, listen, gater }: NodeInit): Promise<WardNode> {
  return createLibp2p({
    privateKey: libp2pKeyOf(deviceKey),
    addresses: { listen: [...listen] },
    transports: [transport],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        // A device needs a handful; an endless supply of half-opened streams ends here (ATTACK 32).
        maxInboundStreams: 32,
        maxOutboundStreams: 32,
        // Less than libp2p's 4 MiB of unread bytes, at which it resets a stream: so a paused reader is safe.
        streamOptions: { maxStreamWindowSize: 1024 * 1024 },
      }),
    ],
    connectionGater: gater,
    connectionManager: {
      maxConnections: 512,
      // Every browser of the ward comes from the bridge's one address.
      inboundConnectionThreshold: 256,
      maxIncomingPendingConnections: 256,
      maxParallelDials: MAX_DIALS,
      addressSorter: () => 0,
      addressDialTimeout: ADDRESS_TIMEOUT,
      dialTimeout: DIAL_TIMEOUT,
      inboundUpgradeTimeout: 5_000,
      inboundStreamProtocolNegotiationTimeout: 5_000,
      outboundStreamProtocolNegotiationTimeout: 5_000,
      reconnectRetries: 0,
      // A ward's addresses are numbers or local names: nothing is resolved on the internet.
      resolvers: {},
    },
    // `Liveness` does that.
    connectionMonitor: { enabled: false },
    services: {
      // `getMultiaddrs` leaves out what nobody on the internet has confirmed, such as a hospital's own public range.
      listening: ({ transportManager }) => () => listeningAddresses(transportManager),
    },
  });
}

/** None where the system does not tell its interfaces (Android), which a wildcard would be expanded with. */
function listeningAddresses(transports: { getAddrs(): readonly { toString(): string }[] }): readonly string[] {
  try {
    return transports.getAddrs().map((address) => address.toString());
  } catch {
    return [];
  }
}
