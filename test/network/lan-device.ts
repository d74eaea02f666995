/** The process of one host of a test network: a ward's device, or a stock libp2p peer. Ends with its input. */
import '../../protocol/network/polyfill.ts';
import { createInterface } from 'node:readline';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { mdns } from '@libp2p/mdns';
import { tcp } from '@libp2p/tcp';
import { createLibp2p } from 'libp2p';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { mdnsDiscovery } from '../../protocol/network/discovery/mdns.ts';
import { libp2pKeyOf, peerIdText } from '../../protocol/network/peer-id.ts';
import { realEnvironment, startTestHost, WrittenReplica } from './support.ts';

export interface LanDeviceInit {
  readonly kind: 'ward' | 'stock';
  /** Seeds in hex; the first is this device's own. */
  readonly seeds: readonly string[];
}

const report = (event: string, fields: object = {}): void => console.log(JSON.stringify({ event, at: Date.now(), ...fields }));
const input = createInterface({ input: process.stdin });
input.once('close', () => process.exit());
input.once('line', (line) => void start(JSON.parse(line) as LanDeviceInit));
report('up');

async function start({ kind, seeds }: LanDeviceInit): Promise<void> {
  const [own, ...others] = seeds.map((seed) => signingKeyFromSeed(new Uint8Array(Buffer.from(seed, 'hex'))));
  if (own === undefined) throw new Error('no key');
  if (kind === 'stock') return startStock(libp2pKeyOf(own));
  const environment = { ...realEnvironment(), log: { event: (name: string, fields = {}) => report('log', { name, ...fields }) } };
  const host = await startTestHost(own, new WrittenReplica(own, ...others), { environment, listen: ['/ip4/0.0.0.0/tcp/0'], discovery: mdnsDiscovery() });
  const say = (): void => report('links', { peers: host.links().map(({ remote }) => peerIdText(remote)), from: host.peers().map(({ address }) => address ?? null) });
  host.onPeersChanged(say);
  report('ready');
  say();
}

async function startStock(privateKey: ReturnType<typeof libp2pKeyOf>): Promise<void> {
  const node = await createLibp2p({
    privateKey,
    addresses: { listen: ['/ip4/0.0.0.0/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    peerDiscovery: [mdns({ interval: 1_000 })],
  });
  node.addEventListener('peer:discovery', ({ detail }) => report('found', { peer: detail.id.toString(), addresses: detail.multiaddrs.map(String) }));
  node.addEventListener('peer:connect', ({ detail }) => report('connected', { peer: detail.toString() }));
  report('ready');
}
