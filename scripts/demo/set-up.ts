/**
 * The demo's first start: founds the ward, lets five devices join by real one-time codes, adds the people. Every step is
 * the one that ward IT would take by hand.
 */
import { mkdir, rm } from 'node:fs/promises';
import { runDevice, type RunningDevice } from '../../node/device/running-device.ts';
import { createDeviceFolder, itemsFolder, readDeviceFolder } from '../../node/device/device-folder.ts';
import { joinDevice } from '../../node/device/join-device.ts';
import { establishAuthority, issueOwedCertificates } from '../../node/cli/authority.ts';
import { inviteDevice } from '../../node/cli/invite.ts';
import { until } from '../../node/cli/until.ts';
import type { Environment } from '../../protocol/codec/environment.ts';
import { type TeamId, type UserId } from '../../protocol/codec/ids.ts';
import type { Result } from '../../protocol/codec/result.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import type { UnlockPolicy } from '../../protocol/membership/dealing.ts';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import { encodeJoinCode } from '../../protocol/network/join-code.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import { openLevelStore } from '../../protocol/store/level-store.ts';
import { foundWard } from '../../protocol/ward/found.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { openWard } from '../../protocol/ward/ward.ts';
import { ADMIN, STAFF, TEAM_NAME, WARD_NAME, type DemoPerson } from './people.ts';
import { folderOf } from './processes.ts';

/** Who and what is in the ward. Folders are named after what stands in them, not after the devices. */
export interface Cast {
  readonly ward: string;
  readonly team: string;
  readonly admin: DemoPerson;
  readonly staff: readonly DemoPerson[];
  /** What new dealings have to be; without it passwords open by themselves. */
  readonly unlock?: UnlockPolicy;
  /** For how many hours a PIN opens on tablets; without it never. */
  readonly graceHours?: number;
  readonly devices: readonly { readonly folder: string; readonly kind: DeviceKind; readonly name: string }[];
}

export const DEMO_CAST: Cast = {
  ward: WARD_NAME,
  team: TEAM_NAME,
  admin: ADMIN,
  staff: STAFF,
  // One of the three may be switched off, and so may a fourth: a stolen tablet gets no guess.
  unlock: { threshold: 2, nodes: 3 },
  graceHours: 12,
  devices: [
    { folder: 'archive', kind: 'archive', name: 'Archive' },
    { folder: 'tablet-1', kind: 'tablet', name: 'Tablet bay A' },
    { folder: 'tablet-2', kind: 'tablet', name: 'Tablet bay B' },
    { folder: 'tablet-3', kind: 'tablet', name: 'Tablet bay C' },
    { folder: 'bridge', kind: 'bridge', name: 'Bridge' },
  ],
};

/** Archives and tablets of the demo. */
export const NODES = DEMO_CAST.devices.filter(({ kind }) => kind !== 'bridge').length;
export const ADMIN_FOLDER = 'admin';
const DAY = 24 * 60 * 60 * 1000;
const MEET_MILLISECONDS = 10_000;

export async function setUp(root: string, environment: Environment, say: (line: string) => void, cast: Cast = DEMO_CAST): Promise<void> {
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true, mode: 0o700 });
  say('Founding the ward…');
  await found(folderOf(root, ADMIN_FOLDER), cast, environment);

  const device = must(await runDevice(must(await readDeviceFolder(folderOf(root, ADMIN_FOLDER))), { environment, listen: ['/ip4/127.0.0.1/tcp/0'] }));
  let session = await unlockPerson(device, cast.admin, environment);
  const team = must(await session.members.addTeam(cast.team));
  await establishAuthority(session, environment, []);
  for (const { folder, kind, name } of cast.devices) {
    say(`${name} joins…`);
    const secret = must(await inviteDevice(session, device.replica, environment, { kind, name, expires: environment.clock.now() + DAY }));
    const code = encodeJoinCode({ ward: device.replica.ward, inviter: device.folder.id, secret, addresses: [...device.host.addresses()] });
    must(await joinDevice({ code, kind, path: folderOf(root, folder), hosts: kind === 'bridge' ? ['localhost', '127.0.0.1'] : [], peers: [], environment }));
  }
  if (cast.graceHours !== undefined) must(await session.members.setGrace(cast.graceHours));
  await issueOwedCertificates(session, device.replica, environment);
  // People are added while the nodes run: their first bundle opens with these from the beginning.
  const nodes = cast.unlock === undefined ? [] : await runNodes(root, cast, environment);
  if (cast.unlock !== undefined) {
    say('The archive and the tablets take shares…');
    await meet(device, nodes.length);
    must(await session.members.setUnlockPolicy(cast.unlock));
    await session.lock();
    session = await unlockPerson(device, cast.admin, environment);
    await session.settled();
  }
  for (const person of cast.staff) {
    say(`Adding ${person.handle}…`);
    await addPerson(session, team, person);
  }
  await session.lock();
  await Promise.all(nodes.map((node) => node.stop()));
  await device.stop();
}

/** What holds shares, in this process: each knows the admin's device from its code, and dials it. */
function runNodes(root: string, { devices }: Cast, environment: Environment): Promise<readonly RunningDevice[]> {
  return Promise.all(devices.filter(({ kind }) => kind === 'archive' || kind === 'tablet').map(async ({ folder }) =>
    must(await runDevice(must(await readDeviceFolder(folderOf(root, folder))), { environment, listen: ['/ip4/127.0.0.1/tcp/0'] }))));
}

/** Waits until so many devices have a link with this one, or for a while. */
export async function meet({ host }: Pick<RunningDevice, 'host'>, devices: number): Promise<void> {
  await until((check) => host.onLink(check), () => host.links().length >= devices, MEET_MILLISECONDS);
}

/** Unlocks one of the demo's people on a device of the demo. Nodes that have only just been started are asked twice. */
export async function unlockPerson({ replica, folder, host }: Pick<RunningDevice, 'replica' | 'folder' | 'host'>, { handle, password }: DemoPerson, environment: Environment): Promise<Session> {
  const ward = openWard({ replica, deviceKey: folder.key, environment, startEngine: (actor) => nodeEngine(actor, environment.timers), unlockNodes: host.unlockNodes });
  const first = await ward.unlock(handle, password);
  return must(first.ok || first.failure !== 'too-few-nodes' ? first : await ward.unlock(handle, password));
}

async function found(path: string, { ward: wardName, admin: founder }: Cast, environment: Environment): Promise<void> {
  const seed = environment.entropy.randomBytes(32);
  const replica = await foundWard({
    wardName,
    founder,
    device: { key: signingKeyFromSeed(seed), kind: 'client', name: "Ward IT's computer" },
    environment,
    openReplica: async (ward) => {
      const folder = must(await createDeviceFolder({ path, ward, kind: 'client', seed }));
      return openReplica({ store: await openLevelStore(itemsFolder(folder)), ward, log: environment.log });
    },
  });
  await replica.close();
}

async function addPerson(session: Session, team: TeamId, person: DemoPerson): Promise<UserId> {
  const user = must(await session.members.addUser(person));
  must(await session.members.addMember(team, user));
  return user;
}

/** The demo has no answer to a failure but to stop with it. */
export function must<T>(result: Result<T, { readonly message: string } | string>): T {
  if (result.ok) return result.value;
  throw new Error(typeof result.failure === 'string' ? result.failure : result.failure.message);
}

