/** The topic `session` while somebody is unlocked. */
import { hexOf } from '../../../protocol/codec/ids.ts';
import { maySign } from '../../../protocol/membership/roles.ts';
import type { Session } from '../../../protocol/ward/session.ts';
import type { SessionView } from '../port.ts';
import type { PageWard } from './page-ward.ts';

export function sessionView(session: Session, ward: PageWard): SessionView {
  const { sealedName, users, devices } = ward.replica.state();
  const [self, device] = [users.get(hexOf(session.user)), devices.get(hexOf(ward.device.id))];
  return {
    state: 'unlocked',
    ward: session.members.nameOf(sealedName) ?? '',
    device: (device && session.members.nameOf(device.sealedName)) ?? '',
    user: hexOf(session.user),
    handle: self?.handle ?? '',
    name: session.name,
    role: self?.role ?? '',
    mayWrite: mayWrite(session),
    isHeldShort: session.isHeldShort,
    hasTemporaryPassword: session.account.hasTemporaryPassword,
    ...(session.account.isPasswordOwed && { isPasswordOwed: true as const }),
    ...(session.over !== undefined && { over: session.over }),
    lostDevices: session.lostSincePassword().map((lost) => session.members.nameOf(lost.sealedName) ?? hexOf(lost.id).slice(0, 8)),
  };
}

/** Whoever still has a password of somebody else's changes that first. */
export function mayWrite({ role, account }: Session): boolean {
  return role !== undefined && maySign(role, 'changeset') && !account.hasTemporaryPassword;
}
