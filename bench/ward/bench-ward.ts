/** A ward for measuring: founded for real, its devices' folders in a temporary place that goes with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyDocument, copyItems } from '../../node/cli/copy-items.ts';
import { createDeviceFolder, type DeviceFolder } from '../../node/device/device-folder.ts';
import { realEnvironment, realEntropy, silentLog } from '../../node/device/real-environment.ts';
import { openFolderReplica } from '../../node/device/running-device.ts';
import { deviceId, LOG_DOCUMENT, type TeamId } from '../../protocol/codec/ids.ts';
import type { Result } from '../../protocol/codec/result.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import { nodeEngine } from '../../protocol/documents/node-engine.ts';
import { openBundle } from '../../protocol/keys/bundle.ts';
import { identityFromSeeds, type Identity } from '../../protocol/keys/identity.ts';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import { openReplica } from '../../protocol/replica/open-replica.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import { MemoryStore } from '../../protocol/store/memory-store.ts';
import { foundWard } from '../../protocol/ward/found.ts';
import { openWard } from '../../protocol/ward/ward.ts';

export const environment = realEnvironment(silentLog);
export const PASSWORD = 'correct horse battery';
/** Two clinicians, who are in the one team. */
export const USERS = ['heron-42', 'finch-7'] as const;

export interface DevicePlan {
  readonly kind: DeviceKind;
  readonly name: string;
}

export class BenchWard {
  /** Of the office, in memory: everything that folders are filled with. */
  readonly replica: Replica;
  readonly team: TeamId;
  /** By name; without items until they are filled. */
  readonly devices: ReadonlyMap<string, DeviceFolder>;
  readonly #folder: string;

  private constructor(replica: Replica, team: TeamId, devices: ReadonlyMap<string, DeviceFolder>, folder: string) {
    this.replica = replica;
    this.team = team;
    this.devices = devices;
    this.#folder = folder;
  }

  /** Nobody is unlocked any more when it resolves: an open session would read along with everything that is made. */
  static async found(plans: readonly DevicePlan[]): Promise<BenchWard> {
    const office = signingKeyFromSeed(realEntropy.randomBytes(32));
    const replica = await foundWard({
      wardName: 'Larch Ward',
      founder: { handle: 'admin-1', name: 'Ada Minton', password: PASSWORD },
      device: { key: office, kind: 'client', name: 'Office' },
      environment,
      openReplica: (ward) => openReplica({ store: new MemoryStore(), ward, log: silentLog }),
    });
    const ward = openWard({ replica, deviceKey: office, environment, startEngine: (actor) => nodeEngine(actor, environment.timers) });
    const admin = must(await ward.unlock('admin-1', PASSWORD));
    const team = must(await admin.members.addTeam('Larch'));
    for (const handle of USERS) {
      const user = must(await admin.members.addUser({ handle, name: `Nurse ${handle}`, role: 'clinician', password: PASSWORD }));
      must(await admin.members.addMember(team, user));
    }
    const folder = await mkdtemp(join(tmpdir(), 'wardsync-bench-'));
    const devices = new Map<string, DeviceFolder>();
    for (const { kind, name } of plans) {
      const seed = realEntropy.randomBytes(32);
      must(await admin.members.addDevice(deviceId.from(signingKeyFromSeed(seed).publicKey), kind, name));
      devices.set(name, must(await createDeviceFolder({ path: join(folder, name), ward: replica.ward, kind, seed })));
    }
    await admin.lock();
    return new BenchWard(replica, team, devices, folder);
  }

  device(name: string): DeviceFolder {
    const found = this.devices.get(name);
    if (found === undefined) throw new Error(`no device ${name}`);
    return found;
  }

  /** Copies into the device's folder what the ward holds now, or the log alone, as in a device that has just joined. */
  async fill(name: string, what: 'everything' | 'log'): Promise<void> {
    const folder = must(await openFolderReplica(this.device(name), environment));
    if (what === 'log') await copyDocument(this.replica, folder.replica, LOG_DOCUMENT);
    else await copyItems(this.replica, folder.replica);
    await folder.close();
  }

  identity(handle: string): Promise<Identity> {
    return openIdentity(this.replica, handle);
  }

  /** A path for a file that goes with the ward. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  async close(): Promise<void> {
    await this.replica.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What unlocking does first: the password is stretched and the bundle opened. */
export async function openIdentity(replica: Replica, handle: string): Promise<Identity> {
  const user = [...replica.state().users.values()].find((each) => each.handle === handle);
  if (user === undefined) throw new Error(`no user ${handle}`);
  return identityFromSeeds(user.id, must(await openBundle(user.bundle, PASSWORD, replica.ward, user.id)));
}

export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`failed: ${JSON.stringify(result.failure)}`);
  return result.value;
}
