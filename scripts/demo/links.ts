/**
 * The links by which browsers come in. Each carries a one-time code in its fragment, which no server ever sees, and lets
 * in one browser; a browser that is in stays in, without the code.
 */
import { inviteDevice } from '../../node/cli/invite.ts';
import { followOwnItems } from '../../node/cli/hand-over.ts';
import { until } from '../../node/cli/until.ts';
import { discoveryFor } from '../../node/device/network-choice.ts';
import { readDeviceFolder, type DeviceFolder } from '../../node/device/device-folder.ts';
import { readPageCode } from '../../node/device/join-device.ts';
import { pageCodeState } from '../../node/device/page-code-state.ts';
import { runDevice } from '../../node/device/running-device.ts';
import type { Environment } from '../../protocol/codec/environment.ts';
import type { DeviceId } from '../../protocol/codec/ids.ts';
import { encodeJoinCode } from '../../protocol/network/join-code.ts';
import { ADMIN } from './people.ts';
import { folderOf } from './processes.ts';
import { ADMIN_FOLDER, DEMO_CAST, meet, must, unlockPerson } from './set-up.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
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
  const written = followOwnItems(device);
  await meet(device, DEMO_CAST.unlock?.threshold ?? 0);
  const session = await unlockPerson(device, ADMIN, environment);
  const links: Link[] = [];
  const inviters: DeviceId[] = [];
  for (const { name, url, inviter } of doors) {
    const folder: DeviceFolder = must(await readDeviceFolder(folderOf(root, inviter)));
    inviters.push(folder.id);
    // By the tablet's own code the page is one thing with it (JOIN-3), and has PINs.
    const own = await readPageCode(folder);
    if (own !== undefined && pageCodeState(device.replica, own, environment.clock.now() + HOUR) === 'open') {
      links.push({ name, url, join: `${url}#join=${own}` });
      continue;
    }
    const secret = must(await inviteDevice(session, device.replica, environment, { kind: folder.kind === 'tablet' ? 'client' : 'desktop', name: `Browser at ${name}`, expires: environment.clock.now() + DAY }));
    const code = encodeJoinCode({ ward: device.replica.ward, inviter: folder.id, secret, addresses: [] });
    links.push({ name, url, join: `${url}#join=${code}` });
  }
  await session.lock();
  if (!await until(written.onHeld, () => inviters.every((inviter) => written.isHeldBy(inviter)), HAND_OVER_MILLISECONDS)) {
    throw new Error(`the ward's devices have not taken the links over; ${folderOf(root, 'archive')}.log says why`);
  }
  await device.stop();
  return links;
}
