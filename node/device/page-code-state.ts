/** Whether a tablet's own page can still join by the code that the tablet has for it, as the log says. */
import { toHex } from '../../protocol/codec/bytes.ts';
import { hexOf } from '../../protocol/codec/ids.ts';
import { decodeJoinCode, invitationKey } from '../../protocol/network/join-code.ts';
import type { Replica } from '../../protocol/replica/replica.ts';

export function pageCodeState(replica: Replica, text: string, now: number): 'open' | 'expired' | 'used' {
  const code = decodeJoinCode(text);
  if (!code.ok) return 'used';
  const invite = toHex(invitationKey(code.value.secret, replica.ward, 'client').publicKey);
  const invitation = [...replica.state().invitations.values()].find(({ id }) => hexOf(id) === invite);
  if (invitation?.usedBy !== undefined) return 'used';
  return invitation !== undefined && invitation.expires <= now ? 'expired' : 'open';
}
