/** What an entry of the log gives, or takes, if it counts. */
import { hexOf, type DeviceId, type Hex, type UserId } from '../codec/ids.ts';
import { inviteOf, isRevocation, type Entry, type LogEntries } from './log-entries.ts';
import type { DeviceKind, Role } from './ward-state.ts';

export function roleGivenBy({ effect }: Entry): Role | undefined {
  if (effect.type === 'genesis') return effect.founder.role;
  return effect.type === 'add-user' || effect.type === 'set-role' ? effect.role : undefined;
}

export function userAddedBy({ effect }: Entry): Hex<UserId> | undefined {
  if (effect.type === 'genesis') return hexOf(effect.founder.user);
  return effect.type === 'add-user' ? hexOf(effect.user) : undefined;
}

export function signingKeyGivenBy({ effect }: Entry): Uint8Array | undefined {
  if (effect.type === 'genesis') return effect.founder.signingKey;
  return effect.type === 'add-user' || effect.type === 'renew-user' ? effect.signingKey : undefined;
}

export function isRemoval({ effect }: Entry): boolean {
  return effect.type === 'remove-user' || effect.type === 'remove-device';
}

/** The user or device whose rights a revocation takes; undefined for a renewal, which takes none. */
export function targetOf(entry: Entry): Hex<UserId> | Hex<DeviceId> | undefined {
  const { effect } = entry;
  if (!isRevocation(entry)) return undefined;
  if (effect.type === 'remove-device') return hexOf(effect.device);
  return effect.type === 'remove-user' || effect.type === 'set-role' ? hexOf(effect.user) : undefined;
}

/** The kind of the device that it lets in; a `join` as its invitation says. */
export function kindGivenBy(log: LogEntries, entry: Entry): DeviceKind | undefined {
  const { operation } = entry;
  if (operation.type === 'genesis') return operation.device.kind;
  if (operation.type === 'add-device') return operation.kind;
  if (operation.type !== 'join') return undefined;
  const [invite] = log.invitation(inviteOf(entry)).additions;
  return invite?.operation.type === 'invite' ? invite.operation.kind : undefined;
}
