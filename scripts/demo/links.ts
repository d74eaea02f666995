/**
 * The links by which browsers come in. Each carries a one-time code in its fragment, which no server ever sees, and lets
 * in one browser; a browser that is in stays in, without the code.
 */
import { inviteDevice } from '../../node/cli/invite.ts';
import { followOwnItems } from '../../node/cli/hand-over.ts';
import { until } from '../../node/cli/until.ts';
import { discoveryFor } from '../../node/device/network-choice.ts';
import { readDeviceFolder, type DeviceFolder } from '../../node/device/device-folder.ts';
import { runDevice } from '../../node/device/running-device.ts';
import type { Environment } from '../../protocol/codec/environment.ts';
import type { DeviceId } from '../../protocol/codec/ids.ts';
import { encodeJoinCode } from '../../protocol/network/join-code.ts';
import { ADMIN } from './people.ts';
import { folderOf } from './processes.ts';
import { ADMIN_FOLDER, DEMO_CAST, meet, must, unlockPerson } from './set-up.ts';

const DAY = 24 * 60 * 60 * 1000;
const HAND_OVER_MILLISECONDS = 20_000;

export interface Door {
  readonly name: string;
  /** Of the page's server. */
  readonly url: string;
  /** Folder of the device that lets the page in. */
  readonly inviter: string;
}

export interface Link {
  readonly name: string;
  readonly url: string;
  readonly join: string;
}

/** Has the admin's device invite one page for each door, and waits until the ward's devices know it. */
export async function makeLinks(root: string, doors: readonly Door[], environment: Environment): Promise<readonly Link[]> {
  const device = must(await runDevice(must(await readDeviceFolder(folderOf(root, ADMIN_FOLDER))), {
    environment, listen: [], discovery: discoveryFor({ local: true, mdns: true }),
  }));
  const own = followOwnItems(device);
  await meet(device, DEMO_CAST.unlock?.threshold ?? 0);
  const session = await unlockPerson(device, ADMIN, environment);
  const links: Link[] = [];
  const inviters: DeviceId[] = [];
  for (const { name, url, inviter } of doors) {
    const folder: DeviceFolder = must(await readDeviceFolder(folderOf(root, inviter)));
    const secret = must(await inviteDevice(session, device.replica, environment, { kind: 'client', name: `Browser at ${name}`, expires: environment.clock.now() + DAY }));
    const code = encodeJoinCode({ ward: device.replica.ward, inviter: folder.id, secret, addresses: [] });
    inviters.push(folder.id);
    links.push({ name, url, join: `${url}#join=${code}` });
  }
  await session.lock();
  if (!await until(own.onHeld, () => inviters.every((inviter) => own.isHeldBy(inviter)), HAND_OVER_MILLISECONDS)) {
    throw new Error(`the ward's devices have not taken the links over; ${folderOf(root, 'archive')}.log says why`);
  }
  await device.stop();
  return links;
}
