/**
 * The bridge: the ward app over HTTPS for desktop browsers, and a byte pipe from each to the peer that it names.
 *
 * What is here keeps nothing, and has no key but the web server's. The device that it runs on (`run-bridge.ts`) has a
 * device key and keeps the ward log, and no record: a blind peer that could be replaced at any moment.
 */
import { X509Certificate } from 'node:crypto';
import type { Log } from '../protocol/codec/environment.ts';
import { succeed, type Result } from '../protocol/codec/result.ts';
import { startPageServer, type PageServerFailure, type PageServerLimits, type ServerCredentials } from '../node/page/page-server.ts';
import { createPipes, type PipeLimits, type Target } from './pipe.ts';

/** The ward's devices that the bridge itself is connected to. mDNS and hearsay do not count. */
export interface ProvenAddresses {
  /** Where the Noise handshake with this peer was done; undefined for every peer without one, and for every stranger. */
  addressOf(peerId: string): Target | undefined | Promise<Target | undefined>;
}

export interface BridgeOptions {
  /** The built app. */
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  /** The names and addresses in the certificate. */
  readonly hosts: readonly string[];
  readonly credentials: ServerCredentials;
  readonly proven: ProvenAddresses;
  readonly log: Log;
  readonly limits?: { readonly pages?: Partial<PageServerLimits>; readonly pipes?: Partial<PipeLimits> };
}

export interface Bridge {
  readonly url: string;
  readonly port: number;
  status(): BridgeStatus;
  /** For a renewed certificate: connections that are open stay open. */
  setCredentials(credentials: ServerCredentials): Result<void, PageServerFailure>;
  /** Cuts the pipes to a peer, as when its device was removed from the ward. */
  drop(peerId: string): void;
  stop(): Promise<void>;
}

export interface BridgeStatus {
  readonly pipes: number;
  /** Milliseconds since 1970. */
  readonly certificateExpires: number;
}

export async function startBridge({ proven, log, limits, ...options }: BridgeOptions): Promise<Result<Bridge, PageServerFailure>> {
  const pipes = createPipes({ targetOf: (peerId) => proven.addressOf(peerId), log, limits: limits?.pipes ?? {} });
  const started = await startPageServer({
    ...options, log, limits: limits?.pages ?? {}, onUpgrade: (path, request, socket, head) => pipes.handle(path, request, socket, head),
  });
  if (!started.ok) return started;
  const server = started.value;
  let certificateExpires = expiryOf(options.credentials);

  return succeed({
    url: server.url,
    port: server.port,
    status: () => ({ pipes: pipes.open, certificateExpires }),
    setCredentials(credentials) {
      const set = server.setCredentials(credentials);
      if (set.ok) certificateExpires = expiryOf(credentials);
      return set;
    },
    drop: (peerId) => pipes.drop(peerId),
    stop() {
      pipes.stop();
      return server.stop();
    },
  });
}

function expiryOf({ certificate }: ServerCredentials): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}
