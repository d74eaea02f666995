/** Which devices are one thing in a person's hand, as the log tells. */
import { hexOf, type DeviceId } from '../codec/ids.ts';
import type { DeviceState, InvitationState, WardState } from './ward-state.ts';

/**
 * The device and what is one thing with it: a tablet's node and the page on it, which one code let in (JOIN-3). The page
 * comes first. Empty for a device that is not in.
 */
export function devicesTogether(state: WardState, device: DeviceId): readonly DeviceState[] {
  const named = state.devices.get(hexOf(device));
  if (named === undefined || named.removal !== undefined) return [];
  const own = invitationOf(state, device);
  const others = own === undefined ? [] : [...state.invitations.values()].flatMap((invitation) => {
    const other = isOneCode(own, invitation) && invitation.usedBy !== undefined ? state.devices.get(hexOf(invitation.usedBy)) : undefined;
    return other === undefined || other.removal !== undefined ? [] : [other];
  });
  return [named, ...others].sort((a, b) => Number(a.kind === 'tablet') - Number(b.kind === 'tablet'));
}

function invitationOf(state: WardState, device: DeviceId): InvitationState | undefined {
  for (const invitation of state.invitations.values()) {
    if (invitation.usedBy !== undefined && hexOf(invitation.usedBy) === hexOf(device)) return invitation;
  }
  return undefined;
}

/** JOIN-3: the invitations of a tablet and of its page end at the same millisecond. */
function isOneCode(a: InvitationState, b: InvitationState): boolean {
  return a.expires === b.expires && (a.kind === 'tablet' ? b.kind === 'client' : a.kind === 'client' && b.kind === 'tablet');
}
