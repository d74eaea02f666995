/**
 * A device's folder: `device.json` (which ward, which kind, the device key) beside `items/` (the replica).
 *
 * The device key opens channels and nothing else: whoever steals the folder can pose as the device until it is removed
 * from the ward, and still reads nothing. So it lies here as it is, readable by its owner alone.
 */
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fromHex, toHex } from '../../protocol/codec/bytes.ts';
import { deviceId, wardId, type DeviceId, type WardId } from '../../protocol/codec/ids.ts';
import { fail, succeed, type Result } from '../../protocol/codec/result.ts';
import { signingKeyFromSeed, type SigningKey } from '../../protocol/crypto/signing/signature.ts';
import { DEVICE_KINDS, type DeviceKind } from '../../protocol/membership/ward-state.ts';

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
  readonly code: 'no-device' | 'not-empty' | 'not-writable' | 'damaged' | 'other-kind';
  readonly message: string;
}

const FORMAT = 1;
const FILE = 'device.json';

export interface NewDevice {
  readonly path: string;
  readonly ward: WardId;
  readonly kind: DeviceKind;
  /** 32 bytes. */
  readonly seed: Uint8Array;
  readonly peers?: readonly string[];
}

/** Makes the folder of a new device, durably. Refuses a folder that holds anything already. */
export async function createDeviceFolder({ path, ward, kind, seed, peers = [] }: NewDevice): Promise<Result<DeviceFolder, FolderFailure>> {
  const content = `${JSON.stringify({ format: FORMAT, ward: toHex(ward), kind, seed: toHex(seed), peers }, null, 2)}\n`;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if ((await readdir(path)).length > 0) return fail({ code: 'not-empty', message: `${path} is not empty; name a new folder` });
    await writeDurably(path, FILE, content);
  } catch (error) {
    return fail({ code: 'not-writable', message: `${path} cannot be written (${systemCode(error)}); choose another folder or mend its permissions` });
  }
  return readDeviceFolder(path);
}

/** Reads a device's folder; with `kind`, only if it is of that kind. */
export async function readDeviceFolder(path: string, kind?: DeviceKind): Promise<Result<DeviceFolder, FolderFailure>> {
  let text: string;
  try {
    text = await readFile(join(path, FILE), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') {
      return fail({ code: 'no-device', message: `${path} holds no device; make one with 'wardsync init' or 'wardsync join'` });
    }
    return fail({ code: 'not-writable', message: `${path} cannot be read (${systemCode(error)})` });
  }
  const folder = parse(path, text);
  if (folder === undefined) return fail({ code: 'damaged', message: `${join(path, FILE)} is damaged; restore it, or join as a new device` });
  if (kind !== undefined && folder.kind !== kind) return fail({ code: 'other-kind', message: `${path} belongs to a device of kind '${folder.kind}', not '${kind}'` });
  return succeed(folder);
}

export function itemsFolder(folder: Pick<DeviceFolder, 'path'>): string {
  return join(folder.path, 'items');
}

/** Writes a file that is either there whole, with its bytes on disk, or not at all. Never replaces one. */
export async function writeDurably(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const partial = join(folder, `${name}.${process.pid}.partial`);
  const file = await open(partial, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
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
    const { format, ward, kind, seed, peers } = JSON.parse(text) as Record<string, unknown>;
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

export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
