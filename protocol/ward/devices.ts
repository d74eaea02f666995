/** The ward's devices and who unlocked on them, as the log and the sessions document tell. */
import { hexOf, type DeviceId, type Hex, type UserId } from '../codec/ids.ts';
import { devicesTogether } from '../membership/devices-together.ts';
import type { DeviceState } from '../membership/ward-state.ts';
import { sessionsByDevice } from '../replica/device-sessions.ts';
import type { Replica } from '../replica/replica.ts';

/** A device and what it takes to judge whether it is in use. */
export interface DeviceUse {
  readonly device: DeviceState;
  /** When the last session began there, in milliseconds since 1970 by the device's clock; undefined if none did. */
  readonly lastUnlock: number | undefined;
  readonly users: readonly UserId[];
  /** What goes with it: the page of a tablet, the tablet of a page. */
  readonly others: readonly DeviceId[];
}

/** The devices that are in, as the log has them. */
export function devicesInUse(replica: Replica): readonly DeviceUse[] {
  const state = replica.state();
  const sessions = sessionsByDevice(replica);
  return [...state.devices.values()].filter(({ removal }) => removal === undefined).map((device) => {
    const here = sessions.get(hexOf(device.id)) ?? [];
    const created = here.map((certificate) => certificate.created);
    return {
      device,
      lastUnlock: created.length === 0 ? undefined : created.reduce((a, b) => Math.max(a, b)),
      users: usersOf(replica, [device.id]),
      others: devicesTogether(state, device.id).map(({ id }) => id).filter((id) => hexOf(id) !== hexOf(device.id)),
    };
  });
}

/** Who ever unlocked on one of these devices, and is in. */
export function usersOf(replica: Replica, devices: readonly DeviceId[]): readonly UserId[] {
  const { users } = replica.state();
  const sessions = sessionsByDevice(replica);
  const found = new Map<Hex<UserId>, UserId>();
  for (const device of devices) for (const { user } of sessions.get(hexOf(device)) ?? []) found.set(hexOf(user), user);
  return [...found.values()].filter((user) => users.get(hexOf(user))?.removal === undefined);
}

/** The devices that were shut out, for each user who had unlocked there. */
export function lostDevicesByUser(replica: Replica): ReadonlyMap<Hex<UserId>, readonly DeviceId[]> {
  const lost = new Map<Hex<UserId>, DeviceId[]>();
  const removed = [...replica.state().devices.values()].filter(({ removal }) => removal !== undefined);
  if (removed.length === 0) return lost;
  const sessions = sessionsByDevice(replica);
  for (const { id } of removed) {
    for (const user of new Set((sessions.get(hexOf(id)) ?? []).map((certificate) => hexOf(certificate.user)))) lost.set(user, [...lost.get(user) ?? [], id]);
  }
  return lost;
}

/** REVOKE-3: of those, the devices whose removal whoever set the user's present bundle did not know of. */
export function lostSincePassword(replica: Replica, user: UserId): readonly DeviceState[] {
  const state = replica.state();
  const self = state.users.get(hexOf(user));
  if (self === undefined) return [];
  return (lostDevicesByUser(replica).get(hexOf(user)) ?? []).flatMap((id) => {
    const device = state.devices.get(hexOf(id));
    return device === undefined || state.deviceMembershipOf(id, [self.bundleSetBy]) === 'removed-before' ? [] : [device];
  });
}
