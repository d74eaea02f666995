/** The topic `account`: one's own account, with names for people and devices. */
import { hexOf, type DeviceId, type Hex, type UserId } from '../../../protocol/codec/ids.ts';
import type { Replica } from '../../../protocol/replica/replica.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { AccountView, PersonView } from '../port.ts';

export async function accountView({ account, members, user: self }: Session, replica: Replica): Promise<AccountView> {
  const { users, devices } = replica.state();
  const person = (id: Hex<UserId>): PersonView => {
    const user = users.get(id);
    return { id, handle: user?.handle ?? id.slice(0, 8), name: (user && members.nameOf(user.sealedName)) ?? user?.handle ?? '' };
  };
  const deviceName = (id: Hex<DeviceId> | undefined): string => {
    const device = id === undefined ? undefined : devices.get(id);
    return (device && members.nameOf(device.sealedName)) ?? id?.slice(0, 8) ?? '';
  };
  const { holders, kitMade } = account;
  return {
    ...(kitMade !== undefined && { kitMade: isoTime(kitMade) }),
    holders: holders === undefined ? null : { threshold: holders.threshold, people: holders.holders.map(({ user, canHelp }) => ({ ...person(hexOf(user)), canHelp })) },
    candidates: [...users.values()].filter(({ id, removal }) => removal === undefined && hexOf(id) !== hexOf(self))
      .map(({ id }) => person(hexOf(id))).sort((a, b) => a.name.localeCompare(b.name)),
    requests: account.requests().map(({ ask, user, code, device, time, isReleased }) => ({
      ask: hexOf(ask), person: person(hexOf(user)), code, device: deviceName(hexOf(device)), at: isoTime(time), released: isReleased,
    })),
    events: (await account.notices()).map(({ what, operation, by, device, time, isNew }) => ({
      id: hexOf(operation), what, by: by === undefined || by === hexOf(self) ? null : person(by).name, device: deviceName(device), at: isoTime(time), isNew,
    })),
  };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
