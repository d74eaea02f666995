/** Whether everybody of the demo can unlock, with the archive and one tablet switched on and the others off. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { discoveryFor } from '../../node/device/network-choice.ts';
import { readDeviceFolder } from '../../node/device/device-folder.ts';
import { realEnvironment, silentLog } from '../../node/device/real-environment.ts';
import { runDevice, type RunningDevice } from '../../node/device/running-device.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import type { Dealing } from '../../protocol/membership/dealing.ts';
import { ADMIN, STAFF } from '../../scripts/demo/people.ts';
import { folderOf } from '../../scripts/demo/processes.ts';
import { ADMIN_FOLDER, meet, must, unlockPerson } from '../../scripts/demo/set-up.ts';

const environment = realEnvironment(silentLog);

export async function everybodyUnlocks(demo: string): Promise<void> {
  const root = join(demo, 'ward');
  const device = await run(root, ADMIN_FOLDER, []);
  const others: RunningDevice[] = [];
  try {
    const { users, unlockPolicy } = device.replica.state();
    assert.deepEqual(unlockPolicy, { threshold: 2, nodes: 3 });
    const dealings = [...users.values()].map(({ handle, dealing }) => {
      assert.ok(dealing !== undefined, `${handle} opens with nodes`);
      return dealing;
    });
    others.push(...await twoOf(root, dealings[0]));
    await meet(device, 2);
    for (const person of [ADMIN, ...STAFF]) await (await unlockPerson(device, person, environment)).lock();
  } finally {
    await Promise.all([device, ...others].map((each) => each.stop()));
  }
}

/** The archive, and one tablet that holds shares. */
async function twoOf(root: string, dealing: Dealing | undefined): Promise<readonly RunningDevice[]> {
  const held = new Set(dealing?.nodes.map(hexOf));
  const folders = await Promise.all(['archive', 'tablet-1', 'tablet-2', 'tablet-3'].map(async (name) => ({ name, folder: must(await readDeviceFolder(folderOf(root, name))) })));
  const [archive, tablet] = folders.filter(({ folder }) => held.has(hexOf(folder.id)));
  assert.ok(archive?.name === 'archive' && tablet !== undefined);
  return Promise.all([archive, tablet].map(({ name }) => run(root, name, ['/ip4/127.0.0.1/tcp/0'])));
}

async function run(root: string, name: string, listen: readonly string[]): Promise<RunningDevice> {
  return must(await runDevice(must(await readDeviceFolder(folderOf(root, name))), { environment, listen, discovery: discoveryFor({ local: true, mdns: true }) }));
}
