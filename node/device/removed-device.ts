/**
 * A device that was removed from the ward destroys what it holds (REVOKE-4). It believes nobody but the log in its own
 * replica, which it has checked item by item.
 *
 * What begins is finished: a mark is written first, and as long as it is there the folder is no device's any more.
 */
import { access, open, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hexOf, type DeviceId } from '../../protocol/codec/ids.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { itemsFolder, REMOVED_FILE, removedMessage, writeDurably, type DeviceFolder } from './device-folder.ts';

/** Whether the log, as it counts now, has removed the device. */
export function isRemoved(replica: Pick<Replica, 'state'>, device: DeviceId): boolean {
  return replica.state().devices.get(hexOf(device))?.removal !== undefined;
}

/** Whether the folder was to be destroyed, and that was interrupted. */
export async function isMarkedRemoved({ path }: Pick<DeviceFolder, 'path'>): Promise<boolean> {
  return access(join(path, REMOVED_FILE)).then(() => true, () => false);
}

/** Destroys everything in the folder but the mark; nobody may have its items open. The device key goes last. */
export async function destroyDevice(folder: Pick<DeviceFolder, 'path'>): Promise<void> {
  const { path } = folder;
  if (!await isMarkedRemoved(folder)) await writeDurably(path, REMOVED_FILE, `${removedMessage(path)}\n`);
  const items = itemsFolder(folder);
  if (await access(items).then(() => true, () => false)) {
    const store = await openLevelStore(items);
    await store.destroy();
    await store.close();
  }
  await destroyEntries(path, [REMOVED_FILE, KEY_FILE]);
  await destroyEntries(path, [REMOVED_FILE]);
}

const KEY_FILE = 'device.json';

async function destroyEntries(folder: string, except: readonly string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (except.includes(entry.name)) continue;
    if (entry.isDirectory()) {
      await destroyEntries(path, []);
      await rmdir(path);
    } else {
      if (entry.isFile()) await overwrite(path);
      await rm(path, { force: true });
    }
  }
}

/** As far as the disk overwrites in place; a flash disk may keep the old block for a while. */
async function overwrite(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.writeFile(new Uint8Array((await file.stat()).size));
    await file.sync();
  } finally {
    await file.close();
  }
}
