/** Options that several commands share, and how they are read. */
import { resolve } from 'node:path';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import { readDeviceFolder, type DeviceFolder } from '../device/device-folder.ts';
import type { NetworkChoice } from '../device/network-choice.ts';
import { CommandFailed, UsageError, type Arguments, type OptionSpecs } from './command.ts';
import { parsePeerAddress } from '../device/peer-addresses.ts';

export const FOLDER_OPTION: OptionSpecs = {
  folder: { type: 'string', value: 'FOLDER', help: "the device's folder", default: process.env['WARDSYNC_FOLDER'] ?? './wardsync' },
};

export const NETWORK_OPTIONS: OptionSpecs = {
  local: { type: 'boolean', help: 'stay on this machine: listen and look for peers on loopback only' },
  'no-mdns': { type: 'boolean', help: 'look for no peers by mDNS; use --peer' },
  peer: { type: 'string', value: 'ADDRESS', multiple: true, help: 'a peer at a fixed address: /ip4/…/tcp/…/p2p/… (may be repeated)' },
};

export const LISTEN_OPTION: OptionSpecs = {
  listen: { type: 'string', value: 'PORT', help: 'TCP port to listen at; 0 lets the system choose', default: '0' },
};

export function networkChoice(args: Arguments): NetworkChoice {
  return { local: args.flag('local'), mdns: !args.flag('no-mdns') };
}

/** Multiaddrs to listen at. */
export function listenAddresses(args: Arguments): readonly string[] {
  const port = portOf(args.text('listen') ?? '0', '--listen');
  return [`/ip4/${args.flag('local') ? '127.0.0.1' : '0.0.0.0'}/tcp/${port}`];
}

export function portOf(text: string, name: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new UsageError(`${name} takes a port number, not '${text}'`);
  return port;
}

/** Reads the folder of `--folder`, with the addresses of `--peer` added. */
export async function deviceFolder(args: Arguments, kind?: DeviceKind): Promise<DeviceFolder> {
  const read = await readDeviceFolder(resolve(args.must('folder')), kind);
  if (!read.ok) throw new CommandFailed(read.failure.message);
  return { ...read.value, peers: [...read.value.peers, ...peerOptions(args)] };
}

export function peerOptions(args: Arguments): readonly string[] {
  const peers = args.texts('peer');
  for (const peer of peers) if (parsePeerAddress(peer) === undefined) throw new UsageError(`--peer takes /ip4/…/tcp/…/p2p/<PeerId>, not '${peer}'`);
  return peers;
}
