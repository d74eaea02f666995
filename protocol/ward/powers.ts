/** What this user may sign at this device now: the role's word, and whether the ward trusts the device with it (PAGE-9). */
import { hexOf, type DeviceId, type UserId } from '../codec/ids.ts';
import { fail, succeed, type Result } from '../codec/result.ts';
import { maySign, maySignAtDesktop, type Signable } from '../membership/roles.ts';
import type { WardState } from '../membership/ward-state.ts';

export type NoPower = 'no-role' | 'at-a-desktop';

export interface Place {
  readonly user: UserId;
  readonly device: DeviceId;
}

/** Undefined for what may be signed. */
export function objectionHere(state: WardState, { user, device }: Place, what: Signable): NoPower | undefined {
  const self = state.users.get(hexOf(user));
  if (self === undefined || self.removal !== undefined || !maySign(self.role, what)) return 'no-role';
  return isHeldShort(state, device) && !maySignAtDesktop(what) ? 'at-a-desktop' : undefined;
}

export function isHeldShort(state: WardState, device: DeviceId): boolean {
  return state.devices.get(hexOf(device))?.kind === 'desktop' && state.desktopPowers === 'own';
}

/** The ward, for an admin at a device where admins may act. */
export function adminHere(state: WardState, place: Place): Result<WardState, 'not-an-admin' | 'at-a-desktop'> {
  const objection = objectionHere(state, place, 'invite');
  if (objection === undefined) return succeed(state);
  return fail(objection === 'no-role' ? 'not-an-admin' : objection);
}
