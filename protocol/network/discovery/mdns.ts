/**
 * mDNS discovery for Node, on every interface there is, as they come and go. Finds and is found by stock
 * `@libp2p/mdns` peers; unlike it, it works where there is no default route, as on a ward's network.
 */
import { networkInterfaces } from 'node:os';
import { toHex } from '../../codec/bytes.ts';
import type { Discovery, DiscoveryInit, StartDiscovery } from './discovery.ts';
import { MdnsSocket } from './mdns-socket.ts';
import { LOOPBACK, type NetworkInterface } from './network-interface.ts';
import { SERVICE_TAG } from './records.ts';

export interface MdnsOptions {
  /** By default every IPv4 interface that is up, loopback apart. To be given on Android, where Node cannot list them. */
  readonly interfaces?: () => readonly NetworkInterface[];
  readonly serviceTag?: string;
  readonly port?: number;
}

const MDNS_PORT = 5353;
/** Milliseconds between two looks at the list of interfaces. */
const LOOK_INTERVAL = 2_000;

export function mdnsDiscovery(options: MdnsOptions = {}): StartDiscovery {
  return (init) => new MdnsDiscovery(init, options);
}

/** For a ward on one machine: multicast on loopback only, on a port of its own, so that nothing leaves the machine. */
export function loopbackDiscovery({ port, serviceTag }: { readonly port: number; readonly serviceTag?: string }): StartDiscovery {
  return mdnsDiscovery({ port, interfaces: () => [LOOPBACK], ...(serviceTag !== undefined && { serviceTag }) });
}

export function systemInterfaces(): readonly NetworkInterface[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address, netmask }) => ({ address, netmask }));
}

class MdnsDiscovery implements Discovery {
  readonly #init: DiscoveryInit;
  readonly #options: MdnsOptions;
  readonly #peerName: string;
  readonly #sockets = new Map<string, MdnsSocket>();
  /** What was logged last of an interface that fails, so that it is said once. */
  readonly #failures = new Map<string, string>();
  #cancelLook = (): void => undefined;
  #interfaces: ReadonlySet<string> | undefined;

  constructor(init: DiscoveryInit, options: MdnsOptions) {
    this.#init = init;
    this.#options = options;
    this.#peerName = toHex(init.environment.entropy.randomBytes(16));
    this.#look();
  }

  async stop(): Promise<void> {
    this.#cancelLook();
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
    this.#sockets.clear();
  }

  #look(): void {
    this.#cancelLook = this.#init.environment.timers.after(LOOK_INTERVAL, () => this.#look());
    const interfaces = new Map(this.#list().map((each) => [`${each.address}/${each.netmask}`, each]));
    for (const [name, socket] of this.#sockets) {
      if (interfaces.has(name)) continue;
      void socket.close();
      this.#sockets.delete(name);
      this.#failures.delete(name);
    }
    for (const [name, on] of interfaces) {
      if (!this.#sockets.has(name)) this.#open(name, on);
    }
    const before = this.#interfaces;
    this.#interfaces = new Set(interfaces.keys());
    const isSame = before === undefined || (before.size === interfaces.size && [...before].every((name) => interfaces.has(name)));
    if (!isSame) this.#init.onNetworkChange();
  }

  #list(): readonly NetworkInterface[] {
    try {
      return (this.#options.interfaces ?? systemInterfaces)();
    } catch (error) {
      this.#noteFailure('interfaces', error instanceof Error ? error.message : 'unknown');
      return [];
    }
  }

  #open(name: string, on: NetworkInterface): void {
    const { port = MDNS_PORT, serviceTag = SERVICE_TAG } = this.#options;
    this.#sockets.set(name, new MdnsSocket({
      ...this.#init,
      on,
      port,
      serviceTag,
      peerName: this.#peerName,
      onFailure: (code) => {
        this.#sockets.delete(name);
        this.#noteFailure(name, code);
      },
    }));
  }

  #noteFailure(name: string, code: string): void {
    if (this.#failures.get(name) === code) return;
    this.#failures.set(name, code);
    this.#init.environment.log.event('mdns-failed', { interface: name, code });
  }
}
