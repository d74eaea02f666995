/** What the network tests share: a real environment, a ward whose state is just written down, and links that only listen. */
import { randomBytes } from 'node:crypto';
import type { MultiaddrConnection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import type { Environment } from '../../protocol/codec/environment.ts';
import { deviceId, hexOf, LOG_DOCUMENT, wardId, type DeviceId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import type { DeviceKind, DeviceState, InvitationState, WardState } from '../../protocol/membership/ward-state.ts';
import { startHost, type Host, type HostInit } from '../../protocol/network/host.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import type { Admitted, Replica } from '../../protocol/replica/replica.ts';
import type { FrameChannel } from '../../protocol/sync/channel.ts';
import type { Link, LinkEvent } from '../../protocol/sync/link.ts';

export interface LoggedEvent {
  readonly name: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export function realEnvironment(logged: LoggedEvent[] = []): Environment {
  return {
    clock: { now: () => Date.now() },
    entropy: { randomBytes: (length) => new Uint8Array(randomBytes(length)) },
    timers: {
      after(delay, callback) {
        const timer = setTimeout(callback, delay);
        return () => clearTimeout(timer);
      },
    },
    log: { event: (name, fields = {}) => void logged.push({ name, fields }) },
  };
}

export function freshKey(): SigningKey {
  return signingKeyFromSeed(new Uint8Array(randomBytes(32)));
}

/** `count` keys, smallest public key first: the first dials. */
export function freshKeys(count: number): readonly SigningKey[] {
  return Array.from({ length: count }, freshKey).sort((a, b) => Buffer.compare(a.publicKey, b.publicKey));
}

export function deviceOf(key: SigningKey): DeviceId {
  return deviceId.from(key.publicKey);
}

/** A replica that knows of devices and invitations what it is told, and holds nothing. */
export class WrittenReplica {
  readonly ward = wardId.from(new Uint8Array(32).fill(7));
  readonly devices = new Map<string, DeviceState>();
  readonly invitations = new Map<string, InvitationState>();
  readonly #listeners = new Set<(admitted: Admitted) => void>();

  constructor(...keys: readonly SigningKey[]) {
    for (const key of keys) this.put(key);
  }

  put(key: SigningKey, kind: DeviceKind = 'tablet', removed = false): void {
    const id = deviceOf(key);
    const removal = removed ? { operation: new Uint8Array(32) as never, cut: [] } : undefined;
    this.devices.set(hexOf(id), {
      id, kind, sealedName: new Uint8Array(0), certificateRequest: new Uint8Array(0), certificate: new Uint8Array(0), removal,
    });
    for (const listener of this.#listeners) listener({ document: LOG_DOCUMENT, author: id, items: [] });
  }

  asReplica(): Replica {
    const { ward, devices, invitations } = this;
    const state = (): WardState => ({ devices, invitations }) as unknown as WardState;
    return {
      ward,
      state,
      frontier: () => [],
      onAdmitted: (listener: (admitted: Admitted) => void) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    } as unknown as Replica;
  }
}

/** A link that reads and says nothing; it ends when its channel does. */
export class ListeningLink implements Link {
  readonly remote: Uint8Array;
  readonly inSync = true;
  readonly heartbeat = undefined;
  readonly received: Uint8Array[] = [];
  readonly channel: FrameChannel;
  readonly ended: Promise<string>;
  readonly #listeners = new Set<(event: LinkEvent) => void>();

  constructor(channel: FrameChannel) {
    this.channel = channel;
    this.remote = channel.remote;
    this.ended = this.#read();
  }

  onEvent(listener: (event: LinkEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  end(): void {
    this.channel.close();
  }

  async #read(): Promise<string> {
    let how = 'clean';
    try {
      for await (const frame of this.channel.frames()) this.received.push(frame);
    } catch (error) {
      how = error instanceof Error ? error.message : 'thrown';
    }
    for (const listener of this.#listeners) listener({ type: 'ended', reason: how === 'clean' ? 'done' : 'cut', by: 'them' });
    return how;
  }
}

export function startTestHost(deviceKey: SigningKey, replica: WrittenReplica, init: Partial<HostInit> = {}): Promise<Host> {
  return startHost({
    deviceKey,
    replica: replica.asReplica(),
    environment: realEnvironment(),
    transport: tcpTransport(),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    openLink: (channel) => new ListeningLink(channel),
    ...init,
  });
}

/** Resolves once `check` holds; it is asked again whenever the host's peers change. */
export function until(host: Host, check: () => boolean): Promise<void> {
  if (check()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = host.onPeersChanged(() => {
      if (!check()) return;
      stop();
      resolve();
    });
  });
}

/** A connection that comes in from `host`, as a gater sees it. */
export function knock(host: string): { readonly connection: MultiaddrConnection; close(): void } {
  const events = new EventTarget();
  const connection = Object.assign(events, { remoteAddr: multiaddr(`/ip4/${host}/tcp/1234`), abort: () => undefined }) as unknown as MultiaddrConnection;
  return { connection, close: () => events.dispatchEvent(new Event('close')) };
}
