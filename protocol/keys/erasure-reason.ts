/** Why a patient is erased: sealed under the key of the team 'everyone', so that blind peers read nothing and any second signer does. It stays in the log. */
import { fromUtf8, utf8 } from '../codec/bytes.ts';
import type { Entropy } from '../codec/environment.ts';
import type { TeamId, WardId } from '../codec/ids.ts';
import { LABEL } from '../crypto/labels.ts';
import { openCommitted, sealCommitted } from '../crypto/sealing/committed.ts';

export const MAX_REASON_LENGTH = 200;
const NO_FIELDS = new Uint8Array(0);

export function sealReason(teamKey: Uint8Array, ward: WardId, team: TeamId, reason: string, entropy: Entropy): Uint8Array {
  if (reason.length === 0 || reason.length > MAX_REASON_LENGTH) throw new RangeError(`a reason has 1 to ${MAX_REASON_LENGTH} characters`);
  return sealCommitted(teamKey, { label: LABEL.erasureReason, ward, subject: team }, NO_FIELDS, utf8(reason), entropy);
}

/** Null when none of the keys opens it. */
export function openReason(teamKeys: readonly Uint8Array[], ward: WardId, team: TeamId, sealed: Uint8Array): string | null {
  for (const key of teamKeys) {
    const reason = openCommitted(key, { label: LABEL.erasureReason, ward, subject: team }, NO_FIELDS, sealed);
    if (reason !== null) return fromUtf8(reason, 'reason');
  }
  return null;
}
