/** What the log says about who can help whom. */
import { hexOf, type UserId } from '../codec/ids.ts';
import type { RecoveryState } from '../membership/account-state.ts';
import type { WardState } from '../membership/ward-state.ts';

/** A holder who is in, and has the keys that the share was sealed to. */
export function isHelpful(state: WardState, recovery: RecoveryState, holder: UserId): boolean {
  const user = state.users.get(hexOf(holder));
  return user !== undefined && user.removal === undefined && user.renewals.every(({ operation }) => state.isPast([operation], [recovery.operation]));
}
