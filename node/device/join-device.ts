/** A new device on this machine, from a one-time code to a folder that is ready to run (SPEC, JOIN). */
import { readFile, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../../protocol/codec/environment.ts';
import type { WardId } from '../../protocol/codec/ids.ts';
import { fail, type Result } from '../../protocol/codec/result.ts';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import { decodeJoinCode, encodeJoinCode, type JoinCode } from '../../protocol/network/join-code.ts';
import { joinWard, type JoinFailure } from '../../protocol/network/join-ward.ts';
import { peerIdText } from '../../protocol/network/peer-id.ts';
import { tcpTransport } from '../../protocol/network/tcp-transport.ts';
import { StoreError } from '../../protocol/store/item-store.ts';
import { itemsFolder, newDevice, writeDeviceFile, writeDurably, type DeviceFolder } from './device-folder.ts';
import { makeFolder, unusable } from './new-folder.ts';
import { parsePeerAddress } from './peer-addresses.ts';
import { openFolderReplica } from './running-device.ts';
import { systemCode } from './system-error.ts';

export interface Joining {
  readonly code: string;
  readonly kind: DeviceKind;
  readonly path: string;
  /** For a bridge: names and addresses for its certificate. */
  readonly hosts: readonly string[];
  /** Multiaddrs with `/p2p/…`, kept for later as well. */
  readonly peers: readonly string[];
  readonly environment: Environment;
  /** Makes the folder of items that the device begins with, as from a backup; without it the device begins with nothing. */
  readonly fill?: (items: string, ward: WardId) => Promise<Result<unknown, { readonly message: string }>>;
}

/** Names of the files that joining leaves beside `device.json`. */
export const TLS_KEY_FILE = 'tls-key.pem';
export const HOSTS_FILE = 'hosts.json';
/** The tablet's page joins with the rest of the code; the file goes when it has. */
export const PAGE_CODE_FILE = 'page-code';

/** The folder appears whole, when the ward has let the device in, or not at all. */
export async function joinDevice(joining: Joining): Promise<Result<DeviceFolder, { readonly message: string }>> {
  const code = decodeJoinCode(joining.code);
  if (!code.ok) return fail({ message: "this is not a join code, or not all of it; it begins with WS1- and is printed by 'wardsync pair'" });
  return makeFolder(joining.path, () => joinInto(joining, code.value));
}

async function joinInto({ kind, path, hosts, peers, environment, fill }: Joining, code: JoinCode): Promise<Result<DeviceFolder, { readonly message: string }>> {
  const folder = newDevice({ path, ward: code.ward, kind, seed: environment.entropy.randomBytes(32), peers: [...peers, ...inviterAddresses(code)] });
  const filled = await fill?.(itemsFolder(folder), code.ward);
  if (filled !== undefined && !filled.ok) return filled;
  try {
    const certificateRequest = kind === 'bridge' ? await requestCertificate(path, hosts) : undefined;
    if (kind === 'tablet') await writeDurably(path, PAGE_CODE_FILE, encodeJoinCode({ ward: code.ward, inviter: folder.id, secret: code.secret, addresses: [] }));
    const opened = await openFolderReplica(folder, environment);
    if (!opened.ok) return opened;
    let joined: Result<void, JoinFailure>;
    try {
      joined = await joinWard({
        code, kind, deviceKey: folder.key, replica: opened.value.replica, environment, transport: tcpTransport(),
        addresses: peers.flatMap((peer) => parsePeerAddress(peer)?.address ?? []),
        ...(certificateRequest !== undefined && { certificateRequest }),
      });
    } finally {
      await opened.value.close();
    }
    if (!joined.ok) return fail({ message: JOIN_MESSAGES[joined.failure] });
  } catch (error) {
    if (error instanceof StoreError) return fail({ message: error.message });
    if (systemCode(error) !== 'unknown') return fail(unusable(path, error));
    throw error;
  }
  return writeDeviceFile(folder);
}

/** The part of the code that is left for a tablet's page; undefined when it has been used. */
export async function readPageCode(folder: Pick<DeviceFolder, 'path'>): Promise<string | undefined> {
  try {
    return await readFile(join(folder.path, PAGE_CODE_FILE), 'utf8');
  } catch {
    return undefined;
  }
}

/** A code that was used is worth nothing, and is not kept. */
export async function dropPageCode(folder: Pick<DeviceFolder, 'path'>): Promise<void> {
  await rm(join(folder.path, PAGE_CODE_FILE), { force: true });
}

async function requestCertificate(path: string, hosts: readonly string[]): Promise<Uint8Array> {
  // Loaded here, because every tablet and archive has this file and only a bridge needs the request.
  const { makeCertificateRequest } = await import('../../protocol/authority/certificate-request.ts');
  const { request, privateKeyPem } = await makeCertificateRequest({ dns: hosts.filter((host) => isIP(host) === 0), ips: hosts.filter((host) => isIP(host) !== 0) });
  await writeDurably(path, TLS_KEY_FILE, privateKeyPem);
  await writeDurably(path, HOSTS_FILE, `${JSON.stringify(hosts)}\n`);
  return request;
}

/** Where the inviter was is where it will be looked for first. */
function inviterAddresses({ inviter, addresses }: JoinCode): readonly string[] {
  return addresses.map((address) => `${address}/p2p/${peerIdText(inviter)}`);
}

const JOIN_MESSAGES: Readonly<Record<JoinFailure, string>> = {
  unreachable: "nobody answers at the addresses in the code: is 'wardsync pair' still running, and on the same network? Isolated Wi-Fi keeps devices apart; try --peer",
  'cut-off': 'the other device ended the connection: the code may be used or expired, or too many devices are joining at once',
  refused: "the code was refused: ask for a new one with 'wardsync pair'",
  expired: "the code has expired: ask for a new one with 'wardsync pair' (are both clocks right?)",
  used: "the code was used already: ask for a new one with 'wardsync pair'",
  'not-the-ward': 'what answered is not the ward of this code; nothing was kept',
};
