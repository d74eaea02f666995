/** The ward's devices for the screen of the admins, a tablet and its page as one; and what the doctor has to know of peers. */
import { deviceId, hexOf, type UserId } from '../../../protocol/codec/ids.ts';
import type { PeerSight } from '../../../protocol/chart/doctor.ts';
import { devicesInUse, type DeviceUse } from '../../../protocol/ward/devices.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { Reach } from '../../../protocol/network/reach.ts';
import type { DeviceView } from '../port.ts';
import type { PageWard } from './page-ward.ts';

export function deviceViews(session: Session, { replica, device: own }: PageWard, contacts: readonly Reach[]): readonly DeviceView[] {
  const devices = devicesInUse(replica);
  const byId = new Map(devices.map((use) => [hexOf(use.device.id), use]));
  return devices.filter((use) => !isPageOfTablet(use, byId)).map((use): DeviceView => {
    const all = [use, ...use.others.flatMap((id) => byId.get(hexOf(id)) ?? [])];
    const seen = all.flatMap(({ device, lastUnlock }) => {
      const contact = contacts.find((reach) => hexOf(reach.device) === hexOf(device.id));
      return [lastUnlock, contact?.lastContact];
    }).filter((at) => at !== undefined);
    const lastUnlock = Math.max(0, ...all.map((each) => each.lastUnlock ?? 0));
    const isOwn = all.some(({ device }) => hexOf(device.id) === hexOf(own.id));
    return {
      id: hexOf(use.device.id),
      name: session.members.nameOf(use.device.sealedName) ?? '',
      kind: use.device.kind,
      own: isOwn,
      ...(isOwn && { key: 'seed' in own.key.kept ? 'stored' : 'held' }),
      connected: all.some(({ device }) => contacts.some((reach) => reach.connected && hexOf(reach.device) === hexOf(device.id))),
      ...(seen.length > 0 && { lastSeen: new Date(Math.max(...seen)).toISOString() }),
      ...(lastUnlock > 0 && { lastUnlock: new Date(lastUnlock).toISOString() }),
      users: [...new Set(all.flatMap(({ users }) => users.map((user) => personName(session, { replica }, user))))].sort(),
    };
  });
}

export function personName(session: Session, { replica }: Pick<PageWard, 'replica'>, user: UserId): string {
  const known = replica.state().users.get(hexOf(user));
  return (known && session.members.nameOf(known.sealedName)) ?? known?.handle ?? '';
}

export function sightsOf(contacts: readonly Reach[]): readonly PeerSight[] {
  return contacts.map(({ device, connected, lastContact }) => ({ device: deviceId.from(device), connected, lastContact }));
}

function isPageOfTablet({ device, others }: DeviceUse, byId: ReadonlyMap<string, DeviceUse>): boolean {
  return device.kind === 'client' && others.some((id) => byId.get(hexOf(id))?.device.kind === 'tablet');
}
