/** Makes the archive of a trial on the founder's own machine: invited and joined in one go, without a network. */
import type { Environment } from '../../protocol/codec/environment.ts';
import { deviceId } from '../../protocol/codec/ids.ts';
import { signingKeyFromSeed } from '../../protocol/crypto/signing/signature.ts';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { Session } from '../../protocol/ward/session.ts';
import { createDeviceFolder } from '../device/device-folder.ts';
import { openFolderReplica } from '../device/running-device.ts';
import { CommandFailed } from './command.ts';
import { copyItems } from './copy-items.ts';
import { memberFailure } from './members.ts';

export interface NewHere {
  readonly kind: DeviceKind;
  readonly name: string;
  readonly path: string;
}

/** Adds a device whose folder is made here, with a copy of everything this replica has. Returns the folder's path. */
export async function joinHere(session: Session, replica: Replica, environment: Environment, { kind, name, path }: NewHere): Promise<string> {
  const seed = environment.entropy.randomBytes(32);
  const folder = await createDeviceFolder({ path, ward: replica.ward, kind, seed });
  if (!folder.ok) throw new CommandFailed(folder.failure.message);
  const added = await session.members.addDevice(deviceId.from(signingKeyFromSeed(seed).publicKey), kind, name);
  if (!added.ok) throw new CommandFailed(memberFailure(added.failure));
  const copy = await openFolderReplica(folder.value, environment);
  if (!copy.ok) throw new CommandFailed(copy.failure.message);
  try {
    await copyItems(replica, copy.value.replica);
  } finally {
    await copy.value.close();
  }
  return path;
}
