/** Making an invitation: a secret for the code, and its public halves in the ward log. */
import type { Environment } from '../../protocol/codec/environment.ts';
import { succeed, type Result } from '../../protocol/codec/result.ts';
import type { DeviceKind } from '../../protocol/membership/ward-state.ts';
import { invitationKey, JOIN_SECRET_LENGTH } from '../../protocol/network/join-code.ts';
import type { Replica } from '../../protocol/replica/replica.ts';
import type { MemberFailure } from '../../protocol/ward/members.ts';
import type { Session } from '../../protocol/ward/session.ts';

export interface Invitation {
  readonly kind: DeviceKind;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Resolves with the secret when the log has the invitation. A tablet's code lets in its node and its page. */
export async function inviteDevice(session: Session, replica: Replica, environment: Environment, { kind, name, expires }: Invitation): Promise<Result<Uint8Array, MemberFailure>> {
  const secret = environment.entropy.randomBytes(JOIN_SECRET_LENGTH);
  const invited: readonly [DeviceKind, string][] = kind === 'tablet' ? [['tablet', name], ['client', `${name}, page`]] : [[kind, name]];
  // One `expires` for both: by that the two devices are known as one thing later (JOIN-3).
  for (const [each, eachName] of invited) {
    const added = await session.members.invite(invitationKey(secret, replica.ward, each).publicKey, each, eachName, expires);
    if (!added.ok) return added;
  }
  return succeed(secret);
}
