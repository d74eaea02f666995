/**
 * A device's folder: `device.json` (which ward, which kind, the device key) beside `items/` (the replica).
 *
 * The device key opens channels and nothing else: whoever steals the folder can pose as the device until it is removed
 * from the ward, and still reads nothing. So it lies here as it is, readable by its owner alone.
 */
import { access, link, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fromHex, toHex } from '../../protocol/codec/bytes.ts';
import { deviceId, wardId, type DeviceId, type WardId } from '../../protocol/codec/ids.ts';
import { fail, succeed, type Result } from '../../protocol/codec/result.ts';
import { signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { DEVICE_KINDS, type DeviceKind } from '../../protocol/membership/ward-state.ts';
import { makeFolder, unusable } from './new-folder.ts';
import { systemCode } from './system-error.ts';

export interface DeviceFolder {
  readonly path: string;
  readonly ward: WardId;
  readonly kind: DeviceKind;
  readonly key: SigningKey;
  readonly id: DeviceId;
  /** Multiaddrs with `/p2p/…` that are tried besides discovery. */
  readonly peers: readonly string[];
}

export interface FolderFailure {
  readonly code: 'no-device' | 'not-empty' | 'not-writable' | 'damaged' | 'other-kind' | 'removed';
  readonly message: string;
}

const FORMAT = 1;
const FILE = 'device.json';
/** Left where a device was destroyed because the ward had removed it. */
export const REMOVED_FILE = 'removed';

const KIND_NAMES: Readonly<Record<DeviceKind, string>> = { archive: 'an archive', tablet: 'a tablet', bridge: 'a bridge', client: "a client (a person's own device)", desktop: "a desktop's browser" };

export interface NewDevice {
  readonly path: string;
  readonly ward: WardId;
  readonly kind: DeviceKind;
  /** 32 bytes. */
  readonly seed: Uint8Array;
  readonly peers?: readonly string[];
}

/** Makes the folder of a new device, durably. Refuses a folder that holds anything already. */
export function createDeviceFolder(device: NewDevice): Promise<Result<DeviceFolder, FolderFailure>> {
  const folder = newDevice(device);
  return makeFolder(folder.path, () => writeDeviceFile(folder));
}

/** A device that is about to be: nothing of it is on disk before `writeDeviceFile`. */
export function newDevice({ path, ward, kind, seed, peers = [] }: NewDevice): DeviceFolder {
  const key = signingKeyFromSeed(seed);
  return { path, ward, kind, key, id: deviceId.from(key.publicKey), peers };
}

/** Makes the folder a device's folder: the last step of whatever makes one, so that half a device is none. */
export async function writeDeviceFile(folder: DeviceFolder): Promise<Result<DeviceFolder, FolderFailure>> {
  const { path, ward, kind, key, peers } = folder;
  try {
    await writeDurably(path, FILE, `${JSON.stringify({ format: FORMAT, ward: toHex(ward), kind, seed: toHex(key.seed), peers }, null, 2)}\n`);
    return succeed(folder);
  } catch (error) {
    return fail(unusable(path, error));
  }
}

/** Reads a device's folder; with `kind`, only if it is of that kind. */
export async function readDeviceFolder(path: string, kind?: DeviceKind): Promise<Result<DeviceFolder, FolderFailure>> {
  let text: string;
  try {
    text = await readFile(join(path, FILE), 'utf8');
  } catch (error) {
    if (await access(join(path, REMOVED_FILE)).then(() => true, () => false)) return fail({ code: 'removed', message: removedMessage(path) });
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') {
      return fail({ code: 'no-device', message: `${path} holds no device; make one with 'wardsync init' or 'wardsync join'` });
    }
    return fail({ code: 'not-writable', message: `${join(path, FILE)} cannot be read (${systemCode(error)}): run this as the user that owns the folder` });
  }
  const folder = parse(path, text);
  if (folder === undefined) return fail({ code: 'damaged', message: `${join(path, FILE)} is damaged: put back a copy of it, or join as a new device in a new folder` });
  if (kind !== undefined && folder.kind !== kind) return fail({ code: 'other-kind', message: `${path} is the folder of ${KIND_NAMES[folder.kind]}, not of ${KIND_NAMES[kind]}` });
  return succeed(folder);
}

export function removedMessage(path: string): string {
  return `this device was removed from the ward, and what it held in ${path} is destroyed; to use this machine again, let it join anew in another folder`;
}

export function itemsFolder(folder: Pick<DeviceFolder, 'path'>): string {
  return join(folder.path, 'items');
}

/** What the node keeps for people to unlock with. In no backup: a node restored from a copy has none. */
export function sharesFolder(folder: Pick<DeviceFolder, 'path'>): string {
  return join(folder.path, 'unlock');
}

/** Writes a file that is either there whole, with its bytes on disk, or not at all. Never replaces one. */
export async function writeDurably(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const partial = join(folder, `${name}.${process.pid}.partial`);
  const file = await open(partial, 'wx', 0o600);
  try {
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(partial, join(folder, name));
  } finally {
    await unlink(partial);
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function parse(path: string, text: string): DeviceFolder | undefined {
  try {
    const { format, ward, kind, seed, peers }: Record<string, unknown> = JSON.parse(text);
    const known = DEVICE_KINDS.find((name) => name === kind);
    if (format !== FORMAT || typeof ward !== 'string' || typeof seed !== 'string' || known === undefined || !Array.isArray(peers)) return undefined;
    const key = signingKeyFromSeed(fromHex(seed, 'device key'));
    return {
      path, ward: wardId.fromHex(ward), kind: known, key, id: deviceId.from(key.publicKey), peers: peers.filter((peer) => typeof peer === 'string'),
    };
  } catch {
    return undefined;
  }
}
