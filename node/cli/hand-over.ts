/** Whether a peer has on its disk what this command wrote: edits, grants and operations of the ward log alike. */
import { equalBytes } from '../../protocol/codec/bytes.ts';
import { deviceId, hexOf, SESSIONS_DOCUMENT, type DeviceId, type Hex } from '../../protocol/codec/ids.ts';
import type { Chain } from '../../protocol/items/item.ts';
import type { Link, LinkEvent } from '../../protocol/sync/link.ts';
import type { RunningDevice } from '../device/running-device.ts';
import type { CommandIo } from './command.ts';
import { until } from './until.ts';

const HAND_OVER_MILLISECONDS = 30_000;

export interface FollowedDevice {
  readonly replica: RunningDevice['replica'];
  readonly host: Pick<RunningDevice['host'], 'links' | 'onLink' | 'peers'>;
  readonly folder: Pick<RunningDevice['folder'], 'id'>;
}

export interface OwnItems {
  /** Whether the peer has confirmed all of it. */
  readonly isHeldBy: (peer: DeviceId) => boolean;
  /** Calls `listener` whenever a peer confirms something. Returns what takes it off. */
  readonly onHeld: (listener: () => void) => () => void;
  /** Waits until one peer has all of it, as it confirmed itself; says so when that does not come. */
  readonly handOver: (io: CommandIo) => Promise<void>;
}

/** Follows what is written on this device from now on. The record of the session alone is not worth waiting for. */
export function followOwnItems({ replica, host, folder }: FollowedDevice): OwnItems {
  const written = new Map<string, Chain>();
  /** By peer and chain: up to which seq the peer has it. */
  const held = new Map<Hex<DeviceId>, Map<string, number>>();
  const listeners = new Set<() => void>();

  replica.onAdmitted(({ document, author }) => {
    const isOwn = equalBytes(replica.certificateOf(author)?.device ?? author, folder.id);
    if (isOwn && !equalBytes(document, SESSIONS_DOCUMENT)) written.set(nameOf({ document, author }), { document, author });
  });
  const follow = (link: Link): void => {
    const peer = hexOf(deviceId.from(link.remote));
    const chains = held.get(peer) ?? new Map<string, number>();
    held.set(peer, chains);
    link.onEvent((event: LinkEvent) => {
      const confirmed = event.type === 'stored-by-peer' ? [{ ...event.chain, seq: event.seq }]
        : event.type === 'equal' ? [...written.values()].filter(({ document }) => event.includes(document)).map((chain) => ({ ...chain, seq: replica.head(chain)?.seq ?? 0 }))
        : [];
      if (confirmed.length === 0) return;
      for (const { seq, ...chain } of confirmed) chains.set(nameOf(chain), Math.max(seq, chains.get(nameOf(chain)) ?? 0));
      for (const listener of listeners) listener();
    });
  };
  host.links().forEach(follow);
  host.onLink(follow);

  const left = (chains: ReadonlyMap<string, number>): number =>
    [...written].filter(([name, chain]) => (chains.get(name) ?? 0) < (replica.head(chain)?.seq ?? 0)).length;
  const isHeld = (): boolean => [...held.values()].some((chains) => left(chains) === 0);
  const onHeld = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  };

  return {
    isHeldBy: (peer) => left(held.get(hexOf(peer)) ?? new Map<string, number>()) === 0,
    onHeld,
    async handOver(io) {
      if (written.size === 0 || isHeld()) return;
      if (host.peers().length === 0) return io.say('Saved on this device, which is the only one of the ward so far.');
      if (host.links().length === 0) return io.say('Saved on this device; no peer has it yet. Later commands hand it over when they find a peer.');
      const subscribe = (check: () => void): (() => void) => onHeld(() => {
        io.progress(written.size - Math.min(...[...held.values()].map(left)), written.size, 'handing over');
        check();
      });
      if (!await until(subscribe, isHeld, HAND_OVER_MILLISECONDS)) io.say('Saved on this device; no peer has confirmed all of it yet. Later commands go on handing it over.');
    },
  };
}

function nameOf({ document, author }: Chain): string {
  return `${hexOf(document)}/${hexOf(author)}`;
}
